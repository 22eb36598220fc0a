// When the interface needs a clock: nothing ticks, and so nothing is drawn, where nothing on the screen counts time.
import { expect, test } from "bun:test";
import { readBindings } from "../../../src/tui/palette/bindings.ts";
import { modelOf } from "../../../src/tui/run/model.ts";
import { createFrames, now, question } from "../../support/tui-frames.ts";
import {
  playInterface,
  playLively,
  playSession,
  said,
  sessionOf,
} from "../../support/tui-whole.ts";

const size = { columns: 80, rows: 24 };

const modelWith = (isMotionReduced: boolean) =>
  modelOf(
    {
      link: { hello: { environment: "default" } },
      chosen: { session_id: null, po_name: null },
      kept: { draftOf: () => "", history: [], pins: [] },
      model: null,
      directory: "/",
      bindings: readBindings(""),
      hasMouse: false,
      isMotionReduced,
    },
    { size, seed: "seed", now },
  );

const lost = { type: "link", state: { type: "lost", reason: "it went" } } as const;

test("it ticks while a turn runs, something fades, or the daemon is away, and not else", () => {
  const { initial, counts } = modelWith(false);
  const rests = playSession([said("m1", "done")]);
  const works = playLively(size);
  const away = playInterface();
  away.give(lost);
  const fades = playInterface();
  fades.give({ type: "trouble", text: "Not copied." });
  expect([initial, rests.state, works.state, away.state, fades.state].map(counts)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test("with reduced motion it ticks only until what fades is gone", () => {
  const { counts } = modelWith(true);
  const works = playLively(size);
  const away = playInterface();
  away.give(lost);
  const fades = playInterface();
  fades.give({ type: "trouble", text: "Not copied." });
  const during = counts(fades.state);
  for (const at of [now + 1, now + 10_000]) fades.give({ type: "tick", now: at });
  expect([works, away, fades].map(({ state }) => counts(state))).toEqual([false, false, false]);
  expect(during).toBe(true);
});

test("with reduced motion it ticks until keys count for a question, and no longer", () => {
  const { counts } = modelWith(true);
  const played = playInterface();
  const { frames, add } = createFrames();
  add("HumanRequestQueued", question);
  played.frames(...frames);
  const before = counts(played.state);
  played.press("f9");
  const hint = "a moment: keys count once this has been seen";
  const during = [counts(played.state), played.screen().includes(hint)];
  for (const at of [now + 1_000, now + 2_000]) played.give({ type: "tick", now: at });
  const after = [counts(played.state), played.screen().includes(hint)];
  expect([before, during, after]).toEqual([false, [true, true], [false, false]]);
});

test("it ticks for what worked, or waited for a human, before this interface looked", () => {
  const { counts } = modelWith(false);
  const withState = (state: "idle" | "working" | "waiting") => {
    const played = playInterface();
    const { conversation: _, ...session } = sessionOf([], { state });
    played.replied("ListSessions", "world:load", { sessions: [session], next_cursor: null });
    return played.state;
  };
  expect([withState("idle"), withState("working"), withState("waiting")].map(counts)).toEqual([
    false,
    true,
    true,
  ]);
});
