// Tool calls that arrive in fragments, several at once, in any order, put together again.
import type { ModelPart } from "../core/model.ts";
import { parseJson } from "../protocol/decode.ts";
import { messageOf } from "../protocol/errors.ts";
import type { ToolCall } from "../protocol/messages.ts";
import { boundedText, fieldsOf } from "./fields.ts";

/** The arguments of one call. */
export const MAX_ARGUMENTS_BYTES = 1024 * 1024;
/** The calls of one answer. More than this is no answer but an attack. */
export const MAX_CALLS = 128;
const MAX_SHOWN_ARGUMENTS = 500;

export interface CallDraft {
  /** The vendor's place of this call in its answer; undefined where it names none. */
  index: number | undefined;
  id: string;
  name: string;
  args_text: string;
  is_too_long: boolean;
  /** Chat only: what the vendor wants back with this call. */
  extra: unknown;
}

export interface CallFragment {
  index: number | undefined;
  id: string;
  name: string;
  args_text: string;
  extra?: unknown;
}

export function addFragment(drafts: CallDraft[], fragment: CallFragment): CallDraft[] {
  const at = placeOf(drafts, fragment);
  const draft = drafts[at];
  if (draft === undefined) {
    return [...drafts, extend(emptyDraft(fragment), fragment)];
  }
  return drafts.with(at, extend(draft, fragment));
}

/** The whole arguments at once, instead of what had come in fragments. */
export function setArguments(drafts: CallDraft[], index: number, args_text: string): CallDraft[] {
  return drafts.map((draft) =>
    draft.index === index ? extend({ ...draft, args_text: "" }, { args_text }) : draft,
  );
}

/** One part per call, in order. `seed` makes ids for vendors that give none. */
export function finishCalls(drafts: CallDraft[], seed: string): ModelPart[] {
  const taken = new Set<string>();
  return drafts.map((draft, position) => {
    let id = draft.id === "" ? `call_${seed.replace(/[^a-zA-Z0-9]/g, "")}_${position}` : draft.id;
    // Two calls with one id would share one result.
    if (taken.has(id)) id = `${id}_${position}`;
    taken.add(id);
    return { type: "tool_call", id, name: draft.name, ...readArguments(draft) };
  });
}

/** Where this fragment belongs; the length of the list for a new call. */
function placeOf(drafts: CallDraft[], fragment: CallFragment): number {
  const { index, id, name } = fragment;
  const found = drafts.findLastIndex(
    (draft) =>
      // Some servers give every call the place 0: a second id there is a second call.
      index !== undefined && draft.index === index && (id === "" || name === "" || draft.id === id),
  );
  if (found >= 0) return found;
  if (index !== undefined) return drafts.length;
  // Without a place a name begins a call, and anything else continues the last one.
  return name === "" && drafts.length > 0 ? drafts.length - 1 : drafts.length;
}

function emptyDraft(fragment: CallFragment): CallDraft {
  const { index } = fragment;
  return { index, id: "", name: "", args_text: "", is_too_long: false, extra: undefined };
}

function extend(draft: CallDraft, fragment: Partial<CallFragment>): CallDraft {
  const added = fragment.args_text ?? "";
  const is_too_long =
    draft.is_too_long || draft.args_text.length + added.length > MAX_ARGUMENTS_BYTES;
  return {
    ...draft,
    id: draft.id || (fragment.id ?? ""),
    name: draft.name || (fragment.name ?? ""),
    extra: draft.extra ?? fragment.extra,
    args_text: is_too_long ? "" : draft.args_text + added,
    is_too_long,
  };
}

function readArguments(draft: CallDraft): { args: ToolCall["args"]; problem: string | null } {
  if (draft.is_too_long) {
    return { args: {}, problem: `The arguments are larger than ${MAX_ARGUMENTS_BYTES} bytes.` };
  }
  if (draft.args_text.trim() === "") return { args: {}, problem: null };
  const shown = boundedText(draft.args_text, MAX_SHOWN_ARGUMENTS);
  try {
    const args = parseJson(draft.args_text, { maxBytes: MAX_ARGUMENTS_BYTES });
    if (fieldsOf(args) === undefined) {
      return { args: {}, problem: `The arguments are not a JSON object: ${shown}` };
    }
    // `parseJson` gives nothing but JSON.
    return { args: args as ToolCall["args"], problem: null };
  } catch (thrown) {
    return {
      args: {},
      problem: `The arguments cannot be read. ${messageOf(thrown)} Got: ${shown}`,
    };
  }
}

/** The answer holds more calls than anybody may ask for. */
export function tooManyCalls(drafts: CallDraft[]): ModelPart[] {
  if (drafts.length <= MAX_CALLS) return [];
  return [
    {
      type: "error",
      code: "provider_bad_stream",
      message: `its answer holds more than ${MAX_CALLS} tool calls.`,
      retryable: true,
      retry_after_ms: undefined,
    },
  ];
}
