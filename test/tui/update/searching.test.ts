// A search goes from place to place, wherever in a message each stands.
import { describe, expect, test } from "bun:test";
import { message } from "../../support/tui-frames.ts";
import { answered, type PlayedInterface, playSession, said } from "../../support/tui-whole.ts";

const rows = (played: PlayedInterface): string[] => played.screen().split("\n");
const search = (played: PlayedInterface, query: string): void => {
  played.press("ctrl+f");
  played.type(query);
  played.press("enter");
};

const filler = (count: number, word: string): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index}`).join("\n\n");

test("every place counts, and each is brought to the top, the newest first", () => {
  const long = `${filler(30, "before")}\n\nthe **needle** one\n\n${filler(30, "between")}\n\nthe needle two\n\n${filler(30, "after")}`;
  const played = playSession([said("m1", "a needle, too"), answered("m2", long)]);
  search(played, "needle");
  expect([rows(played)[1]?.trim(), played.screen().includes("/needle  1/3")]).toEqual([
    "the needle two",
    true,
  ]);
  played.press("n");
  expect([rows(played)[1]?.trim(), played.screen().includes("2/3")]).toEqual([
    "the needle one",
    true,
  ]);
  played.press("n");
  expect([rows(played)[1]?.includes("a needle, too"), played.screen().includes("3/3")]).toEqual([
    true,
    true,
  ]);
  played.press("N");
  expect(rows(played)[1]?.trim()).toBe("the needle one");
});

test("a place that is broken over two rows is found at the first, and one of two styles is marked", () => {
  const words = "word ".repeat(14);
  const played = playSession([
    said("m1", "ask"),
    answered("m2", `${filler(30, "before")}\n\n${words}broken place\n\n${filler(30, "after")}`),
    answered("m3", `a **bold** place\n\n${filler(30, "last")}`),
  ]);
  search(played, "broken place");
  expect(rows(played)[1]?.trim()).toMatch(/broken$|^word/);
  search(played, "bold place");
  const marked = played
    .frame()
    .lines.flat()
    .filter(({ style }) => style === "selected");
  expect(marked.map(({ text }) => text).join("")).toBe("bold place");
});

test("what a call said is unfolded where it is found", () => {
  const shell = { id: "c1", name: "shell", args: { command: "ls" } };
  const played = playSession([
    said("m1", "look"),
    answered("m2", "I look.", { tool_calls: [shell] }),
    message({
      message_id: "m3",
      role: "tool",
      tool_call_id: "c1",
      content: `${filler(20, "x")}\nneedle`,
    }),
    answered("m4", filler(40, "after")),
  ]);
  expect(played.screen()).not.toContain("needle");
  search(played, "needle");
  expect(rows(played)[1]?.trim()).toBe("needle");
});

describe("escape", () => {
  test("leads back to where the search was begun, and what is typed next is typed there", () => {
    const found = ["needle", "nothing"];
    for (const query of found) {
      const played = playSession([said("m1", "a needle")]);
      search(played, query);
      played.press("escape");
      played.type("nice");
      expect([played.state.focus, played.state.composer.text]).toEqual(["composer", "nice"]);
    }
    const played = playSession([said("m1", "a needle")]);
    played.press("shift+tab");
    search(played, "needle");
    search(played, "needle");
    played.press("escape");
    expect([played.state.focus, played.state.conversation.search]).toEqual(["conversation", null]);
  });

  test("out of the line of a search, begun from the composer, a pane, or one found before, types again", () => {
    for (const keys of [["ctrl+f"], ["f9", "ctrl+f"], ["ctrl+f", "x", "enter", "/"]]) {
      const played = playSession([said("m1", "a needle")]);
      played.press(...keys, "escape");
      expect(played.state.focus).toBe("composer");
    }
  });
});

test("while keys read the conversation the composer says how to write", () => {
  const played = playSession([said("m1", "a needle")]);
  const hint = "› Keys read the conversation now: i or escape to write.";
  expect(played.screen()).toContain("› Say something.");
  played.press("shift+tab");
  expect(played.screen()).toContain(hint);
  played.press("i");
  expect(played.screen()).toContain("› Say something.");
});
