// The terminal as the interface has it: frames out, inputs in, and everything put back as it was.
// Rules: 1. Entering and leaving keep the order of their sequences; stdin is drained while it is still raw.
//        2. Nothing is written where nothing changed. 3. Whatever ends the process, the terminal is put back.
import { writeSync } from "node:fs";
import type { Size } from "../shapes.ts";
import { createAnswers } from "./answers.ts";
import { attempt } from "./attempt.ts";
import { createKeyboard } from "./keyboard.ts";
import { createPainter } from "./painter.ts";
import type { OpenScreen, ScreenOptions } from "./screen-shapes.ts";
import * as sequences from "./sequences.ts";

/** A window that is pulled tells many sizes: the last one counts. Milliseconds. */
const RESIZE_MS = 50;
/** What a terminal has that does not say how large it is. */
const [COLUMNS, ROWS] = [80, 24];

export function openScreen(options: ScreenOptions): OpenScreen {
  const { stdin, stdout, variables } = options;
  const size = (): Size => ({ columns: stdout.columns || COLUMNS, rows: stdout.rows || ROWS });
  const painter = createPainter(options, size);
  const answered = createAnswers({ options, onStale: painter.repaint });
  let isMouseOn = options.hasMouse;
  let isIn = false;
  let isFocused = true;

  const keyboard = createKeyboard({
    stdin,
    isRemote: Boolean(variables.SSH_TTY),
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
  /** The last resort: what `leave` does, in one breath. */
  const restore = () => {
    if (!isIn) return;
    isIn = false;
    attempt(() =>
      writeSync(1, `${sequences.quieten(answered.capabilities().keyboard)}${sequences.LEAVE}`),
    );
    attempt(() => stdin.setRawMode(false));
  };

  function enter(): void {
    isIn = true;
    keyboard.start();
    stdout.on("resize", resized.call);
    stdout.write(`${sequences.ENTER}${isMouseOn ? sequences.MOUSE_ON : ""}${answered.questions()}`);
    painter.reset(size());
  }

  async function leave(): Promise<void> {
    if (!isIn) return;
    keyboard.mute();
    stdout.removeListener("resize", resized.call);
    resized.stop();
    attempt(() => stdout.write(sequences.quieten(answered.capabilities().keyboard)));
    await answered.fence();
    isIn = false;
    attempt(() => stdout.write(sequences.LEAVE));
    attempt(keyboard.stop);
    answered.stop();
  }

  process.on("exit", restore);
  enter();
  return {
    size,
    draw: (frame) => void (isIn && painter.draw(frame)),
    forget: () => painter.reset(size()),
    ...createVoice(options, () => isFocused),
    setMouse(isOn) {
      if (isOn === isMouseOn) return;
      isMouseOn = isOn;
      stdout.write(isOn ? sequences.MOUSE_ON : sequences.MOUSE_OFF);
    },
    suspend: leave,
    resume() {
      if (isIn) return;
      enter();
      options.onInputs([{ type: "resize", size: size() }]);
      options.onStale();
    },
    async close() {
      await leave();
      process.removeListener("exit", restore);
      painter.destroy();
    },
    get capabilities() {
      return answered.capabilities();
    },
  };
}

/** What is said beside the picture. */
function createVoice({ stdout, variables }: ScreenOptions, isFocused: () => boolean) {
  return {
    setTitle: (text: string) => void stdout.write(sequences.titleOf(text)),
    notify(title: string, body: string) {
      if (!isFocused()) stdout.write(sequences.noticeOf(title, body, variables));
    },
    copy(text: string) {
      const sequence = sequences.copyOf(text, variables);
      if (sequence !== undefined) stdout.write(sequence);
      return sequence !== undefined;
    },
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
