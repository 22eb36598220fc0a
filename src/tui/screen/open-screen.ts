// The terminal as the interface has it: frames out, inputs in, and everything put back as it was.
// Rules: 1. Nothing is written where nothing changed, and nothing that would wait for the terminal.
//        2. Whatever ends the process, the terminal is put back.
import type { Size } from "../shapes.ts";
import { asciiText, isAsciiOnly } from "./ascii.ts";
import { createHold } from "./hold.ts";
import { createOutput } from "./output.ts";
import { createPainter } from "./painter.ts";
import type { OpenScreen, ScreenOptions } from "./screen-shapes.ts";
import * as sequences from "./sequences.ts";

/** What a terminal has that does not say how large it is. */
const [COLUMNS, ROWS] = [80, 24];

export function openScreen(options: ScreenOptions): OpenScreen {
  const stdout = createOutput(options.stdout, () => {
    if (hold.isIn() && isDue) options.onStale();
  });
  const written = { ...options, stdout };
  const size = (): Size => ({ columns: stdout.columns || COLUMNS, rows: stdout.rows || ROWS });
  const painter = createPainter(written, size);
  const hold = createHold({ ...written, size, painter });
  const voice = createVoice(written, hold.isFocused);
  let closing: Promise<boolean> | undefined;
  /** A frame was left out because the terminal had not taken the one before, or it is not taken whole itself. */
  let isDue = false;

  async function close(): Promise<boolean> {
    await hold.leave();
    const isHeard = !stdout.isBehind();
    stdout.close();
    process.removeListener("exit", hold.restore);
    painter.destroy();
    return isHeard;
  }

  process.on("exit", hold.restore);
  hold.enter();
  return {
    size,
    draw(frame) {
      isDue = hold.isIn() && stdout.isBehind();
      if (!hold.isIn() || isDue) return false;
      painter.draw(frame);
      isDue = stdout.isBehind();
      return !isDue;
    },
    setTheme: painter.setTheme,
    forget: () => painter.reset(size()),
    setTitle: voice.setTitle,
    notify: voice.notify,
    copy: voice.copy,
    setMouse: hold.setMouse,
    suspend: hold.leave,
    resume() {
      if (hold.isIn()) return;
      hold.enter();
      voice.again();
      hold.stale();
    },
    goOn() {
      if (!hold.isIn()) return;
      hold.again();
      voice.again();
      hold.stale();
    },
    close: () => (closing ??= close()),
    get capabilities() {
      return hold.capabilities();
    },
  };
}

/** What is said beside the picture. */
function createVoice({ stdout, variables }: ScreenOptions, isFocused: () => boolean) {
  const spelt = isAsciiOnly(variables) ? asciiText : (text: string) => text;
  let title = "";
  return {
    setTitle(text: string) {
      title = sequences.titleOf(spelt(text));
      stdout.write(title);
    },
    /** Somebody else had the terminal, and may have named it. */
    again: () => void stdout.write(title),
    notify(title: string, body: string) {
      if (isFocused()) return;
      stdout.write(sequences.noticeOf(spelt(title), spelt(body), variables));
    },
    copy(text: string) {
      const sequence = sequences.copyOf(text, variables);
      if (sequence !== undefined) stdout.write(sequence);
      return sequence !== undefined;
    },
  };
}
