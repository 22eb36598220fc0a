// Writing in the whole interface: what is entered, what comes back, what is kept.
import { describe, expect, test } from "bun:test";
import type { Effect, Input } from "../../../src/tui/shapes.ts";
import { initialState, type State, update } from "../../../src/tui/update.ts";
import { keysOf, shown } from "../../support/composing.ts";

const begun = (): State =>
  update(
    initialState({ environment: "default", session_id: null, workspace: "/w", now: 0, seed: "s" }),
    { type: "tick", now: 0 },
  ).state;

function play(script: string, from: State = begun()): { state: State; effects: readonly Effect[] } {
  const inputs = keysOf(script).map((key): Input => ({ type: "key", key }));
  return playInputs(inputs, from);
}

function playInputs(inputs: readonly Input[], from: State) {
  let state = from;
  const effects: Effect[] = [];
  for (const input of inputs) {
    const next = update(state, input);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const drafts = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === "save_draft" ? [effect.text] : []));

describe("what is entered", () => {
  test("and is no command stands there again with what is wrong", () => {
    const { state } = play("/quti<enter>");
    expect(shown(state.composer)).toBe("/quti|");
    expect(state.notice?.text).toBe(
      "There is no command /quti. Did you mean /quit? //quti says it as text.",
    );
  });

  test("is kept as a draft at every key, until the daemon has it", () => {
    expect(drafts(play("ab<backspace><left>").effects)).toEqual(["a", "ab", "a"]);
    expect(drafts(play("hi<enter>").effects)).toEqual(["h", "hi"]);
  });

  test("comes back from the editor, and what stood before by undo", () => {
    const written = play("before").state;
    const { state } = playInputs(
      [{ type: "edited", purpose: "composer", text: "after\n" }],
      written,
    );
    expect(shown(state.composer)).toBe("after|");
    expect(shown(play("<ctrl+_>", state).state.composer)).toBe("before|");
    const left = playInputs([{ type: "edited", purpose: "composer", text: null }], written);
    expect(shown(left.state.composer)).toBe("before|");
  });

  test("is cleared by Ctrl+C and comes back by undo", () => {
    expect(shown(play("typed<ctrl+c>").state.composer)).toBe("|");
    expect(shown(play("typed<ctrl+c><ctrl+_>").state.composer)).toBe("typed|");
  });
});

test("an exported conversation opens in the editor, and nothing comes back from there", () => {
  const replied: Input = {
    type: "replied",
    command: "ExportSession",
    reply: { format: "json", media_type: "application/json", text: "{}" },
    purpose: "act:export",
  };
  const before = begun();
  const { state, effects } = playInputs([replied], before);
  expect(effects).toEqual([{ type: "edit", purpose: "act:export", text: "{}", suffix: ".json" }]);
  const back: Input = { type: "edited", purpose: "act:export", text: "changed" };
  expect(playInputs([back], state)).toEqual({ state, effects: [] });
});

describe("the key help", () => {
  test("opens by ? where nothing is typed, and closes by any key but those that scroll", () => {
    expect(play("?").state.overlay).toBe("help");
    expect(play("why?").state).toMatchObject({ overlay: null, composer: { text: "why?" } });
    expect(play("?<down>").state.overlay).toBe("help");
    expect(play("?q").state).toMatchObject({ overlay: null, composer: { text: "" } });
  });

  test("scrolls no further than its last line, so that one press leads back", () => {
    const far = play(`?${"<pagedown>".repeat(50)}`).state;
    const further = play("<pagedown>", far).state;
    expect(further.helpScroll).toBe(far.helpScroll);
    expect(play("<up>", far).state.helpScroll).toBe(far.helpScroll - 1);
  });
});

describe("the palette", () => {
  test("does what is chosen, and puts what needs more into the composer", () => {
    expect(play("<ctrl+p>quit<enter>").effects).toContainEqual({ type: "quit", resume: null });
    const { state } = play("<ctrl+p>/mode<enter>");
    expect(state.composer.completion?.offered[0]?.name).toBe("single");
    expect(state).toMatchObject({
      overlay: null,
      composer: { text: "/mode " },
      focus: "composer",
    });
  });

  test("keeps what is typed in the composer as it is", () => {
    const { state } = play("typed<ctrl+p>zzz<escape>");
    expect(state).toMatchObject({ overlay: null, composer: { text: "typed" } });
  });
});
