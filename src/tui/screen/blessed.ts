// Stock blessed made to live in one binary: its terminal description embedded, current widths, nothing
// compiled before it is used, no handlers of the process, no process of its own.
import { readFileSync } from "node:fs";
import Program from "blessed/lib/program.js";
import Tput from "blessed/lib/tput.js";
import unicode from "blessed/lib/unicode.js";
import Screen from "blessed/lib/widgets/screen.js";
import description from "blessed/usr/xterm-256color" with { type: "file" };
import type { Size } from "../shapes.ts";

/** Attributes and what stands in the cell. */
export type Cell = [number, string];

export interface CellBuffer {
  /** What is to stand there; a row whose cells change is marked. */
  rows(): (Cell[] & { dirty: boolean })[];
  /** Writes what differs from what was written before. */
  draw(): void;
  /** Everything is written again. */
  reset(size: Size): void;
  destroy(): void;
}

/** What every terminal of today understands; its own description may be missing, or in a format of later. */
const TERMINAL = "xterm-256color";

export function createCellBuffer(size: Size, write: (text: string) => void): CellBuffer {
  mendBlessed();
  const output = createOutput(size, write);
  const program = withoutTmux(() =>
    Program({ input: createInput(), output, terminal: TERMINAL, buffer: true, zero: true }),
  );
  // Already on: entering and leaving is done in an order that blessed does not keep.
  program.isAlt = true;
  program.cursorHidden = true;
  const screen = Screen({ program, fullUnicode: true, forceUnicode: true });
  // Moves to the right are told as a place: a terminal may count a wide letter in its own way.
  screen.tput.strings.parm_right_cursor = "";
  screen.alloc();
  program.flush();
  return {
    rows: () => screen.lines,
    draw() {
      screen.draw(0, screen.lines.length - 1);
      program.flush();
    },
    reset(next) {
      program.cols = next.columns;
      program.rows = next.rows;
      screen.alloc();
      program.flush();
    },
    destroy: () => program.destroy(),
  };
}

/** The parts of it that bun.md found broken. Doing it twice changes nothing. */
function mendBlessed(): void {
  // Both believe that their handlers of signals, errors and the exit are in place: ours are.
  Program._bound = true;
  Screen._bound = true;
  unicode.blessed = { screen: Screen };
  unicode.charWidth = (text, at) => {
    if (typeof text === "number") return Bun.stringWidth(String.fromCodePoint(text));
    if (text === "\0") return 0;
    return Bun.stringWidth(at ? String.fromCodePoint(text.codePointAt(at) ?? 0) : text);
  };
  const { prototype } = Tput;
  prototype.readTerminfo = function readTerminfo() {
    return this.parseTerminfo(readFileSync(description), TERMINAL);
  };
  prototype.detectBrokenACS = () => true;
  prototype.detectUnicode = () => true;
  if (Object.hasOwn(prototype._compile, "isLazy")) return;
  prototype._compile = Object.assign(compileLater(prototype._compile), { isLazy: true });
}

type Compile = (typeof Tput)["prototype"]["_compile"];

/** Of five hundred capabilities a dozen is used. */
function compileLater(compile: Compile): Compile {
  return function compileOnce(this: (typeof Tput)["prototype"], info, key, text) {
    const isPlain = typeof text !== "string" || text === "";
    if (isPlain || key === "init_file" || key === "reset_file") {
      return compile.call(this, info, key, text);
    }
    let compiled: unknown;
    return (...parameters: unknown[]) => {
      compiled ??= compile.call(this, info, key, text);
      return typeof compiled === "function" ? compiled(...parameters) : compiled;
    };
  };
}

/** It would start tmux only to ask for its version, for features that are not used. */
function withoutTmux<Made>(make: () => Made): Made {
  const { TMUX } = process.env;
  if (TMUX === undefined) return make();
  delete process.env.TMUX;
  try {
    return make();
  } finally {
    process.env.TMUX = TMUX;
  }
}

const nothing = (): undefined => undefined;
const listens = { on: nothing, removeListener: nothing, listeners: () => [], emit: nothing };

/** Keys are decoded elsewhere. */
const createInput = () => ({ ...listens, _keypressDecoder: true });

const createOutput = (size: Size, write: (text: string) => void) => ({
  ...listens,
  columns: size.columns,
  rows: size.rows,
  isTTY: true,
  writable: true,
  write(text: string) {
    write(text);
    return true;
  },
});
