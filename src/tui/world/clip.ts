// A long text cut to one clean line, at a cost that does not depend on how long it was.
import { oneLine } from "../../terminal/strip.ts";

/** Escape sequences and blanks that vanish may stand between the letters that are kept. */
const ROOM = 4;

export const clip = (text: string, maxLetters: number): string =>
  oneLine(text.slice(0, maxLetters * ROOM), maxLetters);
