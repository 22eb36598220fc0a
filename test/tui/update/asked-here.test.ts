// A question of the very conversation that one writes in: an answer to it never goes along as a message.
import { describe, expect, test } from "bun:test";
import { approval, createFrames } from "../../support/tui-frames.ts";
import { type PlayedInterface, playSession, said } from "../../support/tui-whole.ts";

const WAITS = "A question waits: f9 answers it. This was not sent.";

function asked(session_id = "s1"): PlayedInterface {
  const played = playSession([said("m1", "write it")]);
  const { frames, add } = createFrames();
  add("HumanRequestQueued", { ...approval, session_id });
  played.frames(...frames);
  played.effects();
  return played;
}

describe("while a question of this conversation waits", () => {
  test("a lone yes or no is not sent, and stays", () => {
    for (const text of ["y", "n", "N", "yes", "No", " y"]) {
      const played = asked();
      played.type(text);
      played.press("enter");
      expect(played.calls("SendMessage")).toEqual([]);
      expect([played.state.composer.text, played.state.notice?.text]).toEqual([text, WAITS]);
    }
  });

  test("anything else is sent, and so is a yes once nothing of it waits", () => {
    const played = asked();
    played.type("yes, and quickly");
    played.press("enter");
    const elsewhere = asked("s9");
    elsewhere.type("y");
    elsewhere.press("enter");
    const sent = [played, elsewhere].map((one) => one.calls("SendMessage")[0]?.params.message);
    expect(sent).toEqual(["yes, and quickly", "y"]);
  });

  test("enter on nothing shows it, and the keys say so as long as nothing is typed", () => {
    const played = asked();
    expect(played.screen()).toContain("✋ f9 (or enter) answers what waits for you");
    played.type("w");
    expect(played.screen()).toContain("✋ f9 answers what waits for you");
    played.press("backspace", "enter");
    expect([played.state.open, played.state.focus]).toEqual(["inbox", "pane"]);
    const elsewhere = asked("s9");
    elsewhere.press("enter");
    expect(elsewhere.state.open).toBeNull();
  });
});
