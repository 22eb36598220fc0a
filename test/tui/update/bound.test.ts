// What a human may have otherwise: keys of panes and lists, a line of their own, pinned conversations; and ways back.
import { describe, expect, test } from "bun:test";
import type { HumanRequest } from "../../../src/protocol/messages.ts";
import { approval, createFrames, livelyFrames, question } from "../../support/tui-frames.ts";
import { playInterface, playSession, said } from "../../support/tui-whole.ts";

function asked(request: HumanRequest) {
  const { frames, add } = createFrames();
  add("HumanRequestQueued", request);
  return frames;
}

describe("keys of panes", () => {
  test("are those that a human bound, in what they do and in what is shown of them", () => {
    const bindings = { sessions: { x: "delete", d: null, f: null } };
    const played = playInterface({ bindings, size: { columns: 99, rows: 30 } });
    played.frames(...livelyFrames());
    played.press("ctrl+s");
    expect(played.screen()).toContain("r rename · x delete");
    expect(played.screen()).not.toContain("fork");
    played.press("d", "f");
    expect(played.calls("ForkSession")).toEqual([]);
    expect(played.screen()).not.toContain("Delete '");
    played.press("x");
    expect(played.screen()).toContain("Delete '");
  });

  test("are digits, too, and mean no row where they were bound or taken away", () => {
    const bindings = { sessions: { "1": "pin", "2": null } };
    const played = playInterface({ bindings, size: { columns: 99, rows: 30 } });
    played.frames(...livelyFrames());
    played.press("ctrl+s", "1", "2");
    expect([played.state.open, played.state.pinned.length]).toEqual(["sessions", 1]);
    played.press("3");
    expect(played.state.open).toBeNull();
  });

  test("are digits of options, too, and answer nothing where they were taken away", () => {
    const played = playInterface({ bindings: { inbox: { "1": null } } });
    played.frames(...asked({ ...question, options: ["yes", "no"] }));
    played.press("f9");
    for (const now of [1, 2]) played.give({ type: "tick", now: played.state.now + now * 1_000 });
    played.press("1");
    expect(played.calls("RespondToRequest")).toEqual([]);
    // As any letter that is no key it begins an answer in words.
    played.press("escape", "2");
    expect(played.calls("RespondToRequest").map(({ params }) => params.response)).toEqual([
      { type: "answer", text: "no" },
    ]);
  });

  test("that allow something are shown where they are bound, and mean nothing where they are not", () => {
    const bindings = { inbox: { y: null, "alt+y": "once" } };
    const played = playInterface({ bindings, size: { columns: 100, rows: 40 } });
    played.frames(...asked(approval));
    played.press("f9");
    for (const now of [1, 2]) played.give({ type: "tick", now: played.state.now + now * 1_000 });
    expect(played.screen()).toContain("Allow once (alt+y)");
    played.press("y");
    expect(played.calls("RespondToRequest")).toEqual([]);
    played.press("alt+y");
    expect(played.calls("RespondToRequest").map(({ params }) => params.response)).toMatchObject([
      { decision: "approve", scope: "once" },
    ]);
  });

  test("of the help and of typed fields can be others, too", () => {
    const bindings = { help: { n: "down", j: null }, field: { "ctrl+g": "submit" } };
    const played = playInterface({ bindings, size: { columns: 100, rows: 30 } });
    played.press("f1", "n", "n");
    expect(played.state.helpScroll).toBe(2);
    played.press("j");
    expect(played.state.overlay).toBeNull();
    played.frames(...livelyFrames());
    played.press("ctrl+s", "r");
    played.type("Notes");
    played.press("ctrl+g");
    expect(played.calls("RenameSession").map(({ params }) => params.name)).toEqual(["Notes"]);
  });
});

describe("the human's own status line", () => {
  const told = (played: ReturnType<typeof playSession>) =>
    played
      .effects()
      .flatMap((effect) => (effect.type === "status" ? [JSON.parse(effect.json)] : []));

  test("is told the state at the beginning, and again only where something of it changed", () => {
    const played = playInterface({ session_id: "s1" });
    expect(told(played)).toEqual([
      {
        environment: "default",
        workspace: "/home/ada/project",
        session_id: "s1",
        title: "new",
        object: "assistant",
        model: null,
        mode: "single",
        permissions: "ask",
        is_connected: true,
        is_working: false,
        queued: 0,
        requests: 0,
        context_tokens: null,
        context_limit: null,
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 0,
        max_cost_usd: null,
      },
    ]);
    played.type("hello");
    played.press("f1", "escape");
    expect(told(played)).toEqual([]);
    played.frames(...asked(approval));
    expect(told(played)).toMatchObject([{ requests: 1 }]);
    played.replied("ListModels", "root:models", { default_model: "test/one", models: [] } as never);
    expect(told(played)).toMatchObject([{ model: "test/one" }]);
  });

  test("stands in the last row, and goes away with an empty one", () => {
    const played = playSession([]);
    played.give({ type: "status", text: "main ±3" });
    expect(played.screen().trimEnd().split("\n").at(-1)).toContain("main ±3");
    played.give({ type: "status", text: "" });
    expect(played.screen()).not.toContain("main ±3");
  });
});

describe("a session that another one called", () => {
  const parent = {
    session_id: "s0",
    turn_id: "t0",
    call_id: "c0",
    root_session_id: "s0",
    chain: ["assistant"],
    reason: null,
  };

  test("leads back to its caller by a key that is shown, and by name", () => {
    for (const way of ["key", "name"]) {
      const played = playSession([said("m1", "look")], { parent });
      expect(played.screen()).toContain("alt+up to its caller");
      if (way === "key") played.press("alt+up");
      else {
        played.type("/caller");
        played.press("enter");
      }
      expect(played.state.session_id).toBe("s0");
    }
  });

  test("is any other one not, and that is said", () => {
    const played = playSession([said("m1", "look")]);
    played.press("alt+up");
    expect(played.state.session_id).toBe("s1");
    expect(played.screen()).toContain("No other session called this one.");
  });
});

test("a conversation is pinned by name, and no longer by the same; only so many are", () => {
  const pinned = Array.from({ length: 20 }, (_, index) => `s-${index}`);
  const played = playInterface({ session_id: "s1", pinned });
  const pin = () => {
    played.type("/pin");
    played.press("enter");
    return played.effects().filter(({ type }) => type === "pin");
  };
  expect(pin()).toEqual([]);
  expect(played.screen()).toContain("20 conversations are pinned already: unpin one.");
  played.state = { ...played.state, pinned: ["s-0"] };
  expect([pin(), played.state.pinned]).toEqual([
    [{ type: "pin", session_id: "s1", isPinned: true }],
    ["s-0", "s1"],
  ]);
  expect([pin(), played.state.pinned]).toEqual([
    [{ type: "pin", session_id: "s1", isPinned: false }],
    ["s-0"],
  ]);
});

test("an image whose path was pasted is sent with the message, and again where it did not arrive", () => {
  const played = playSession([]);
  const written = "/tmp/shot.png";
  const image = { media_type: "image/png", data: "AAAA", name: "shot.png", bytes: 3, written };
  played.type("what is ");
  played.give({ type: "paste", text: written });
  expect(played.effects()).toContainEqual({ type: "read_image", id: 0, written });
  played.give({ type: "image", id: 0, image, problem: null });
  played.press("enter");
  const sent = played.calls("SendMessage").map(({ params }) => params);
  const attachments = [{ media_type: "image/png", data: "AAAA", name: "shot.png" }];
  expect(sent).toMatchObject([{ message: "what is [image shot.png]", attachments }]);
  played.give({
    type: "call_failed",
    command: "SendMessage",
    purpose: "root:send:seed-1",
    error: { code: "unavailable", message: "away", details: {} },
  });
  played.press("escape");
  expect(played.screen()).toContain("what is [image shot.png]");
  played.press("enter");
  expect(played.calls("SendMessage").map(({ params }) => params.attachments)).toEqual([
    attachments,
  ]);
});
