// What the calls of a conversation changed, by file: one edit after the other, put together where they touch.
// Rules: 1. Only what the arguments of a call that succeeded say; what a command line did is not known here.
//        2. Two edits become one only where it is certain that they meet; else both are told, in order.
import type { Transcript } from "../../client/transcript.ts";
import type { Message, ToolCall } from "../../protocol/messages.ts";
import { type Edit, editOf } from "./edits.ts";

/** A text that holds an earlier change this long, once, holds that change. Letters and signs. */
const MIN_CERTAIN_LENGTH = 12;
/** How the two tools begin what they say when a file was changed. */
const CHANGED = /^(?:Edited|Created|Replaced) /;
const CREATED = /^Created /;

/** A part of a file: what stood there before all calls, and what stands there after them. */
export interface Fragment {
  /** null: the whole file was written, and what it held before is not known. */
  before: string | null;
  after: string;
  /** It is all of the file. */
  isWhole: boolean;
}

export interface FileChange {
  path: string;
  fragments: readonly Fragment[];
  /** Calls that changed it. */
  calls: number;
}

export interface Changes {
  /** The one that was changed last stands last. */
  files: readonly FileChange[];
  /** Calls that may have changed files, and do not say which. */
  commands: number;
  /** Objects that were called: what they changed stands in conversations of their own. */
  delegations: number;
}

export function changesOf(transcript: Transcript, workspace: string): Changes {
  const results = new Map<string, Message>();
  for (const message of transcript.messages) {
    if (message.tool_call_id !== null) results.set(message.tool_call_id, message);
  }
  const files = new Map<string, FileChange>();
  let [commands, delegations] = [0, 0];
  for (const call of transcript.messages.flatMap(({ tool_calls }) => tool_calls)) {
    const result = results.get(call.id)?.content;
    if (transcript.delegations[call.id]) delegations += 1;
    else if (call.name === "shell" && result !== undefined) commands += 1;
    const edit = result !== undefined && isDone(call, result, transcript) ? editOf(call) : null;
    if (!edit) continue;
    const path = relative(edit.path, workspace);
    const known = files.get(path) ?? { path, fragments: [], calls: 0 };
    const fragments = edited(known.fragments, edit, CREATED.test(result ?? ""));
    // The one that was changed last goes to the end.
    files.delete(path);
    files.set(path, { path, fragments, calls: known.calls + 1 });
  }
  return { files: [...files.values()], commands, delegations };
}

/** How older calls ended is not kept: then what was said of it tells. */
const isDone = ({ id }: ToolCall, result: string, { calls }: Transcript): boolean =>
  calls[id]?.success ?? CHANGED.test(result);

function relative(path: string, workspace: string): string {
  const inside = workspace !== "" && path.startsWith(`${workspace}/`);
  return (inside ? path.slice(workspace.length + 1) : path).replace(/^(?:\.\/)+/, "");
}

function edited(
  fragments: readonly Fragment[],
  { before, after, isEverywhere }: Edit,
  isCreated: boolean,
): readonly Fragment[] {
  const [first] = fragments;
  if (before === null) {
    const held = first?.isWhole ? first.before : isCreated && fragments.length === 0 ? "" : null;
    return [{ before: held, after, isWhole: true }];
  }
  const replaced = (text: string): string =>
    isEverywhere ? text.replaceAll(before, () => after) : text.replace(before, () => after);
  const touched = fragments.map((one) =>
    one.after.includes(before) ? { ...one, after: replaced(one.after) } : one,
  );
  const isFound = fragments.some((one) => one.after.includes(before));
  // Elsewhere in the file it may stand as well, where not all of it is known.
  const isElsewhere = isEverywhere && !first?.isWhole;
  if (isFound && !isElsewhere) return touched.filter(isChange);
  return joined(touched, { before, after, isWhole: false }).filter(isChange);
}

const isChange = ({ before, after }: Fragment): boolean => before !== after;

/** A later change around an earlier one is one change: from what stood there first. */
function joined(earlier: readonly Fragment[], later: Fragment): readonly Fragment[] {
  const inner = earlier.filter((one) => isWithin(one, later));
  const before = inner.reduce<string | null>(
    (text, one) => text?.replace(one.after, () => one.before ?? "") ?? null,
    later.before,
  );
  return [...earlier.filter((one) => !inner.includes(one)), { ...later, before }];
}

function isWithin({ after, before, isWhole }: Fragment, later: Fragment): boolean {
  if (isWhole || before === null || later.before === null) return false;
  if (after.replace(/\s+/g, "").length < MIN_CERTAIN_LENGTH) return false;
  const at = later.before.indexOf(after);
  return at >= 0 && later.before.indexOf(after, at + 1) < 0;
}
