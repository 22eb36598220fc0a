// What a session's actor is told: commands, outcomes of effects, time. Times and ids lie inside.

import type { TurnAgent, TurnSettings } from "../../protocol/agents.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type {
  AgentMode,
  Answer,
  Attachment,
  Delivery,
  Json,
  Message,
  ParentCall,
  Reasoning,
  SharedData,
  Source,
  ToolCall,
  Usage,
} from "../../protocol/messages.ts";
import type { EndReason } from "../model.ts";
import type { ToolOutput } from "../tool.ts";

export interface NewSession {
  session_id: string;
  po_name: string;
  source: Source;
  name: string | null;
  agent_mode: AgentMode;
  workspace: string;
  context: Record<string, string>;
  metadata: Record<string, Json>;
  /** Answers where a message names no other; absent: as the object says. */
  model?: string | null;
  forked_from: { session_id: string; message_id: string | null } | null;
  parent: ParentCall | null;
  /** Lives no longer than the connection that created it. */
  ephemeral: boolean;
}

/** A conversation that a new session begins with, with ids of its own. */
export interface CopiedHistory {
  messages: Message[];
  /** What stands for the older messages where the model is asked. */
  compaction: { through_message_id: string; summary: string } | null;
  /** What its tree of delegations shares. */
  data?: SharedData[];
}

/** What a model said, before its calls have got our ids. */
export interface ModelAnswer {
  text: string;
  reasoning: Reasoning | null;
  tool_calls: { name: string; args: Json; problem: string | null }[];
  usage: Usage;
  model: string;
  reason: EndReason;
}

/** What the running model call had said by now. */
export interface PartialAnswer {
  call_id: string;
  attempt: number;
  text: string;
}

/** What had come by now of all that a turn runs; none of it is stored while it comes. */
export interface SoFar {
  partial?: PartialAnswer | null;
  /** By the ids of its tool calls: what they had written, as far as it is kept. */
  written?: Readonly<Record<string, string>>;
}

export type SessionCommand =
  | { type: "create"; session: NewSession; history?: CopiedHistory }
  | {
      type: "send";
      /** Creates the session in the same append. */
      create: NewSession | null;
      turn_id: string;
      message_id: string;
      message_key: string | null;
      content: string;
      attachments: Attachment[];
      delivery: Delivery;
      source: Source;
      settings: TurnSettings;
      /** The model where the settings name none and the message begins a turn; null leaves it to the object. */
      default_model: string | null;
    }
  | ({ type: "cancel"; turn_id: string; reason: string } & SoFar)
  /** What is parked goes on. */
  | { type: "resume_queue" }
  /** Takes back a message that no turn has heard. */
  | { type: "withdraw"; message_id: string }
  /** Something for the whole tree of delegations, said to its root. */
  | { type: "store_data"; entry: SharedData; from_session_id: string }
  | { type: "rename"; name: string | null }
  /** What a human did with a tool, outside of any turn: joins the conversation where none runs. */
  | {
      type: "record";
      message_ids: { said: string; asked: string; result: string };
      call: ToolCall;
      output: string;
      source: Source;
    }
  | { type: "delete" }
  | { type: "respond"; request_id: string; response: Answer };

export type SessionOutcome =
  | { type: "revived" }
  | { type: "prepared"; turn_id: string; agent: TurnAgent }
  | { type: "prepare_failed"; turn_id: string; error: ErrorBody }
  | { type: "model_answered"; call_id: string; attempt: number; answer: ModelAnswer }
  | {
      type: "model_failed";
      call_id: string;
      attempt: number;
      error: ErrorBody;
      isRetryable: boolean;
      retryAfterMs: number | undefined;
    }
  | {
      type: "tool_checked";
      call_id: string;
      check:
        | { valid: true; subject: string; hash: string; bare_subject?: string; must_ask?: boolean }
        | { valid: false; problem: string };
    }
  | {
      type: "tool_finished";
      call_id: string;
      output: ToolOutput;
      duration_ms: number;
    }
  /** A program that runs for a call wants to know something of a human. */
  | {
      type: "tool_asked";
      call_id: string;
      request_id: string;
      program: string;
      question: string;
      options: string[];
    }
  /** It wants to know it no more. */
  | { type: "tool_unasked"; request_id: string }
  /** The session that answers a call has begun, or was found. */
  | { type: "delegation_started"; call_id: string; child: { session_id: string; turn_id: string } }
  /** What the called object used between two places of its journal. */
  | {
      type: "child_used";
      call_id: string;
      after_seq: number;
      through_seq: number;
      model_calls: number;
      usage: Usage;
      /** It has ended: nothing more can come of it. */
      isLast: boolean;
    }
  | { type: "child_paused"; call_id: string; isPaused: boolean }
  | {
      type: "delegated";
      call_id: string;
      output: string;
      error: ErrorBody | null;
      denial: { subject: string; allow_with: string } | null;
      duration_ms: number;
    }
  /** What does not fit; nothing where all does. */
  | { type: "answer_checked"; message_id: string; problems: string[] }
  | ({ type: "woke" } & SoFar);

export type SessionInput = { at: string } & (SessionCommand | SessionOutcome);
export type InputOf<Type extends SessionInput["type"]> = Extract<SessionInput, { type: Type }>;
