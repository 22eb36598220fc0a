// Texts of objects with something changed in them, and the rest as it was.
import { describe, expect, test } from "bun:test";
import { newText, withBody, withCapabilities } from "../../../src/runtime/environment/edited.ts";

const file = (...head: string[]) => `---\nname: a\n${head.join("\n")}\nmodel: x/y\n---\nBody.\n`;

describe("capabilities are written the way their author wrote them", () => {
  const cases: [title: string, before: string[], after: string[]][] = [
    ["an item a line", ["capabilities:", "  - b"], ["capabilities:", "  - b", "  - c"]],
    ["not indented", ["capabilities:", "- b"], ["capabilities:", "- b", "- c"]],
    ["indented more", ["capabilities:", "    - b"], ["capabilities:", "    - b", "    - c"]],
    ["on one line", ["capabilities: [b]"], ["capabilities: [b, c]"]],
    ["none", ["capabilities: []"], ["capabilities: [b, c]"]],
    ["quoted key", ['"capabilities":', "  - b"], ["capabilities:", "  - b", "  - c"]],
    ["over lines", ["capabilities: [", "  b,", "]"], ["capabilities:", "  - b", "  - c"]],
  ];
  for (const [title, before, after] of cases) {
    test(title, () => {
      expect(withCapabilities(file(...before), ["b", "c"])).toBe(file(...after));
    });
  }

  test("and added where there was no such key", () => {
    expect(withCapabilities("---\nname: a\n---\nBody.\n", ["b"])).toBe(
      "---\nname: a\ncapabilities:\n  - b\n---\nBody.\n",
    );
  });

  test("what YAML would read as something else is quoted", () => {
    const text = newText({
      name: "no",
      description: "",
      capabilities: ["on", "пиши", "ok"],
      prompt: "",
    });
    expect(Bun.YAML.parse(text.split("---")[1] ?? "")).toEqual({
      name: "no",
      description: "",
      capabilities: ["on", "пиши", "ok"],
    });
  });
});

test("another prompt leaves the front matter letter by letter", () => {
  expect(withBody(file("# mine"), "New.\n---\nname: b")).toBe(
    file("# mine").replace("Body.", "New.\n---\nname: b"),
  );
});
