// Forms of MCP servers as questions: each kind of field, what fits it, and how a form ends.
import { expect, test } from "bun:test";
import { fillIn } from "../../src/tools/mcp/form.ts";

type Asked = Parameters<typeof fillIn>[0];

const formOf = (properties: object, required: string[] = []): Asked => ({
  message: "Please",
  // Whatever a server sends is a schema here.
  requestedSchema: { type: "object", properties: properties as never, required },
});

/** A human who says these words one after the other, then nothing. */
function human(words: (string | null)[]) {
  const asked: { question: string; options: string[] }[] = [];
  const ask = async (question: string, options: string[]) => {
    asked.push({ question, options });
    return await Promise.resolve(words[asked.length - 1] ?? null);
  };
  return { asked, ask };
}

const fill = async (asked: Asked, words: (string | null)[]) =>
  await fillIn(asked, "Who:", human(words).ask);

const several = { type: "array", items: { anyOf: [{ const: "a", title: "A, or B" }] } };

test.each([
  ["a text", { type: "string" }, " as it is ", " as it is "],
  ["an address", { type: "string", format: "email" }, "ada@home", "ada@home"],
  ["a date", { type: "string", format: "date" }, "2026-11-21", "2026-11-21"],
  ["a page", { type: "string", format: "uri" }, " https://a.example ", "https://a.example"],
  ["a number", { type: "number", minimum: -1 }, "-0.5", -0.5],
  ["a whole number", { type: "integer" }, "42", 42],
  ["a yes", { type: "boolean" }, "Yes", true],
  ["a no", { type: "boolean" }, "false", false],
  ["a choice", { type: "string", enum: ["x", "y"] }, "y", "y"],
  ["a named choice", { type: "string", enum: ["x"], enumNames: ["The x"] }, "The x", "x"],
  ["a titled choice", { type: "string", oneOf: [{ const: "x", title: "The x" }] }, "x", "x"],
  ["some", { type: "array", items: { type: "string", enum: ["a", "b"] } }, "b, a,b", ["b", "a"]],
  ["one with a comma in its name", several, "A, or B", ["a"]],
])("%s is read as what it is", async (_name, schema, said, value) => {
  expect(await fill(formOf({ field: schema }, ["field"]), [said])).toEqual({
    action: "accept",
    content: { field: value },
  });
});

test.each([
  ["a text too short", { type: "string", minLength: 3 }, "ab"],
  ["a text too long", { type: "string", maxLength: 1 }, "ab"],
  ["no address", { type: "string", format: "email" }, "ada"],
  ["no date", { type: "string", format: "date" }, "2026-13-45"],
  ["no number", { type: "number" }, "many"],
  ["nothing for a number", { type: "number" }, " "],
  ["half of a whole", { type: "integer" }, "1.5"],
  ["too much", { type: "integer", maximum: 4 }, "5"],
  ["a perhaps", { type: "boolean" }, "perhaps"],
  ["no choice", { type: "string", enum: ["x"] }, "z"],
  ["one of two that is none", { type: "array", items: { enum: ["a"] } }, "a, z"],
  ["too few", { type: "array", items: { enum: ["a", "b"] }, minItems: 2 }, "a"],
])("%s is asked again, with what fits, and in the end not at all", async (_name, schema, said) => {
  const { asked, ask } = human(Array.from({ length: 9 }, () => said));
  const filled = await fillIn(formOf({ field: schema }, ["field"]), "Who:", ask);
  expect([filled, asked.length]).toEqual([{ action: "cancel" }, 5]);
  expect(asked[1]?.question).toContain(`'${said}' does not fit: `);
});

test("what is not required, or has a value already, may be left out; what is required may not", async () => {
  const form = formOf({ a: { type: "string" }, b: { type: "string", default: "x" } }, ["b"]);
  const { asked, ask } = human(["(leave out)", "(leave out)"]);
  expect(await fillIn(form, "Who:", ask)).toEqual({ action: "accept", content: {} });
  expect(asked).toEqual([
    {
      question: "Who:\n\nPlease\n\n(optional) a [text]\nOr answer: (leave out) or (decline)",
      options: [],
    },
    {
      question:
        'Who:\n\nPlease\n\nb [text; left out it is "x"]\nOr answer: (leave out) or (decline)',
      options: [],
    },
  ]);
  const required = formOf({ a: { type: "string" } }, ["a"]);
  expect(await fill(required, ["(leave out)"])).toEqual({
    action: "accept",
    content: { a: "(leave out)" },
  });
});

test("a form without fields is a question of yes or no", async () => {
  const { asked, ask } = human(["perhaps", "(yes)"]);
  expect(await fillIn(formOf({}), "Who:", ask)).toEqual({ action: "accept", content: {} });
  expect(asked[0]).toEqual({ question: "Who:\n\nPlease", options: ["(yes)", "(decline)"] });
  expect(await fill(formOf({}), ["(decline)"])).toEqual({ action: "decline" });
  expect(await fill(formOf({}), [])).toEqual({ action: "cancel" });
});

test("what cannot be asked is refused with a sentence, and nobody is asked", async () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [index, {}]));
  const choices = { type: "string", enum: Array.from({ length: 101 }, String) };
  const page = { mode: "url" as const, message: "m", url: "https://a.example", elicitationId: "e" };
  const { asked, ask } = human(["x"]);
  for (const [form, why] of [
    [formOf(many), "at most 20 fields"],
    [formOf({ a: choices }), "at most 100"],
    [page, "opens no pages"],
  ] as const) {
    expect(fillIn(form, "Who:", ask)).rejects.toThrow(why);
  }
  expect(asked).toEqual([]);
});
