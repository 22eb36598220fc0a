// The loop: an input makes a state and effects, effects make inputs, a state that is new makes a frame.
// Rule: what was typed goes before what the daemon tells; nothing else overtakes that: it waits behind it.
import type { FollowFrame } from "../../protocol/frames.ts";
import type { Effect, Frame, Input, Size, TerminalInput, Updated } from "../shapes.ts";
import { createArrivals } from "./arrivals.ts";
import { createPacer } from "./frames.ts";

/** What the interface is, without a terminal and a daemon. */
export interface Model<State> {
  initial: State;
  update(state: State, input: Input): Updated<State>;
  view(state: State, size: Size): Frame;
  /** Whether something on the screen counts time. */
  counts(state: State): boolean;
}

export interface Loop<State> {
  /** With everything that has come so far. */
  state(): State;
  /** At once, or behind what has arrived before. */
  take(inputs: readonly Input[]): void;
  /** What the daemon tells. A promise where that is more than can be folded: it settles when it is. */
  arrived(frames: readonly FollowFrame[]): Promise<void> | undefined;
  /** What was typed is shown at once. */
  typed(inputs: readonly TerminalInput[]): void;
  redraw(): void;
  stop(): void;
}

/** Between two ticks, where time is shown at all. Milliseconds. */
const TICK_MS = 1000;
/** The time that a key finds is not older than this. Milliseconds. */
const STALE_MS = 50;
/** Effects whose inputs have effects, one in the other: beyond this somebody asks in a circle. */
const MAX_DEPTH = 100;

export function startLoop<State>(options: {
  model: Model<State>;
  size(): Size;
  /** Whether the terminal took it whole. */
  draw(frame: Frame): boolean;
  perform(effect: Effect): void;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** A part of the interface is broken. */
  onCrash(thrown: unknown): void;
}): Loop<State> {
  const { model, perform, onCrash, now } = options;
  let state = model.initial;
  let depth = 0;
  let isStopped = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  let ticking: Timer | undefined;

  const pacer = createPacer(() => {
    guard(() => {
      const isShown = options.draw(model.view(state, options.size()));
      if (isShown) run([{ type: "drawn", now: Date.now() }], false);
    });
  });

  const arrivals = createArrivals({
    fold: (frames) => run([{ type: "frames", frames }], false),
    now,
  });

  function guard(work: () => void): void {
    if (isStopped) return;
    try {
      work();
    } catch (thrown) {
      stop();
      onCrash(thrown);
    }
  }

  function step(input: Input): void {
    const { state: next, effects } = model.update(state, input);
    state = next;
    depth += 1;
    if (depth > MAX_DEPTH) throw new Error(`the interface asks itself in a circle: ${input.type}`);
    for (const effect of effects) perform(effect);
    depth -= 1;
  }

  function run(inputs: readonly Input[], isTyped: boolean): void {
    guard(() => {
      const before = state;
      for (const input of inputs) step(input);
      if (state !== before) pacer.ask(isTyped);
      arrangeClock();
    });
  }

  function tick(): Input {
    toldAt = now();
    return { type: "tick", now: Date.now() };
  }

  function arrangeClock(): void {
    const isCounting = model.counts(state);
    if (isCounting && !ticking) ticking = setInterval(() => run([tick()], false), TICK_MS);
    if (!isCounting && ticking) {
      clearInterval(ticking);
      ticking = undefined;
    }
  }

  function stop(): void {
    isStopped = true;
    pacer.stop();
    arrivals.stop();
    clearInterval(ticking);
  }

  return {
    state() {
      arrivals.flush();
      return state;
    },
    take(inputs) {
      arrivals.behind(() => run(inputs, false));
    },
    arrived: arrivals.push,
    typed(inputs) {
      // A clock that stood still while nothing counted goes on here.
      const isStale = now() - toldAt > STALE_MS;
      run(isStale ? [tick(), ...inputs] : inputs, true);
    },
    redraw: () => pacer.ask(true),
    stop,
  };
}
