// An answer that is being typed while its question goes away: kept, and said in words that fit.
import { expect, test } from "bun:test";
import type { HumanRequest } from "../../../src/protocol/messages.ts";
import { inboxPane } from "../../../src/tui/panes/inbox.ts";
import type { Input } from "../../../src/tui/shapes.ts";
import {
  createFrames,
  livelyWorld,
  now,
  question,
  secret,
  sharedOf,
} from "../../support/tui-frames.ts";
import { playPane } from "../../support/tui-pane.ts";
import { type PlayedInterface, playInterface } from "../../support/tui-whole.ts";

const KEPT = "Answered elsewhere, or over: Up in the composer brings back what you wrote.";

function typing(request: HumanRequest, text: string): PlayedInterface {
  const played = playInterface();
  const { frames, add } = createFrames();
  add("HumanRequestQueued", request);
  played.frames(...frames);
  played.press("f9");
  for (const now of [1, 2]) played.give({ type: "tick", now: played.state.now + now * 1_000 });
  played.press("enter");
  played.type(text);
  played.effects();
  return played;
}

function answerElsewhere(played: PlayedInterface, request: HumanRequest): void {
  const { request_id, session_id, turn_id } = request;
  const { frames, add } = createFrames();
  const response = { type: "answer", text: "no" } as const;
  add("HumanRequestResponded", { request_id, session_id, turn_id, response });
  played.frames(...frames);
}

const remembered = (played: PlayedInterface) =>
  played.effects().filter(({ type }) => type === "remember" || type === "copy");

test("it is kept among what was sent, and that is said whole on a usual screen", () => {
  const played = typing(question, "half an answ");
  answerElsewhere(played, question);
  expect(played.screen()).toContain(KEPT);
  const entry = { text: "half an answ", session_id: null, po_name: "assistant" };
  expect(remembered(played)).toEqual([{ type: "remember", entry }]);
  played.press("escape", "up");
  expect(played.screen()).toContain("› half an answ");
});

test("a secret is not", () => {
  const played = typing(secret, "hunter2");
  answerElsewhere(played, secret);
  expect(played.screen()).toContain("nothing was sent");
  expect(remembered(played)).toEqual([]);
  expect(JSON.stringify(played.state.composer.history)).not.toContain("hunter2");
});

test("it is kept whatever comes first once its question is gone", () => {
  const error = { code: "unavailable", message: "away", details: {} } as const;
  const command = "RespondToRequest" as const;
  const inputs: readonly Input[] = [
    { type: "key", key: { name: "e", text: "e" } },
    { type: "paste", text: "er" },
    { type: "replied", command, purpose: "inbox:answer:other", reply: {} },
    { type: "call_failed", command, purpose: "inbox:answer:other", error },
    { type: "tick", now },
  ];
  for (const input of inputs) {
    const pane = playPane(inboxPane, sharedOf({ ...livelyWorld(), requests: [question] }));
    for (const _time of [1, 2]) pane.wait(1_000);
    pane.press("enter");
    pane.type("half an answ");
    pane.shared = { ...pane.shared, world: { ...pane.shared.world, requests: [] } };
    pane.give(input);
    expect([input.type, pane.requests()]).toEqual([
      input.type,
      [{ keep: "half an answ", notice: KEPT }],
    ]);
  }
});
