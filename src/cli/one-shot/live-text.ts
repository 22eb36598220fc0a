// The answer of a turn as it comes: writes each part once, whether it arrives as signals, as the
// finished message, or again after a reconnect.
import type { SignalFrame } from "../../protocol/frames.ts";
import type { Message } from "../../protocol/messages.ts";
import type { MarkdownWriter } from "../../terminal/markdown/render.ts";
import { createStripper, type Stripper } from "../../terminal/strip.ts";

export interface LiveText {
  signal(signal: SignalFrame): Promise<void>;
  message(message: Message): Promise<void>;
  /** Ends a line that was begun, so that something else can be written. */
  endLine(): Promise<void>;
  /** Nothing more comes: what was held back is written. */
  end(): Promise<void>;
  /** The model was asked again after some of its text had been written. */
  readonly wasRestarted: boolean;
}

export function createLiveText(options: {
  write(text: string): Promise<void>;
  /** Before each message. */
  mark: string;
  isRaw: boolean;
  /** Draws a message; without it the text is written as it is. */
  openWriter?: (() => MarkdownWriter) | undefined;
  onRestart(): Promise<void>;
}): LiveText {
  let current: { message_id: string; attempt: number; written: number } | undefined;
  let stripper: Stripper = createStripper();
  /** Of a sign that a vendor cut in two, the first half: encoded alone it would be lost. */
  let half = "";
  let hasWritten = false;
  let isLineOpen = false;
  let wasRestarted = false;
  let writer: MarkdownWriter | undefined;

  async function write(piece: string): Promise<void> {
    const whole = half + piece;
    half = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : "";
    const text = half === "" ? whole : whole.slice(0, -1);
    const clean = options.isRaw ? text : stripper.push(text);
    await writeClean(writer ? writer.push(clean) : clean);
  }

  async function writeClean(clean: string): Promise<void> {
    if (clean === "") return;
    isLineOpen = !clean.endsWith("\n");
    await options.write(clean);
  }

  async function endLine(): Promise<void> {
    if (isLineOpen) await options.write("\n");
    isLineOpen = false;
  }

  async function end(): Promise<void> {
    half = "";
    if (writer) await writeClean(writer.end());
    writer = undefined;
    await endLine();
  }

  async function begin(message_id: string, attempt: number): Promise<void> {
    const isRestart = current?.message_id === message_id && current.written > 0;
    await end();
    if (isRestart) {
      wasRestarted = true;
      await options.onRestart();
    } else if (hasWritten) {
      await options.write("\n");
    }
    stripper = createStripper();
    writer = options.openWriter?.();
    hasWritten = true;
    current = { message_id, attempt, written: 0 };
    if (options.mark) await options.write(options.mark);
    isLineOpen = options.mark !== "";
  }

  return {
    async signal({ signal_type, message_id, attempt, offset, text }) {
      if (signal_type !== "TextDelta" || text === "") return;
      const isCurrent = current?.message_id === message_id;
      if (isCurrent && current && attempt < current.attempt) return;
      if (!current || !isCurrent || attempt > current.attempt) await begin(message_id, attempt);
      // After a reconnect the text begins again at 0: only what is new is written.
      const written = current?.written ?? 0;
      if (offset > written) return;
      const fresh = text.slice(written - offset);
      current = { message_id, attempt, written: written + fresh.length };
      await write(fresh);
    },

    async message({ message_id, role, content }) {
      if (role !== "assistant" || content === "") return;
      if (current?.message_id !== message_id) await begin(message_id, 0);
      const rest = content.slice(current?.written ?? 0);
      current = { message_id, attempt: current?.attempt ?? 0, written: content.length };
      await write(rest);
      await end();
    },

    endLine,
    end,
    get wasRestarted() {
      return wasRestarted;
    },
  };
}
