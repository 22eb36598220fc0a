// Sample events and appends for the tests of the store, and folders that are gone after them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventPayload, StoredEvent } from "../../../src/protocol/events/index.ts";
import type { Append, Journal } from "../../../src/runtime/store/journal.ts";
import type { SearchFilter } from "../../../src/runtime/store/views/messages.ts";
import type { SessionFilter } from "../../../src/runtime/store/views/sessions.ts";

export const at = "2026-01-02T03:04:05.678Z";

export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "jamey-store-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function created(
  session_id: string,
  change: Partial<EventPayload<"SessionCreated">> = {},
): StoredEvent {
  return {
    type: "SessionCreated",
    payload: {
      session_id,
      po_name: "assistant",
      source: "cli",
      name: null,
      agent_mode: "single",
      workspace: "/home/ada/project",
      context: {},
      metadata: {},
      model: null,
      forked_from: null,
      parent: null,
      ephemeral: false,
      ...change,
    },
  };
}

export function said(
  session_id: string,
  message_id: string,
  content: string,
  change: Partial<EventPayload<"MessageAdded">> = {},
): StoredEvent {
  return {
    type: "MessageAdded",
    payload: {
      session_id,
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
      created_at: at,
      ...change,
    },
  };
}

export function queued(
  session_id: string,
  turn_id: string,
  change: Partial<EventPayload<"MessageQueued">> = {},
): StoredEvent {
  return {
    type: "MessageQueued",
    payload: {
      session_id,
      turn_id,
      message_id: `${turn_id}-question`,
      message_key: null,
      content: "hello",
      attachments: [],
      delivery: "queue",
      source: "cli",
      settings: {
        model: null,
        system: null,
        mode: null,
        tools: null,
        rules: [],
        on_ask: "queue",
        limits: {},
        output: null,
      },
      ...change,
    },
  };
}

export function started(session_id: string, turn_id: string, tools: string[] = []): StoredEvent {
  return {
    type: "TurnStarted",
    payload: {
      session_id,
      turn_id,
      agent: {
        po_name: "assistant",
        object_version: "v1",
        mode: "single",
        group: {
          members: [],
          rounds: null,
          judge: null,
          author: null,
          reviewer: null,
          workflow: null,
        },
        workflow: null,
        model: "offline/guide",
        system_prompt: null,
        prompt_hash: "p1",
        tools: tools.map((name) => ({
          name,
          kind: "tool",
          po_name: null,
          risk: "read",
          replay: "safe",
        })),
        rules: [],
        on_ask: "queue",
        config: {
          max_iterations: 5,
          enable_self_correction: true,
          max_tool_iterations: 10,
          reasoning_depth: 2,
          max_parallel_tools: 4,
          max_tokens: null,
          max_cost_usd: null,
          max_wall_ms: null,
          max_model_attempts: 3,
          retry_base_ms: 1,
          max_retry_after_ms: 1,
          request_deadline_ms: null,
          max_delegation_depth: 4,
          max_delegations: 50,
          max_rounds: 3,
          compact_above_tokens: null,
        },
        context_tokens: null,
      },
    },
  };
}

export const attached = (connector_id: string): StoredEvent => ({
  type: "ConnectorAttached",
  payload: { connector_type: "cli", connector_id, client: "cli" },
});

export const detached = (connector_id: string): StoredEvent => ({
  type: "ConnectorDetached",
  payload: { connector_type: "cli", connector_id },
});

export function appendOf(
  stream: string,
  expected_version: number,
  events: StoredEvent[],
  change: Partial<Append> = {},
): Append {
  return { stream, expected_version, events, at, caller: "tester", causation_id: null, ...change };
}

/** All sessions, in one page. */
export const everySession: SessionFilter = {
  po_name: null,
  source: null,
  workspace: null,
  parent: null,
  match: null,
  updated_before: null,
  cursor: null,
  limit: 10,
};

/** Every message that fits the words. */
export const everyHit: Omit<SearchFilter, "query"> = {
  po_name: null,
  tool: null,
  model: null,
  status: null,
  since: null,
  limit: 10,
};

/** Appends at whatever version the stream has. */
export const add = (journal: Journal, stream: string, events: StoredEvent[], time = at) =>
  journal.append(appendOf(stream, journal.version(stream), events, { at: time }));
