// Taking the terminal and giving it back. Rule: entering and leaving keep the order of their sequences; stdin is
// drained while it is still raw.
import type { Size } from "../shapes.ts";
import { createAnswers } from "./answers.ts";
import { attempt } from "./attempt.ts";
import { createKeyboard } from "./keyboard.ts";
import type { TerminalOutput } from "./output.ts";
import type { Painter } from "./painter.ts";
import type { Capabilities, ScreenOptions } from "./screen-shapes.ts";
import * as sequences from "./sequences.ts";

/** A window that is pulled tells many sizes: the last one counts. Milliseconds. */
const RESIZE_MS = 50;
/** A terminal that does not read is given this long before somebody else has it, or nobody. Milliseconds. */
const DRAIN_MS = 500;

export interface Hold {
  isIn(): boolean;
  isFocused(): boolean;
  enter(): void;
  leave(): Promise<void>;
  /** It was in other hands without having been left: everything is put up once more. */
  again(): void;
  /** What is on the screen is no longer known, nor how large it is. */
  stale(): void;
  /** The last resort: what `leave` does, in one breath. */
  restore(): void;
  setMouse(isOn: boolean): void;
  capabilities(): Capabilities;
}

export function createHold(
  options: ScreenOptions & { stdout: TerminalOutput; painter: Painter; size(): Size },
): Hold {
  const { stdin, stdout, painter, size } = options;
  const answered = createAnswers({ options, onStale: painter.repaint });
  let [isIn, isFocused, isMouseOn] = [false, true, options.hasMouse];
  const keyboard = createKeyboard({
    stdin,
    isRemote: Boolean(options.variables.SSH_TTY),
    onInputs(inputs) {
      for (const input of inputs) if (input.type === "focus") isFocused = input.isFocused;
      options.onInputs(inputs);
    },
    onAnswer: answered.take,
    onEnd: options.onEnd,
  });
  const resized = debounce(RESIZE_MS, () => {
    painter.reset(size());
    options.onInputs([{ type: "resize", size: size() }]);
  });
  const quieten = () => sequences.quieten(answered.capabilities().keyboard);

  function putUp(entering: string): void {
    const mouse = isMouseOn ? sequences.MOUSE_ON : "";
    stdout.writeAlways(`${entering}${mouse}${answered.questions()}`);
    painter.reset(size());
  }

  async function leave(): Promise<void> {
    if (!isIn) return;
    keyboard.mute();
    stdout.removeListener("resize", resized.call);
    resized.stop();
    stdout.writeAlways(quieten());
    await answered.fence();
    isIn = false;
    stdout.writeAlways(sequences.LEAVE);
    await stdout.drained(DRAIN_MS);
    attempt(keyboard.stop);
    answered.stop();
  }

  return {
    isIn: () => isIn,
    isFocused: () => isFocused,
    enter() {
      isIn = true;
      keyboard.start();
      stdout.on("resize", resized.call);
      putUp(sequences.ENTER);
    },
    leave,
    again() {
      attempt(keyboard.again);
      stdout.writeAlways(quieten());
      answered.stop();
      putUp(sequences.RE_ENTER);
    },
    stale() {
      options.onInputs([{ type: "resize", size: size() }]);
      options.onStale();
    },
    restore() {
      if (!isIn) return;
      isIn = false;
      stdout.writeAlways(`${quieten()}${sequences.LEAVE}`);
      attempt(() => stdin.setRawMode(false));
    },
    setMouse(isOn) {
      if (isOn === isMouseOn) return;
      isMouseOn = isOn;
      stdout.writeAlways(isOn ? sequences.MOUSE_ON : sequences.MOUSE_OFF);
    },
    capabilities: answered.capabilities,
  };
}

function debounce(waitMs: number, work: () => void) {
  let timer: Timer | undefined;
  return {
    call() {
      clearTimeout(timer);
      timer = setTimeout(work, waitMs);
    },
    stop: () => clearTimeout(timer),
  };
}
