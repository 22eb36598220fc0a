// Drives the composer by keys, written as text: letters type themselves, `<left>` is a key.
import {
  type ComposerContext,
  type ComposerResult,
  type ComposerState,
  emptyComposer,
  type Sent,
  updateComposer,
} from "../../src/tui/composer/index.ts";
import { keymapOf } from "../../src/tui/keys.ts";
import type { Effect, KeyPress } from "../../src/tui/shapes.ts";

export const composing = (changes: Partial<ComposerContext> = {}): ComposerContext => ({
  keymap: keymapOf(),
  columns: 80,
  isBusy: false,
  session_id: "s1",
  po_name: "assistant",
  saidHere: () => new Set(),
  commands: [
    { name: "help", help: "keys" },
    { name: "model", help: "the model" },
    { name: "quit", help: "leave" },
  ],
  objects: [
    { name: "reviewer", help: "reviews" },
    { name: "writer", help: "writes" },
  ],
  argumentsOf: (command) =>
    command === "model" ? [{ name: "openai/gpt-5", help: "answered before" }] : [],
  ...changes,
});

/** What was sent before, in another session of the object. */
export const sentBefore = (...texts: string[]): readonly Sent[] =>
  texts.map((text) => ({ text, session_id: "s0", po_name: "assistant" }));

export function keysOf(script: string): readonly KeyPress[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return (script.match(/<[a-z0-9+_/]+>|[^<]+/gi) ?? []).flatMap((part): KeyPress[] =>
    part.startsWith("<")
      ? [{ name: part.slice(1, -1), text: "" }]
      : Array.from(segmenter.segment(part), ({ segment }) => ({
          name: segment === " " ? "space" : segment,
          text: segment,
        })),
  );
}

export interface Composed extends ComposerResult {
  effects: readonly Effect[];
}

/** What has come of all keys; `submitted` and `isTaken` are those of the last. */
export function play(
  script: string,
  { from = emptyComposer(), context = composing() }: PlayOptions = {},
): Composed {
  let result: Composed = { state: from, effects: [], isTaken: false };
  for (const key of keysOf(script)) {
    const next = updateComposer(result.state, { type: "key", key }, context);
    result = { ...next, effects: [...result.effects, ...next.effects] };
  }
  return result;
}

export interface PlayOptions {
  from?: ComposerState;
  context?: ComposerContext;
}

/** The text with a bar where the cursor stands. */
export const shown = ({ text, cursor }: ComposerState): string =>
  `${text.slice(0, cursor)}|${text.slice(cursor)}`;

export const pasted = (
  state: ComposerState,
  text: string,
  context: ComposerContext = composing(),
): ComposerState => updateComposer(state, { type: "paste", text }, context).state;
