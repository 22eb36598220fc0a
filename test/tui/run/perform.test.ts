// What the interface asks of the terminal, and how it hears that it could not be done.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKeptFiles } from "../../../src/tui/run/kept-files.ts";
import { createPerformer, type PerformOptions } from "../../../src/tui/run/perform.ts";
import { copyOf } from "../../../src/tui/screen/sequences.ts";
import type { Input } from "../../../src/tui/shapes.ts";

test("a text that is too long for the clipboard of a terminal is said to be, and a short one is copied", () => {
  const inputs: Input[] = [];
  const written: string[] = [];
  const screen = {
    copy(text: string): boolean {
      const sequence = copyOf(text, {});
      if (sequence !== undefined) written.push(sequence);
      return sequence !== undefined;
    },
  };
  const given = { screen, directory: "/", take: (input: Input) => inputs.push(input) };
  // Copying asks for nothing else.
  const perform = createPerformer(given as unknown as PerformOptions);
  perform({ type: "copy", text: "short" });
  expect([written.length, inputs]).toEqual([1, []]);
  perform({ type: "copy", text: "x".repeat(100_000) });
  expect([written.length, inputs.map(({ type }) => type)]).toEqual([1, ["trouble"]]);
});

test("a draft is looked for among those that were kept, and told with its conversation", async () => {
  const folder = mkdtempSync(join(tmpdir(), "jamey-perform-"));
  const before = await openKeptFiles(folder);
  before.saveDraft("s1", "draft three");
  await before.written();
  const inputs: Input[] = [];
  const kept = await openKeptFiles(folder);
  const given = { kept, directory: "/", take: (input: Input) => inputs.push(input) };
  // Drafts ask for nothing else.
  const perform = createPerformer(given as unknown as PerformOptions);
  perform({ type: "find_draft", session_id: "s1" });
  perform({ type: "find_draft", session_id: "s2" });
  rmSync(folder, { recursive: true });
  expect(inputs).toEqual([
    { type: "draft", session_id: "s1", text: "draft three" },
    { type: "draft", session_id: "s2", text: "" },
  ]);
});
