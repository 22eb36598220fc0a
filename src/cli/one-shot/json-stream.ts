// `-o stream-json`: one object per line: `init`, the frames unchanged, `result`.
// Rule: lines end with LF alone; everything else that could end one is inside of strings of JSON.
import type { TurnFrame } from "../../client/run.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import type { Context } from "../context.ts";
import { jsonLine } from "../output/json-text.ts";
import { type Outcome, resultObject, SCHEMA_VERSION } from "./result.ts";

/** What a reader may rely on, beyond `init` and `result`. */
const CAPABILITIES = [
  "events",
  "signals",
  "denials",
  "pending_requests",
  "stdin_skipped",
  "structured",
  "extracted",
];
/** Events that may come before the turn starts; then `init` is written with what is known. */
const MAX_HELD_FRAMES = 1000;

export interface JsonStream {
  accepted(accepted: Reply<"SendMessage">): void;
  frame(frame: TurnFrame): Promise<void>;
  end(outcome: Outcome): Promise<void>;
}

export function createJsonStream({ out }: Context): JsonStream {
  let accepted: Reply<"SendMessage"> | undefined;
  let held: TurnFrame[] | undefined = [];

  const line = (value: unknown) => out.write(jsonLine(value));
  const write = (frame: TurnFrame) => line(frame.type === "event" ? frame.event : frame.signal);

  /** `init` says which model and tools; that is known when the turn starts. */
  async function begin(): Promise<void> {
    if (!held) return;
    const frames = held;
    held = undefined;
    const agent = frames.map(agentOf).find((found) => found !== undefined);
    await line({
      type: "init",
      schema_version: SCHEMA_VERSION,
      capabilities: CAPABILITIES,
      session_id: accepted?.session_id ?? null,
      run_id: accepted?.turn_id ?? null,
      agent: agent?.po_name ?? null,
      model: agent?.model ?? null,
      tools: agent?.tools.map((tool) => tool.name) ?? [],
    });
    for (const frame of frames) await write(frame);
  }

  return {
    accepted(reply) {
      accepted = reply;
    },
    async frame(frame) {
      if (!held) return await write(frame);
      held.push(frame);
      if (agentOf(frame) || held.length >= MAX_HELD_FRAMES) await begin();
    },
    async end(outcome) {
      await begin();
      await line(resultObject(outcome));
    },
  };
}

function agentOf(frame: TurnFrame) {
  if (frame.type !== "event" || frame.event.event_type !== "TurnStarted") return undefined;
  return frame.event.payload.agent;
}
