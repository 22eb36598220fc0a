// What goes on while nothing is written: one dim line on stderr, rewritten in place each second.
// Rules: 1. Whatever else is written erases it first; it never stays.
//        2. Only in a terminal that can erase, and never with -q.
import type { TurnFrame } from "../client/run.ts";
import { describeCall } from "./activity.ts";
import { paint } from "./colour.ts";
import { type Context, createContext } from "./context.ts";
import { oneLine } from "./strip.ts";
import type { Output } from "./write-out.ts";

/** What is over sooner than this is not shown at all. Milliseconds. */
const REFRESH_MS = 1000;
const MAX_LABEL_LENGTH = 80;
const ERASE = "\r\u001b[K";
/** A terminal that is too narrow cuts the line: on two lines it could not be erased. */
const [NO_WRAP, WRAP] = ["\u001b[?7l", "\u001b[?7h"];

export interface Progress {
  /** The same, but what is written through it erases the line first. */
  context: Context;
  /** Before a frame is shown. */
  take(frame: TurnFrame): void;
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
  const isOn = err.isTerminal && !given.has("quiet") && host.variables.TERM !== "dumb";
  if (!isOn) return { context, take: () => undefined, stop: async () => undefined };
  const steps = createSteps();
  let isShown = false;
  let writers = 0;

  const timer = setInterval(() => {
    const step = steps.current();
    if (!step || writers > 0) return;
    isShown = true;
    void err.write(`\r${NO_WRAP}${paint(err.hasColour, "dim", describeStep(step))}\u001b[K${WRAP}`);
  }, REFRESH_MS);

  async function erase(): Promise<void> {
    if (!isShown) return;
    isShown = false;
    await err.write(ERASE);
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
    take: steps.take,
    async stop() {
      clearInterval(timer);
      await erase();
    },
  };
}

function describeStep({ label, hint, from }: Step): string {
  const seconds = Math.floor((performance.now() - from) / 1000);
  return `${oneLine(label, MAX_LABEL_LENGTH)} ${seconds} s${hint}`;
}

/** What the turn waits for, by its frames. */
export function createSteps() {
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
        // The text itself shows that it goes on, and its line is open.
        if (frame.signal.signal_type === "TextDelta") thinking = undefined;
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
