// What the agents on the pictures say: a script for their models, so that each picture is the same for everybody.

/** The place where the answer of the first picture is photographed. */
export const IN_THE_MIDDLE = "starts at the second line";
/** Who is still at work on the pictures stays so. Milliseconds. */
const LONG_MS = 600_000;

export const cart = `import type { Line } from "./line.ts";

/** What all lines cost together, in cents. */
export function total(lines: Line[]): number {
  let sum = 0;
  for (let at = 1; at < lines.length; at += 1) {
    sum += lines[at].cents * lines[at].count;
  }
  return sum;
}
`;

const command =
  'bun test test/cart.test.ts && git commit -am "cart: the first line counts, too" && git push origin fix/total';

const steps = [
  {
    object: "author",
    when: "total",
    text: "I look at the cart and at who uses it.",
    tool_calls: [
      { name: "file_read", args: { path: "src/cart.ts" } },
      { name: "file_search", args: { pattern: "total\\(", path: "." } },
    ],
    usage: { input_tokens: 4_812, output_tokens: 96 },
  },
  {
    object: "author",
    when: "total",
    tool_calls: [
      {
        name: "file_edit",
        args: {
          path: "src/cart.ts",
          old_text: "  for (let at = 1; at < lines.length; at += 1) {",
          new_text: "  for (let at = 0; at < lines.length; at += 1) {",
        },
      },
    ],
    usage: { input_tokens: 6_240, output_tokens: 188 },
  },
  {
    object: "author",
    when: "total",
    text: `The loop in \`total\` ${IN_THE_MIDDLE}, so that the **first one was never counted**. It is mended; two things follow:

- \`invoice.ts\` adds the first line by itself, and would now count it twice
- no test has a cart of one line

Shall I`,
    chunk: 9,
    delay_ms: { first: 30, between: 45 },
    usage: { input_tokens: 6_910, output_tokens: 120 },
  },
  {
    object: "lead",
    when: "invoice",
    text: `It is done when somebody can check that

1. a cart of one line has a test, and it passes
2. \`due\` in \`invoice.ts\` counts each line **once**
3. the reviewer has no objection left

The author begins with the test; the reviewer reads what was mended meanwhile.`,
    tool_calls: [
      { name: "author", args: { message: "Test a cart of one line; mend invoice.ts." } },
      { name: "reviewer", args: { message: "Read src/cart.ts: is the first line counted?" } },
    ],
    usage: { input_tokens: 2_110, output_tokens: 150 },
  },
  {
    object: "author",
    when: "cart of one line",
    text: "The test is written, and fails as it should. Now the branch.",
    tool_calls: [{ name: "shell", args: { command } }],
    usage: { input_tokens: 3_120, output_tokens: 240 },
  },
  {
    object: "reviewer",
    when: "first line",
    text: "I read the loop and its callers.",
    tool_calls: [{ name: "file_read", args: { path: "src/cart.ts" } }],
    usage: { input_tokens: 1_870, output_tokens: 64 },
  },
  { object: "reviewer", when: "first line", text: "…", delay_ms: LONG_MS },
  {
    object: "reviewer",
    when: "names",
    text: "could: `at` says how, not what. Nothing else.",
    usage: { input_tokens: 1_204, output_tokens: 31 },
  },
  { object: "assistant", when: "changelog", text: "…", delay_ms: LONG_MS },
];

/** As the file of a script holds it: JSON is YAML. */
export const script = JSON.stringify(steps, null, 2);
