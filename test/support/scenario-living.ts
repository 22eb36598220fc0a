// The part of the scenario about what lives by itself: rules, schedules, webhooks, workflows, and a session
// that is walked again.
import { expect } from "bun:test";
import type { Player } from "./scenario.ts";

const WORKFLOW = "nodes: [{id: only, object: helper}]\nentry: [only]\nedges: []\n";

export const livingWorkflows = { release: WORKFLOW };

export async function playLiving(player: Player, session_id: string): Promise<void> {
  await playRules(player, session_id);
  await playSchedules(player);
  await playWorkflows(player);
  await playReplay(player, session_id);
}

async function playRules({ world, good, bad }: Player, session_id: string): Promise<void> {
  const sent = await good("SendMessage", { po_name: "helper", message: "put", session_id });
  await world.happened("HumanRequestQueued", (row) =>
    JSON.stringify(row.payload).includes(String(sent.turn_id)),
  );
  const { requests } = await good("ListPendingRequests", {});
  const [request] = requests as { request_id: string; hash: string }[];
  const decision = { type: "decision", decision: "approve", hash: request?.hash, scope: "rule" };
  await good("RespondToRequest", { request_id: request?.request_id, response: decision });
  await good("WaitForTurn", { turn_id: sent.turn_id });
  const { rules } = await good("ListRules", {});
  const [rule] = rules as { rule_id: string; po_name: string; tool: string }[];
  expect([rule?.po_name, rule?.tool]).toEqual(["helper", "put"]);
  await bad("RemoveRule", { rule_id: "none" }, "not_found");
  await good("RemoveRule", { rule_id: rule?.rule_id });
  expect((await good("ListRules", {})).rules).toEqual([]);
}

async function playSchedules({ world, good, bad }: Player): Promise<void> {
  const { schedules } = await good("ListSchedules", {});
  // One is run by hand, the other by its hook: each wakes nobody twice within its cooldown.
  const [schedule] = schedules as { schedule_id: string; po_name: string }[];
  expect(schedule?.po_name).toBe("other");
  const { schedule_id } = schedule ?? {};
  await bad("PauseSchedule", { schedule_id: "none" }, "not_found");
  expect(await good("PauseSchedule", { schedule_id })).toEqual({ schedule_id });
  expect(await good("ResumeSchedule", { schedule_id })).toEqual({ schedule_id });
  const { wake_id } = await good("RunSchedule", { schedule_id });
  const delivered = (id: unknown) =>
    world.happened(
      "WakeDelivered",
      ({ payload }) => "wake_id" in payload && payload.wake_id === id,
    );
  await delivered(wake_id);
  const { woken } = await good("CallHook", { hook_name: "ship", body: "{}" });
  const [call] = woken as { wake_id: string }[];
  await delivered(call?.wake_id);
  await bad("CallHook", { hook_name: "none" }, "not_found");
}

async function playWorkflows({ good, bad }: Player): Promise<void> {
  const { workflows } = await good("ListWorkflows");
  expect((workflows as { name: string }[]).map((one) => one.name)).toEqual(["release"]);
  const { workflow } = await good("GetWorkflow", { workflow: "release" });
  expect((workflow as { object: string }).object).toBe("helper");
  await bad("GetWorkflow", { workflow: "none" }, "not_found");
  const { problems } = await good("ValidateWorkflow", { text: "nodes: []" });
  expect((problems as { line: number }[]).length).toBeGreaterThan(0);
  const { turn_id } = await good("RunWorkflow", { workflow: "release", message: "go 🙂" });
  const run = await good("WaitForTurn", { turn_id });
  expect([run.status, run.response]).toEqual(["completed", "fine 🙂"]);
  await bad("RunWorkflow", { workflow: "none", message: "go" }, "not_found");
}

async function playReplay({ good, bad }: Player, session_id: string): Promise<void> {
  const { steps } = await good("ReplaySession", { session_id });
  const walked = steps as { seq: number; event_type: string; payload: { turn_id?: string } }[];
  expect(walked[0]?.event_type).toBe("SessionCreated");
  await bad("ReplaySession", { session_id: "none" }, "session_not_found");
  const answer = walked.find((step) => step.event_type === "TurnCompleted");
  const then = await good("GetSessionAt", { session_id, seq: answer?.seq });
  expect((then.messages as { role: string }[]).map((one) => one.role)).toEqual([
    "user",
    "assistant",
  ]);
  await bad("GetSessionAt", { session_id: "none", seq: 1 }, "session_not_found");
  const { turn_id } = answer?.payload ?? {};
  expect((await good("RecordTurn", { turn_id })).steps).toBe(1);
  await bad("RecordTurn", { turn_id: "none" }, "turn_not_found");
}
