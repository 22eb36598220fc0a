// The reading side of a terminal: raw bytes in, inputs out, and the answers to what the terminal was asked.

import type { ReadStream } from "node:tty";
import type { TerminalInput } from "../shapes.ts";
import { type Decoding, decode, freshDecoding, isWaiting, settle } from "./decode.ts";
import type { Answer, Decoded } from "./decoded.ts";

/** How long after an Escape the rest of its sequence may come. Milliseconds; over SSH a packet may be cut. */
const ESCAPE_MS = 50;
const REMOTE_ESCAPE_MS = 100;
/** A sequence whose end does not come is given up after this, and a paste after the longer one. Milliseconds. */
const BROKEN_SEQUENCE_MS = 1000;
const BROKEN_PASTE_MS = 10_000;

/** What of process.stdin is used. */
export type InputStream = Pick<
  ReadStream,
  "setRawMode" | "on" | "removeListener" | "resume" | "pause"
>;

export interface Keyboard {
  start(): void;
  /** The terminal was in other hands meanwhile: keys come one by one again. */
  again(): void;
  /** What comes from here on is thrown away. */
  mute(): void;
  stop(): void;
}

export function createKeyboard(options: {
  stdin: InputStream;
  isRemote: boolean;
  onInputs(inputs: readonly TerminalInput[]): void;
  onAnswer(answer: Answer): void;
  /** There is no terminal any more. */
  onEnd(): void;
}): Keyboard {
  const { stdin, onInputs, onAnswer, onEnd } = options;
  const escapeMs = options.isRemote ? REMOTE_ESCAPE_MS : ESCAPE_MS;
  let state: Decoding = freshDecoding;
  let timer: Timer | undefined;
  let isMuted = false;

  function take(result: { state: Decoding; inputs: readonly Decoded[] }): void {
    state = result.state;
    clearTimeout(timer);
    if (isWaiting(state)) timer = setTimeout(() => take(settle(state)), waitOf(state, escapeMs));
    const inputs: TerminalInput[] = [];
    for (const input of result.inputs) {
      if (input.type === "answer") onAnswer(input);
      else inputs.push(input);
    }
    if (inputs.length > 0 && !isMuted) onInputs(inputs);
  }

  const read = (bytes: Uint8Array) => take(decode(state, bytes));

  return {
    start() {
      isMuted = false;
      state = freshDecoding;
      stdin.setRawMode(true);
      stdin.on("data", read);
      stdin.on("end", onEnd);
      stdin.resume();
    },
    again() {
      // Somebody else may have changed it behind our back: only a change is carried out.
      stdin.setRawMode(false);
      stdin.setRawMode(true);
      state = freshDecoding;
    },
    mute() {
      isMuted = true;
    },
    stop() {
      clearTimeout(timer);
      stdin.removeListener("data", read);
      stdin.removeListener("end", onEnd);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}

function waitOf({ isLate, paste }: Decoding, escapeMs: number): number {
  if (!isLate) return escapeMs;
  return paste === null ? BROKEN_SEQUENCE_MS : BROKEN_PASTE_MS;
}
