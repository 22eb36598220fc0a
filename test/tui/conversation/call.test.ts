// The line of a call that edits a file: only what is known to be done is drawn as done.
import { expect, test } from "bun:test";
import type { CallState } from "../../../src/client/calls.ts";
import { type CallView, callRows } from "../../../src/tui/conversation/call.ts";
import { createMemo } from "../../../src/tui/conversation/memo.ts";
import { plainText } from "../../../src/tui/text.ts";
import { message } from "../../support/tui-frames.ts";

const call = { id: "c1", name: "file_write", args: { path: "a.ts", content: "one\n" } };

function shown(content: string | null, fields: Partial<CallView> = {}): readonly string[] {
  const result =
    content === null
      ? undefined
      : message({ message_id: "r1", role: "tool", tool_call_id: "c1", content });
  const view: CallView = {
    ...{ call, state: undefined, result, delegation: undefined, action: undefined },
    ...{ isAsked: false, isByHand: false, isLive: false, isUnfolded: undefined, marked: null },
    ...fields,
  };
  const page = { columns: 40, now: 0, memo: createMemo(), ignoresSpace: false };
  return callRows(view, page).map(({ line }) => plainText(line).replace(/ {2,}/g, "  ").trimEnd());
}

test("an edit whose end only its result tells is drawn as done where that says so", () => {
  expect(shown("Created a.ts: 4 bytes written.")).toEqual([
    "▾ · file_write a.ts  +1 −0",
    "  + one",
  ]);
  expect(shown("Denied by a human.")).toEqual([
    "▾ · file_write a.ts  18 chars",
    "  Denied by a human.",
  ]);
  expect(shown(null)).toEqual(["▸ · file_write a.ts"]);
});

test("how it ended counts, where it is known, and not what it said", () => {
  const ended = (success: boolean): Partial<CallView> => {
    const state: Partial<CallState> = { success, duration_ms: null, outcome: "completed" };
    // The rest of a state says nothing of the end of a call.
    return { state: state as CallState };
  };
  expect(shown("Created a.ts.", ended(false))[1]).toBe("  Created a.ts.");
  expect(shown("Written.", ended(true))[1]).toBe("  + one");
});

test("what a file held that was written over is not known, and not counted as nothing", () => {
  expect(shown("Replaced a.ts: 4 bytes written.")[0]).toBe("▾ · file_write a.ts  +1 −?");
});
