// Prompts changed by words: each operation, and the bounds of a section.
import { describe, expect, test } from "bun:test";
import { changedLines, editPrompt, type PromptEdit } from "../../src/core/prompt/edit.ts";

const prompt = [
  "You write.",
  "",
  "# Style",
  "",
  "Be brief.",
  "",
  "## Words",
  "",
  "```sh",
  "# not a heading",
  "```",
  "",
  "# Rules ##",
  "",
  "Never lie.",
].join("\n");

const edited = (edit: PromptEdit, before = prompt): string => {
  const made = editPrompt(before, edit);
  return made.ok ? made.value : `refused: ${made.problem}`;
};

describe("U05: a prompt", () => {
  test("is appended to, prepended to and rewritten", () => {
    const content = "  New.\n";
    expect(edited({ operation: "append", content }, "Old.")).toBe("Old.\n\nNew.");
    expect(edited({ operation: "prepend", content }, "Old.")).toBe("New.\n\nOld.");
    expect(edited({ operation: "rewrite", content }, "Old.")).toBe("New.");
    expect(edited({ operation: "append", content }, "")).toBe("New.");
  });

  test("has a section replaced up to the next heading that is not deeper", () => {
    expect(edited({ operation: "replace_section", heading: "# Style", content: "Be long." })).toBe(
      "You write.\n\n# Style\n\nBe long.\n\n# Rules ##\n\nNever lie.",
    );
    expect(edited({ operation: "replace_section", heading: "Words", content: "Few." })).toBe(
      "You write.\n\n# Style\n\nBe brief.\n\n## Words\n\nFew.\n\n# Rules ##\n\nNever lie.",
    );
    expect(edited({ operation: "replace_section", heading: "Rules", content: "None." })).toEndWith(
      "# Rules ##\n\nNone.",
    );
  });

  test("without the section, or with two of it, is left as it is and says what there is", () => {
    const replace = (heading: string, before = prompt) =>
      edited({ operation: "replace_section", heading, content: "x" }, before);
    expect(replace("not a heading")).toBe(
      "refused: The prompt has no section 'not a heading'. It has: # Style; ## Words; # Rules.",
    );
    expect(replace("## Style")).toStartWith("refused: The prompt has no section '## Style'.");
    expect(replace("A", "# A\n\n# A")).toBe(
      "refused: The prompt has more than one section 'A'. It has: # A; # A.",
    );
    expect(replace("A", "plain")).toBe(
      "refused: The prompt has no section 'A'. It has: no headings.",
    );
  });
});

test("the lines that change are shown whole, and no others", () => {
  expect(changedLines("a\nb\nc\nd", "a\nx\ny\nd")).toBe("@@ line 2 @@\n-b\n-c\n+x\n+y");
  expect(changedLines("a\na", "a\na\na")).toBe("@@ line 3 @@\n+a");
  expect(changedLines("a", "")).toBe("@@ line 1 @@\n-a\n+");
});
