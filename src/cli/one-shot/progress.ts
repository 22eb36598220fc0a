// What goes on while nothing is written: one dim line on stderr, rewritten in place each second, and the
// terminal's own mark for work (OSC 9;4) as long as the turn runs.
// Rules: 1. Whatever else is written erases it first; it never stays. 2. Only in a terminal, never
//        inside of an editor, and never with -q. 3. Without colours no escape sequence is written at all: spaces erase, and no mark is set.
import { writeSync } from "node:fs";
import type { TurnFrame } from "../../client/run.ts";
import { describeCall } from "../../terminal/activity.ts";
import { paint } from "../../terminal/colour.ts";
import { oneLine } from "../../terminal/strip.ts";
import { type Context, createContext } from "../context.ts";
import type { Output } from "../output/write-out.ts";
import { isRendered } from "./final-text.ts";

/** What is over sooner than this is not shown at all. Milliseconds. */
const REFRESH_MS = 1000;
const MAX_LABEL_LENGTH = 80;
const ERASE = "\r\u001b[K";
/** Work of unknown length, and none. */
const [BUSY, IDLE] = ["\u001b]9;4;3;0\u0007", "\u001b]9;4;0;0\u0007"];
/** Set inside of editors: what runs there is no terminal of its own. */
const EDITORS = ["VIM", "VIMRUNTIME", "NVIM", "EMACS", "INSIDE_EMACS"];
/** Without a way to cut a line, it has to fit into the narrowest terminal that is usual. Columns. */
const PLAIN_WIDTH = 79;
/** A terminal that is too narrow cuts the line: on two lines it could not be erased. */
const [NO_WRAP, WRAP] = ["\u001b[?7l", "\u001b[?7h"];

export interface Progress {
  /** The same, but what is written through it erases the line first. */
  context: Context;
  /** Before a frame is shown. */
  take(frame: TurnFrame): void;
  /** The terminal as it was, at once: the process is about to end. */
  restore(): void;
  stop(): Promise<void>;
}

interface Step {
  label: string;
  /** After the time. */
  hint: string;
  /** By the monotonic clock, in milliseconds. */
  from: number;
}

export function startProgress(context: Context): Progress {
  const { arguments: given, err, host, out } = context;
  const isInEditor = EDITORS.some((name) => host.variables[name]);
  const canErase = err.isTerminal && host.variables.TERM !== "dumb" && !isInEditor;
  const isOn = canErase && !given.has("quiet");
  if (!isOn) {
    const nothing = () => undefined;
    return { context, take: nothing, restore: nothing, stop: async () => undefined };
  }
  const steps = createSteps({ isLineFree: !out.isTerminal || isRendered(context) });
  const line = err.hasColour ? colouredLine : plainLine;
  const hasMark = err.hasColour;
  let erasure: string | undefined;
  let isBusy = false;
  let writers = 0;

  const timer = setInterval(() => {
    const step = steps.current();
    if (!step || writers > 0) return;
    const shown = line(describeStep(step), erasure);
    erasure = shown.erasure;
    void err.write(shown.text);
  }, REFRESH_MS);

  async function erase(): Promise<void> {
    if (erasure === undefined) return;
    const text = erasure;
    erasure = undefined;
    await err.write(text);
  }

  async function mark(isNowBusy: boolean): Promise<void> {
    if (!hasMark || isBusy === isNowBusy) return;
    isBusy = isNowBusy;
    await err.write(isNowBusy ? BUSY : IDLE);
  }

  /** The line stays away until the text is written. */
  const besides = (output: Output): Output => ({
    ...output,
    async write(text) {
      writers += 1;
      try {
        await erase();
        await output.write(text);
      } finally {
        writers -= 1;
      }
    },
  });

  return {
    context: createContext({ host, arguments: given, out: besides(out), err: besides(err) }),
    take(frame) {
      steps.take(frame);
      void mark(true);
    },
    restore() {
      const text = `${erasure ?? ""}${isBusy ? IDLE : ""}`;
      if (text !== "") writeSync(2, text);
    },
    async stop() {
      clearInterval(timer);
      await erase();
      await mark(false);
    },
  };
}

interface Line {
  text: string;
  /** Written over it, it is gone. */
  erasure: string;
}

const colouredLine = (step: string): Line => ({
  text: `\r${NO_WRAP}${paint(true, "dim", step)}\u001b[K${WRAP}`,
  erasure: ERASE,
});

/** Spaces over the line before, and over this one. */
function plainLine(step: string, before = ""): Line {
  const text = Bun.sliceAnsi(step, 0, PLAIN_WIDTH);
  return { text: `${before}\r${text}`, erasure: `\r${" ".repeat(Bun.stringWidth(text))}\r` };
}

function describeStep({ label, hint, from }: Step): string {
  const seconds = Math.floor((performance.now() - from) / 1000);
  return `${oneLine(label, MAX_LABEL_LENGTH)} ${seconds} s${hint}`;
}

/** What the turn waits for, by its frames. */
export function createSteps({ isLineFree }: { isLineFree: boolean }) {
  let thinking: Step | undefined;
  const calls = new Map<string, Step>();
  /** Somebody is asked: what they type stands where the line would. */
  const asked = new Set<string>();

  return {
    current: (): Step | undefined =>
      asked.size > 0 ? undefined : ([...calls.values()].at(-1) ?? thinking),

    take(frame: TurnFrame): void {
      const from = performance.now();
      if (frame.type === "signal") {
        // Where its line is open, the text itself shows that it goes on.
        if (frame.signal.signal_type !== "TextDelta") return;
        if (!isLineFree) thinking = undefined;
        else if (thinking) thinking = { ...thinking, label: "writing…" };
        return;
      }
      const { event_type, payload } = frame.event;
      switch (event_type) {
        case "ModelCallStarted":
          thinking = { label: "thinking…", hint: ", Ctrl-C cancels", from };
          break;
        case "ToolCallStarted":
          calls.set(payload.tool_call.id, {
            label: `▸ ${describeCall(payload.tool_call)}`,
            hint: "",
            from,
          });
          break;
        case "ToolCallCompleted":
          calls.delete(payload.call_id);
          break;
        case "HumanRequestQueued":
          asked.add(payload.request_id);
          break;
        case "HumanRequestResponded":
        case "HumanRequestExpired":
          asked.delete(payload.request_id);
          break;
        case "ModelCallFailed":
        case "MessageAdded":
          thinking = undefined;
          break;
        case "TurnCompleted":
        case "TurnFailed":
        case "TurnCancelled":
          thinking = undefined;
          calls.clear();
          asked.clear();
          break;
        default:
          break;
      }
    },
  };
}
