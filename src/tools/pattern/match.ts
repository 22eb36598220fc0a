// Matches a pattern in time linear in the text, whatever the pattern: an automaton whose states are
// made when they are first met. Answers only whether a line matches, so that greed and groups mean
// nothing.
// Rules: 1. The work for one character is bounded by the size of the program.
//        2. A text may be given in slices, and the caller may do something else between them.
import type { Attempt } from "../../core/world.ts";
import type { Assertion, Pattern } from "./parse.ts";
import { type Range, ranges } from "./ranges.ts";

/** Instructions of one program: `(a{1000}){1000}` would be a million. */
const MAX_PROGRAM = 1000;
/** States that are remembered; then all are forgotten and made again as they are met. */
const MAX_STATES = 2000;

type Instruction =
  | { type: "set"; ranges: Range[] }
  | { type: "assert"; assertion: Assertion }
  | { type: "split"; other: number }
  | { type: "jump"; to: number }
  | { type: "match" };

/** What stands before a place in the line. */
type Before = "start" | "word" | "other";

export interface MatchState {
  /** Instructions to go on from. */
  from: readonly number[];
  before: Before;
  /** By class of the next character. */
  next: (MatchState | undefined)[];
}

export interface Matcher {
  begin: MatchState;
  /** The state after the units [from, to) of a line. `to` must not cut a surrogate pair. */
  advance(state: MatchState, text: string, from: number, to: number): MatchState;
  /** True once the line matches, whatever follows. */
  isMatch(state: MatchState): boolean;
  /** Whether the line matches, if it ends here. */
  endsInMatch(state: MatchState): boolean;
  /** Instructions that were looked at so far to make states: what matching cost beside one look for each character. */
  work(): number;
}

export function createMatcher(pattern: Pattern): Attempt<Matcher> {
  const program: Instruction[] = [];
  if (!emit(program, pattern) || !push(program, { type: "match" })) {
    return { ok: false, problem: "the pattern is too large; use fewer or smaller repetitions" };
  }
  const classes = classesOf(program);
  const matched: MatchState = { from: [], before: "other", next: [] };
  const remembered = new Map<string, MatchState>();
  let work = 0;

  const stateOf = (from: number[], before: Before): MatchState => {
    const sorted = from.toSorted((one, other) => one - other);
    const key = `${before} ${sorted.join(" ")}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_STATES) {
      // States in use go on without it; what they point to is let go with them.
      for (const state of remembered.values()) state.next = [];
      remembered.clear();
    }
    const state: MatchState = { from: sorted, before, next: [] };
    remembered.set(key, state);
    return state;
  };
  const step = (state: MatchState, index: number): MatchState => {
    work += program.length;
    const isWord = classes.isWord[index] === true;
    const reached = closure(program, state, isWord ? "word" : "other");
    if (reached === undefined) return matched;
    const code = classes.starts[index] ?? 0;
    const from = reached.filter((at) => {
      const instruction = program[at];
      return instruction?.type === "set" && contains(instruction.ranges, code);
    });
    return stateOf(
      from.map((at) => at + 1),
      isWord ? "word" : "other",
    );
  };
  return {
    ok: true,
    value: {
      begin: stateOf([], "start"),
      advance: (given, text, from, to) => {
        let state = given;
        for (let at = from; at < to && state !== matched; ) {
          const code = text.codePointAt(at) ?? 0;
          at += code > 0xffff ? 2 : 1;
          const index = classes.indexOf(code);
          let next = state.next[index];
          if (next === undefined) {
            next = step(state, index);
            state.next[index] = next;
          }
          state = next;
        }
        return state;
      },
      isMatch: (state) => state === matched,
      endsInMatch: (state) => state === matched || closure(program, state, "end") === undefined,
      work: () => work,
    },
  };
}

/** Appends the instructions of a pattern; false once there are too many. */
function emit(program: Instruction[], pattern: Pattern): boolean {
  switch (pattern.type) {
    case "set":
    case "assert":
      return push(program, pattern);
    case "sequence":
      return pattern.parts.every((part) => emit(program, part));
    case "choice":
      return emitChoice(program, pattern.parts);
    case "repeat":
      return emitRepeat(program, pattern);
  }
}

function emitChoice(program: Instruction[], parts: Pattern[]): boolean {
  const jumps: { type: "jump"; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const split = { type: "split" as const, other: 0 };
    if (!isLast && !push(program, split)) return false;
    if (!emit(program, part)) return false;
    const jump = { type: "jump" as const, to: 0 };
    if (!isLast && !push(program, jump)) return false;
    jumps.push(jump);
    split.other = program.length;
  }
  for (const jump of jumps) jump.to = program.length;
  return true;
}

function emitRepeat(
  program: Instruction[],
  { part, min, max }: { part: Pattern; min: number; max: number },
): boolean {
  for (let count = 0; count < min; count += 1) if (!emit(program, part)) return false;
  if (max === Number.POSITIVE_INFINITY) {
    const top = program.length;
    const split = { type: "split" as const, other: 0 };
    if (!push(program, split) || !emit(program, part)) return false;
    if (!push(program, { type: "jump", to: top })) return false;
    split.other = program.length;
    return true;
  }
  const splits: { type: "split"; other: number }[] = [];
  for (let count = min; count < max; count += 1) {
    const split = { type: "split" as const, other: 0 };
    splits.push(split);
    if (!push(program, split) || !emit(program, part)) return false;
  }
  for (const split of splits) split.other = program.length;
  return true;
}

function push(program: Instruction[], instruction: Instruction): boolean {
  program.push(instruction);
  return program.length <= MAX_PROGRAM;
}

/** The sets that can take the next character; undefined if the line matches already. */
function closure(
  program: Instruction[],
  state: MatchState,
  after: "word" | "other" | "end",
): number[] | undefined {
  const seen = new Uint8Array(program.length);
  const sets: number[] = [];
  // A match may begin at every place.
  const pending = [0, ...state.from];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen[at] === 1) continue;
    seen[at] = 1;
    const instruction = program[at];
    if (instruction === undefined) continue;
    if (instruction.type === "match") return undefined;
    if (instruction.type === "set") sets.push(at);
    else if (instruction.type === "jump") pending.push(instruction.to);
    else if (instruction.type === "split") pending.push(at + 1, instruction.other);
    else if (holds(instruction.assertion, state.before, after)) pending.push(at + 1);
  }
  return sets;
}

function holds(assertion: Assertion, before: Before, after: "word" | "other" | "end"): boolean {
  if (assertion === "start") return before === "start";
  if (assertion === "end") return after === "end";
  const isBorder = (before === "word") !== (after === "word");
  return assertion === "word" ? isBorder : !isBorder;
}

/** Characters that no set of the program tells apart are one class. */
function classesOf(program: Instruction[]) {
  const borders = new Set<number>([0]);
  for (const set of [
    ranges.word,
    ...program.flatMap((one) => (one.type === "set" ? [one.ranges] : [])),
  ]) {
    for (const [first, last] of set) borders.add(first).add(last + 1);
  }
  const starts = [...borders].toSorted((one, other) => one - other);
  const search = (code: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const ascii = Uint16Array.from({ length: 128 }, (_, code) => search(code));
  return {
    starts,
    isWord: starts.map((code) => contains(ranges.word, code)),
    indexOf: (code: number): number => (code < 128 ? (ascii[code] ?? 0) : search(code)),
  };
}

function contains(set: readonly Range[], code: number): boolean {
  return set.some(([first, last]) => first <= code && code <= last);
}
