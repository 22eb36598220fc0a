// What a SessionUpdated means: what the session state knows goes there, everything else is metadata. The
// session's own fold has the same rule (`withUpdates` in core/session/session.ts), for core takes only types
// from here; a test compares both.
import { isObject } from "./json.ts";
import type { Json, SessionState } from "./messages.ts";

export function readUpdates(updates: Record<string, Json>): {
  state: Partial<SessionState>;
  metadata: Record<string, Json>;
} {
  const state: Partial<SessionState> = {};
  const rest: [string, Json][] = [];
  for (const [key, value] of Object.entries(updates)) {
    if (key === "active_tools" && isTextList(value)) state.active_tools = value;
    else if (key === "context" && isTextMap(value)) state.context = value;
    else if (key === "iteration_count" && isCount(value)) state.iteration_count = value;
    else rest.push([key, value]);
  }
  return { state, metadata: Object.fromEntries(rest) };
}

const isCount = (value: Json): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isTextList = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

const isTextMap = (value: Json): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((entry) => typeof entry === "string");
