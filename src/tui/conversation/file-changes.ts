// What the calls of a conversation changed, by file: one edit after the other, goes on from what was told before.
// Rules: 1. Only what the arguments of a call that succeeded say; what a command line did is not known here.
//        2. Two edits become one only where it is certain that they meet (fragments.ts); else both are told, in order.
import type { Transcript } from "../../client/transcript.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import { type Edit, editOf, fileName } from "../../terminal/edits.ts";
import { stripControl } from "../../terminal/strip.ts";
import { edited, type Fragments, noFragments } from "./fragments.ts";
import { resultsOf } from "./results.ts";

/** Older edits are left out, so many at a time that what is told seldom begins anew. */
const MAX_TOLD_EDITS = 2_000;
const LEFT_OUT_STEP = 500;
/** How the two tools begin what they say when a file was changed. */
const CHANGED = /^(?:Edited|Created|Replaced)\b/;
const CREATED = /^Created\b/;

/** How older calls, and those of a copy, ended is not kept: then what was said of it tells. */
export const hasChanged = (success: boolean | null | undefined, result: string): boolean =>
  success ?? CHANGED.test(result);

export const hasCreated = (result: string): boolean => CREATED.test(result);

export interface FileChange extends Fragments {
  path: string;
  /** Calls that changed it. */
  calls: number;
}

export interface Changes {
  /** The one that was changed last stands last. */
  files: readonly FileChange[];
  /** Edits before those that are told. */
  left: number;
  /** Calls that may have changed files, and do not say which. */
  commands: number;
  /** Objects that were called: what they changed stands in conversations of their own. */
  delegations: number;
}

interface DoneEdit {
  call: ToolCall;
  edit: Edit;
  isCreated: boolean;
}

/**
 * The same transcript always tells the same: what was told of its first edits is only gone on from, so that a
 * further one costs what it is, not what all before it were.
 */
export function createChanges(): (transcript: Transcript, workspace: string) => Changes {
  let known: Known = { workspace: "", calls: [], files: new Map() };
  let told: Changes = { files: [], left: 0, commands: 0, delegations: 0 };
  return (transcript, workspace) => {
    const { edits, left, commands, delegations } = doneIn(transcript);
    const isContinued =
      known.workspace === workspace &&
      known.calls.length <= edits.length &&
      known.calls.every((call, index) => edits[index]?.call === call);
    if (!isContinued) known = { workspace, calls: [], files: new Map() };
    const fresh = edits.slice(known.calls.length);
    for (const one of fresh) {
      tell(known.files, one, workspace);
      known.calls.push(one.call);
    }
    const isTold =
      isContinued &&
      fresh.length === 0 &&
      [told.left, told.commands, told.delegations].join() === [left, commands, delegations].join();
    if (!isTold) told = { files: [...known.files.values()], left, commands, delegations };
    return told;
  };
}

/** What was told so far, and of which calls. */
interface Known {
  workspace: string;
  calls: ToolCall[];
  files: Map<string, FileChange>;
}

function doneIn(transcript: Transcript) {
  const results = resultsOf(transcript.messages);
  const edits: DoneEdit[] = [];
  let [commands, delegations] = [0, 0];
  for (const { tool_calls } of transcript.messages) {
    for (const call of tool_calls) {
      const result = results.get(call.id)?.content;
      if (transcript.delegations[call.id]) delegations += 1;
      else if (call.name === "shell" && result !== undefined) commands += 1;
      const edit = result !== undefined && isDone(call, result, transcript) ? editOf(call) : null;
      if (edit) edits.push({ call, edit, isCreated: hasCreated(result ?? "") });
    }
  }
  const over = Math.max(0, edits.length - MAX_TOLD_EDITS);
  const left = Math.ceil(over / LEFT_OUT_STEP) * LEFT_OUT_STEP;
  return { edits: edits.slice(left), left, commands, delegations };
}

const isDone = ({ id }: ToolCall, result: string, { calls }: Transcript): boolean =>
  hasChanged(calls[id]?.success, result);

function tell(
  files: Map<string, FileChange>,
  { edit, isCreated }: DoneEdit,
  workspace: string,
): void {
  const path = fileName(edit.path, workspace);
  const before = edit.before === null ? null : stripControl(edit.before);
  const shown = { ...edit, before, after: stripControl(edit.after) };
  const known = files.get(path) ?? { ...noFragments, path, calls: 0 };
  // The one that was changed last goes to the end.
  files.delete(path);
  files.set(path, { ...edited(known, shown, isCreated), path, calls: known.calls + 1 });
}
