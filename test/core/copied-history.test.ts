// Copies of random conversations, cut anywhere: every vendor takes them, and the machine begins with them.
import { describe, expect, test } from "bun:test";
import { replay, sessionMachine } from "../../src/core/index.ts";
import { copyHistory, upTo } from "../../src/core/session/copied-history.ts";
import { shownHistory } from "../../src/core/session/history.ts";
import type { CopiedHistory } from "../../src/core/session/inputs.ts";
import { initialSessionState } from "../../src/core/session/state.ts";
import { type Message, message as messageSchema } from "../../src/protocol/messages.ts";
import { newSession, sendOf, timeAt } from "./support/builders.ts";
import { historyProblem } from "./support/history.ts";
import { live } from "./support/world.ts";

const LIVES = 40;
const STEPS = 60;

function copyOf(
  messages: Message[],
  compactions: { through_message_id: string; summary: string }[] = [],
): CopiedHistory {
  let next = 0;
  return copyHistory({ messages, compactions, newId: (prefix) => `copy_${prefix}${++next}` });
}

const begin = (history: CopiedHistory) => {
  const said = { type: "create" as const, at: timeAt(0), session: newSession(), history };
  return sessionMachine.decide(initialSessionState, said);
};

describe("a copy of a random conversation", () => {
  test("cut at any message, has each call with its one result, and ids of its own", () => {
    for (let seed = 1; seed <= LIVES; seed += 1) {
      const { state, events } = live(seed, STEPS);
      const conversation = (state.session?.conversation ?? []).map((one) =>
        messageSchema.parse(one),
      );
      const compactions = events.flatMap((event) =>
        event.type === "HistoryCompacted" ? [event.payload] : [],
      );
      const ids = new Set(conversation.flatMap((one) => [one.message_id, one.tool_call_id]));
      for (const { message_id } of conversation) {
        const copy = copyOf(upTo(conversation, message_id) ?? [], compactions);
        const made = begin(copy);
        const forked = replay(sessionMachine, made);
        const own = copy.messages.map((one) => one.message_id);
        const fresh = copy.messages.flatMap((one) => [one.message_id, one.tool_call_id]);
        expect({
          seed,
          message_id,
          problem: historyProblem(shownHistory(forked)),
          shared: fresh.filter((id) => id !== null && ids.has(id)),
          doubled: own.length - new Set(own).size,
          pending: forked.session?.pending,
          outstanding: sessionMachine.outstanding(forked),
        }).toEqual({
          seed,
          message_id,
          problem: undefined,
          shared: [],
          doubled: 0,
          pending: [],
          outstanding: [],
        });
      }
    }
  });
});

describe("a session that begins with a history", () => {
  const said = (message_id: string, content: string): Message => ({
    message_id,
    turn_id: null,
    role: "user",
    content,
    name: null,
    tool_call_id: null,
    tool_calls: [],
    attachments: [],
    reasoning: null,
    source: "cli",
    created_at: timeAt(-1),
  });

  test("is one decision: created, filled, compacted; what comes after follows it", () => {
    const compaction = { through_message_id: "m1", summary: "So far." };
    const messages = [said("m1", "one"), said("m2", "two")];
    const events = begin({ messages, compaction });
    expect(
      events.map(({ type, payload }) => [type, "content" in payload && payload.content]),
    ).toEqual([
      ["SessionCreated", false],
      ["MessageAdded", "one"],
      ["MessageAdded", "two"],
      ["HistoryCompacted", false],
    ]);
    const state = replay(sessionMachine, events);
    expect(shownHistory(state).map((one) => one.content)).toEqual([
      "<summary of the conversation so far>\nSo far.\n</summary>",
      "two",
    ]);
    const again = { type: "create" as const, at: timeAt(1), session: newSession() };
    expect(sessionMachine.decide(state, again)).toEqual([]);
    const next = sessionMachine.decide(state, sendOf(1, timeAt(2)));
    expect(next.map((event) => event.type)).toEqual(["MessageQueued"]);
  });
});
