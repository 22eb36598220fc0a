// What follows from a change of the state, wherever it came from: the terminal's title, a call for the human,
// the draft that survives a crash.
import { oneLine, showHidden } from "../../terminal/strip.ts";
import { draftOf, hasSameText, withPaths } from "../composer/index.ts";
import type { Effect } from "../shapes.ts";
import type { State } from "../state.ts";
import { isWorking, openRequests, sessionTitle, unsent } from "../state-questions.ts";

const MAX_TITLE_LENGTH = 60;

export function consequences(before: State, after: State): readonly Effect[] {
  return [
    ...titleChange(before, after),
    ...calls(before, after),
    ...draftChange(before, after),
    ...statusChange(before, after),
  ];
}

const titleChange = (before: State, after: State): readonly Effect[] => {
  const { session, session_id, world, hasBegun } = before;
  const isUntouched = session === after.session && world === after.world;
  if (hasBegun && isUntouched && session_id === after.session_id) return [];
  const title = titleOf(after);
  const isSame = before.hasBegun && titleOf(before) === title;
  return isSame ? [] : [{ type: "title", text: title }];
};

export function titleOf(state: State): string {
  const asked = openRequests(state).length;
  const marks = `${asked > 0 ? `✋${asked} ` : ""}${isWorking(state) ? "● " : ""}`;
  return `${marks}${oneLine(sessionTitle(state), MAX_TITLE_LENGTH)} · jamey`;
}

/** Only for who looks elsewhere: what is on the screen needs no bell. */
function calls(before: State, after: State): readonly Effect[] {
  if (after.isFocused) return [];
  const known = new Set(openRequests(before).map(({ request_id }) => request_id));
  const asked = openRequests(after).filter(({ request_id }) => !known.has(request_id));
  const effects = asked.map(({ from_po, kind, question }): Effect => {
    return {
      type: "notify",
      title: `${from_po}: ${kind}`,
      body: oneLine(showHidden(question), 200),
    };
  });
  const isDone = isWorking(before) && !isWorking(after) && before.session_id === after.session_id;
  if (!isDone || effects.length > 0) return effects;
  return [{ type: "notify", title: `${after.po_name} is done`, body: sessionTitle(after) }];
}

/** What a crash must not take: what is typed, and what was sent and may not have arrived. */
function draftChange(before: State, after: State): readonly Effect[] {
  const isSame =
    hasSameText(before.composer, after.composer) &&
    before.pending === after.pending &&
    before.session_id === after.session_id;
  if (isSame) return [];
  const [old, now] = [keptTexts(before), keptTexts(after)];
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
    (session_id) => (old.get(session_id) ?? "") !== (now.get(session_id) ?? ""),
  );
  return changed.map((session_id) => {
    return { type: "save_draft", session_id, text: now.get(session_id) ?? "" };
  });
}

/** By session; null is of one that has not begun. */
function keptTexts(state: State): ReadonlyMap<string | null, string> {
  const texts = new Map<string | null, string>();
  const keep = (session_id: string | null, text: string): void => {
    const before = texts.get(session_id);
    if (text !== "") texts.set(session_id, before === undefined ? text : `${before}\n\n${text}`);
  };
  for (const { session_id, text, images } of unsent(state)) {
    keep(session_id, withPaths(text, images));
  }
  keep(state.session_id, draftOf(state.composer));
  return texts;
}

/** What the human's own command is told; told again only where something of it is another. */
function statusChange(before: State, after: State): readonly Effect[] {
  const isSame = before.hasBegun && parts.every((part) => before[part] === after[part]);
  if (isSame) return [];
  const json = statusJson(after);
  if (before.hasBegun && statusJson(before) === json) return [];
  return [{ type: "status", json, isWorking: isWorking(after) }];
}

/** Where none of these is another, nothing of the facts is. */
const parts = [
  ...(["session", "session_id", "chosen", "default_model"] as const),
  ...(["world", "link", "po_name", "pending"] as const),
] as const;

function statusJson(state: State): string {
  const { session, session_id, chosen, environment, workspace, po_name, link } = state;
  const { context, usage, queued, max_cost_usd } = session?.transcript ?? {};
  const model = chosen.model ?? session?.transcript.model ?? state.default_model;
  return JSON.stringify({
    environment,
    workspace,
    session_id,
    title: sessionTitle(state),
    object: po_name,
    model: model === "" ? null : model,
    mode: chosen.mode ?? session?.facts?.agent_mode ?? "single",
    permissions: chosen.permissions,
    is_connected: link.type === "up",
    is_working: isWorking(state),
    queued: queued?.length ?? 0,
    requests: openRequests(state).length,
    context_tokens: context?.used ?? null,
    context_limit: context?.of ?? null,
    input_tokens: usage?.input_tokens ?? 0,
    output_tokens: usage?.output_tokens ?? 0,
    cost_usd: usage?.cost_usd ?? null,
    max_cost_usd: max_cost_usd ?? null,
  });
}
