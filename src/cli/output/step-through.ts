// Steps shown one at a time on a terminal: next, previous, jump, the whole step, the state at that point.
import { paint } from "../../terminal/colour.ts";
import type { Context } from "../context.ts";

export interface Shown {
  seq: number;
  line: string;
  detail: string;
}

const KEYS = "n next · p previous · g SEQ ⏎ jump · d whole step · s state · q quit";
/** Digits of a number that is being typed. */
const MAX_DIGITS = 15;

type Key = "next" | "previous" | "detail" | "state" | "quit" | "jump";

const keys: Readonly<Record<string, Key>> = {
  n: "next",
  " ": "next",
  "\r": "next",
  "\n": "next",
  "\u001b[C": "next",
  "\u001b[B": "next",
  p: "previous",
  "\u001b[D": "previous",
  "\u001b[A": "previous",
  d: "detail",
  s: "state",
  g: "jump",
  q: "quit",
  "\u0003": "quit",
  "\u0004": "quit",
};

export async function stepThrough(
  { out }: Context,
  { steps, stateAt }: { steps: readonly Shown[]; stateAt(seq: number): Promise<string> },
): Promise<void> {
  let place = 0;
  let number: string | undefined;
  const show = async () => {
    const step = steps[place];
    if (step)
      await out.write(
        `${paint(out.hasColour, "dim", `[${place + 1}/${steps.length}]`)} ${step.line}\n`,
      );
  };
  const act: Record<Key, () => Promise<boolean>> = {
    next: () => moveTo(place + 1),
    previous: () => moveTo(place - 1),
    async detail() {
      await out.write(`${steps[place]?.detail ?? ""}\n`);
      return true;
    },
    async state() {
      await out.write(await stateAt(steps[place]?.seq ?? 0));
      return true;
    },
    async jump() {
      number = "";
      await out.write("seq: ");
      return true;
    },
    quit: async () => await Promise.resolve(false),
  };
  async function moveTo(next: number): Promise<boolean> {
    if (next < 0 || next >= steps.length) {
      await out.write(next < 0 ? "This is the first step.\n" : "This is the last step.\n");
      return true;
    }
    place = next;
    await show();
    return true;
  }
  async function digit(key: string): Promise<boolean> {
    if (key === "\u0003") return false;
    if (/^\d+$/.test(key) && (number ?? "").length + key.length <= MAX_DIGITS) {
      number = `${number ?? ""}${key}`;
      await out.write(key);
    } else if (key === "\r" || key === "\n") {
      const wanted = Number(number);
      number = undefined;
      await out.write("\n");
      const found = steps.findIndex((step) => step.seq >= wanted);
      return await moveTo(found < 0 ? steps.length - 1 : found);
    }
    return true;
  }

  await out.write(`${paint(out.hasColour, "dim", KEYS)}\n`);
  await show();
  if (steps.length === 0) return;
  await readKeys(async (key) => {
    if (number !== undefined) return await digit(key);
    const named = keys[key];
    return named ? await act[named]() : true;
  });
}

/** One key after the other, until one says false or the terminal is gone; the terminal is then as it was. */
async function readKeys(take: (key: string) => Promise<boolean>): Promise<void> {
  const { stdin } = process;
  stdin.setRawMode(true);
  try {
    for await (const chunk of stdin) {
      const text = String(chunk);
      // A key of several characters comes as one piece; what is pasted or typed ahead comes as many keys.
      const pressed = Object.hasOwn(keys, text) ? [text] : [...text];
      for (const key of pressed) if (!(await take(key))) return;
    }
  } finally {
    stdin.setRawMode(false);
    stdin.unref();
  }
}
