// The JSON document in an answer that was to be one: the whole text, or the one fenced block in it.
import { nestingOf } from "./decode.ts";
import { messageOf } from "./errors.ts";
import { MAX_JSON_DEPTH } from "./limits.ts";
import type { Json } from "./messages.ts";

export type ReadDocument = { ok: true; document: Json } | { ok: false; problem: string };

/** A fence that begins a line, and the next that does. */
const FENCE = /^[ \t]*```/gm;

export function readDocument(text: string): ReadDocument {
  const whole = parse(text);
  if (whole.ok) return whole;
  const fenced = onlyBlock(text);
  return fenced === undefined ? whole : parse(fenced);
}

function parse(text: string): ReadDocument {
  if (text.trim() === "") return { ok: false, problem: "it is empty" };
  if (nestingOf(text, MAX_JSON_DEPTH) > MAX_JSON_DEPTH) {
    return { ok: false, problem: `it is nested deeper than ${MAX_JSON_DEPTH} levels` };
  }
  try {
    // What JSON.parse returns is JSON.
    return { ok: true, document: JSON.parse(text) as Json };
  } catch (thrown) {
    return { ok: false, problem: `it is not one JSON document (${messageOf(thrown)})` };
  }
}

/** What stands between the only two fences; of several blocks none is the answer. */
function onlyBlock(text: string): string | undefined {
  const [open, close, more] = text.matchAll(FENCE);
  if (!open || !close || more) return undefined;
  const from = text.indexOf("\n", open.index);
  return from < 0 ? undefined : text.slice(from, close.index);
}
