// Events as lines, and what usage and models say to people.
import { describe, expect, test } from "bun:test";
import { describeModels } from "../../src/cli/commands/models.ts";
import { totalCost } from "../../src/cli/commands/usage.ts";
import type { EventName } from "../../src/protocol/events/index.ts";
import type { Usage } from "../../src/protocol/messages.ts";
import { eventLine } from "../../src/terminal/event-line.ts";
import { messagePayload } from "../support/fake-daemon.ts";

const line = (event_type: EventName, payload: object) =>
  eventLine({
    type: "event",
    subscription_id: "s",
    seq: 7,
    at: "2026-01-02T03:04:05.678Z",
    event_type,
    payload,
  });

describe("an event", () => {
  test("is one line: when, what, in which session, and what it was about", () => {
    const session = { session_id: "session-12345678" };
    const message = { ...messagePayload("m", "assistant", "It is\n\u001b[31mdone."), ...session };
    expect([
      line("MessageAdded", message),
      line("ToolCallStarted", {
        ...session,
        tool_call: { id: "c", name: "shell", args: { command: "ls -l" } },
      }),
      line("POStateChanged", { po_name: "a", old_state: "idle", new_state: "working" }),
      line("TurnFailed", { ...session, error: { code: "timeout", message: "Too late." } }),
    ]).toEqual([
      "     7  2026-01-02 03:04:05Z  MessageAdded        12345678  assistant: It is done.",
      "     7  2026-01-02 03:04:05Z  ToolCallStarted     12345678  shell ls -l",
      "     7  2026-01-02 03:04:05Z  POStateChanged                a: idle → working",
      "     7  2026-01-02 03:04:05Z  TurnFailed          12345678  timeout: Too late.",
    ]);
  });

  test("that is no longer kept is said, and what is nothing to read is not", () => {
    const gap = { type: "gap", subscription_id: "s", from: 1, to: 9, reason: "not_kept" } as const;
    expect([
      eventLine(gap),
      eventLine({ type: "caught_up", subscription_id: "s", seq: 9 }),
    ]).toEqual(["-- 1 to 9 not shown: no longer kept", undefined]);
  });
});

describe("the total of usage", () => {
  const usage = (cost_usd: number | null): Usage => ({
    ...{ input_tokens: 1, output_tokens: 1, cached_tokens: 0, reasoning_tokens: 0 },
    cost_usd,
  });
  const cost = (...costs: (number | null)[]) =>
    totalCost({
      total: usage(
        costs.includes(null) ? null : costs.reduce((sum: number, one) => sum + (one ?? 0), 0),
      ),
      models: costs.map((one) => ({ model: "m", calls: 1, usage: usage(one) })),
    });

  test("says the least that it was where not every price is known", () => {
    expect([cost(0.5, 0.25), cost(0.5, null), cost(null), cost()]).toEqual([
      "$0.7500",
      "at least $0.5000",
      "unknown",
      "$0.0000",
    ]);
  });
});

describe("the list of models", () => {
  const vendor = (changed: object) => ({
    ...{ vendor: "openai", api: "openai", base_url: "https://api", key_from: null },
    ...{ is_ready: false, needs_key: true, key_variable: "OPENAI_API_KEY" },
    ...{ base_url_variable: "OPENAI_BASE_URL", example: "openai/x" },
    ...changed,
  });
  const vendors = [vendor({}), vendor({ is_ready: true, key_from: "OPENAI_API_KEY" })];

  test("says how to connect one where none is, and how to choose one where some are", () => {
    const advice = (default_model: string) =>
      describeModels({ default_model, default_from: "x", vendors }).split("\n").slice(2);
    expect(advice("offline/guide").slice(0, 4)).toEqual([
      "-  openai  openai/x  https://api  no key: OPENAI_API_KEY",
      "✓  openai  openai/x  https://api  OPENAI_API_KEY",
      "",
      "No model is connected: the offline guide answers. To connect one, do one of these:",
    ]);
    const narrow = describeModels({ default_model: "openai/x", default_from: "x", vendors }, 30);
    expect(narrow.split("\n")[3]).toBe("✓  openai  OPENAI_API_KEY");
    expect(advice("openai/x").slice(3)).toEqual([
      "To use another: --model vendor/model, JAMEY_MODEL, or 'jamey config set model vendor/model'.",
      "",
    ]);
  });
});
