// What leaves the composer: the text as it is sent, and what is remembered of it.
import type { Effect } from "../shapes.ts";
import { remembered } from "./history.ts";
import { imagesIn, isMessage, lookAgain } from "./images.ts";
import { pasteAt } from "./letters.ts";
import { entryOf, wholeText, writtenText } from "./pastes.ts";
import {
  blank,
  type ComposerContext,
  type ComposerResult,
  type ComposerState,
  type Sent,
} from "./state.ts";

const READING = "Its images are still being read: it is sent when they are there.";
export const NOT_SENT = "Not sent yet: its images were still being read.";

export const untaken = (state: ComposerState): ComposerResult => ({
  state,
  effects: [],
  isTaken: false,
});
export const taken = (state: ComposerState, effects: readonly Effect[] = []): ComposerResult => ({
  state,
  effects,
  isTaken: true,
});

/** What was typed leaves the composer; where files of it are still read, once they are there. */
export function submit(
  state: ComposerState,
  how: "send" | "queue",
  context: ComposerContext,
): ComposerResult {
  const text = asEntered(wholeText(state));
  if (text === "") return untaken(state);
  const { session_id, po_name } = context;
  const isSaid = isMessage(state);
  const asked = lookAgain(state);
  if (isSaid && asked.state.reading.length > 0) {
    const waits = { how, session_id };
    const waiting = { ...asked.state, waits, completion: null, notice: READING };
    return taken(waiting, asked.effects);
  }
  const images = imagesIn(state);
  const paths = isSaid ? images.map(({ written }) => written) : [];
  const entry: Sent = {
    text: entryOf(state).trim(),
    session_id,
    po_name,
    ...(paths.length > 0 ? { images: paths } : {}),
  };
  const emptied: ComposerState = {
    ...blank,
    asked: state.asked,
    history: remembered(state.history, entry),
    // What was cut can still be put back, but the folded pastes are gone with the text.
    cuts: state.cuts.filter((one) => ![...one].some((letter) => pasteAt(letter, 0) !== null)),
  };
  const isLiteral = pasteAt(state.text.trimStart(), 0) !== null;
  return {
    state: emptied,
    effects: [{ type: "remember", entry }],
    isTaken: true,
    submitted: { text, written: asEntered(writtenText(state)), how, isLiteral, images },
  };
}

/** Without empty lines before it, and without what nobody sees behind it. */
const asEntered = (text: string): string => text.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
