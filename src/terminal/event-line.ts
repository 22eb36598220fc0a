// Events as lines to read: when, what, in which session, and what it was about, on one line each.
import type { TypedEvent } from "../client/events.ts";
import type { EventFrame, FollowFrame } from "../protocol/frames.ts";
import { describeCall, describeUsage } from "./activity.ts";
import { showDuration } from "./duration.ts";
import { ruleLine } from "./rule-line.ts";
import { stepWords } from "./step-line.ts";
import { oneLine } from "./strip.ts";

const MAX_SUMMARY_LENGTH = 160;
/** The longest names of events are rare: what is beyond this is not aligned. Columns. */
const NAME_WIDTH = 18;
/** Ids are told apart by their end: they begin with the time. */
const SHORT_ID_LENGTH = 8;

const whyNotShown = {
  not_kept: "no longer kept",
  other_journal: "from another journal",
  beyond_end: "this journal does not reach that far",
} as const;

/** Undefined for what is nothing to read. */
export function eventLine(frame: FollowFrame): string | undefined {
  switch (frame.type) {
    case "event":
      return lineOf(frame);
    case "gap": {
      return `-- ${frame.from} to ${frame.to} not shown: ${whyNotShown[frame.reason]}`;
    }
    default:
      return undefined;
  }
}

function lineOf(frame: EventFrame): string {
  const { seq, at, event_type } = frame;
  const when = at.replace("T", " ").replace(/\.\d+Z$/, "Z");
  const event = frame as TypedEvent; // The daemon wrote the payload by the table of events.
  const session = "session_id" in event.payload ? event.payload.session_id : "";
  const place = oneLine(session, 128).slice(-SHORT_ID_LENGTH).padEnd(SHORT_ID_LENGTH);
  const text = oneLine(summaryOf(event), MAX_SUMMARY_LENGTH);
  const head = `${String(seq).padStart(6)}  ${when}  ${event_type.padEnd(NAME_WIDTH)}`;
  return `${head}  ${place}  ${text}`.trimEnd();
}

export function summaryOf(event: TypedEvent): string {
  const summary = turnSummary(event) ?? sessionSummary(event) ?? objectSummary(event);
  return summary ?? environmentSummary(event) ?? "";
}

function turnSummary(event: TypedEvent): string | undefined {
  const { event_type, payload } = event;
  switch (event_type) {
    case "TurnStarted":
      return `${payload.agent.po_name} with ${payload.agent.model}`;
    case "TurnResumed":
      return `after ${showDuration(payload.downtime_ms)}`;
    case "ModelCallStarted":
      return payload.attempt > 1 ? `${payload.model}, attempt ${payload.attempt}` : payload.model;
    case "ModelCallFailed":
    case "TurnFailed":
      return `${payload.error.code}: ${payload.error.message}`;
    case "ToolCallStarted":
      return describeCall(payload.tool_call);
    case "ToolCallCompleted":
      return `${payload.name} ${payload.outcome}, ${showDuration(payload.duration_ms)}, ${payload.output_bytes} bytes`;
    case "UsageRecorded":
      return `${payload.model}: ${describeUsage(payload.usage)}`;
    case "DelegationStarted":
      return `${payload.po_name} in ${payload.child_session_id}`;
    case "DelegationCompleted":
      return `${payload.po_name}: ${payload.error?.message ?? "answered"}`;
    case "LimitExtended":
      return `${payload.limit}, ${payload.by} more`;
    case "StepTaken":
      return stepWords(payload.step);
    case "TurnCompleted":
      return payload.stop_reason;
    case "TurnCancelled":
      return payload.reason;
    default:
      return undefined;
  }
}

function sessionSummary(event: TypedEvent): string | undefined {
  const { event_type, payload } = event;
  switch (event_type) {
    case "SessionCreated":
      return `${payload.po_name} by ${payload.source}, in ${payload.workspace}`;
    case "SessionRenamed":
      return payload.name ?? "";
    case "SessionUpdated":
      return JSON.stringify(payload.updates);
    case "MessageQueued":
      return `from ${payload.source}: ${payload.content}`;
    case "MessageWithdrawn":
      return payload.message_id;
    case "MessageAdded": {
      const calls = payload.tool_calls.map((call) => `▸ ${describeCall(call)}`).join("  ");
      return `${payload.name ?? payload.role}: ${payload.content} ${calls}`;
    }
    case "SharedDataChanged":
      return `${payload.key} by ${payload.po_name}: ${JSON.stringify(payload.value)}`;
    case "HistoryCompacted":
      return payload.summary;
    case "HumanRequestQueued":
      return `${payload.request_id} ${payload.kind} from ${payload.from_po}: ${payload.question}`;
    case "HumanRequestResponded": {
      const { response, request_id } = payload;
      const said = response.type === "decision" ? response.decision : response.type;
      return `${request_id} ${said}${event.caller === undefined ? "" : ` by ${event.caller}`}`;
    }
    case "HumanRequestExpired":
      return `${payload.request_id} ${payload.reason}`;
    default:
      return undefined;
  }
}

function objectSummary(event: TypedEvent): string | undefined {
  const { event_type, payload } = event;
  switch (event_type) {
    case "POLoaded":
      return payload.po_name;
    case "POUnloaded":
      return `${payload.po_name} by ${payload.author}: ${payload.reason}`;
    case "POStateChanged":
      return `${payload.po_name}: ${payload.old_state} → ${payload.new_state}`;
    case "POModified":
      return `${payload.po_name} by ${payload.author}: ${payload.reason}`;
    case "BusEntry":
      return `${payload.from} → ${payload.to}: ${payload.message}`;
    default:
      return undefined;
  }
}

function environmentSummary(event: TypedEvent): string | undefined {
  const { event_type, payload } = event;
  switch (event_type) {
    case "ConnectorAttached":
      return `${payload.connector_type} ${payload.client}`;
    case "ConnectorDetached":
      return payload.connector_type;
    case "ScheduleAdded":
    case "ScheduleRemoved":
    case "SchedulePaused":
    case "ScheduleResumed":
      return payload.schedule_id;
    case "ScheduleFired":
      return `${payload.schedule_id}: ${payload.reason}`;
    case "WakeDelivered":
      return `${payload.schedule_id}${payload.problem === null ? "" : `: ${payload.problem}`}`;
    case "WakeSkipped":
      return `${payload.schedule_id}: ${payload.reason}`;
    case "RuleAdded":
      return `${payload.po_name}: ${ruleLine(payload)} by ${payload.added_by}`;
    case "RuleRemoved":
      return payload.rule_id;
    case "PluginApproved":
      return `${payload.plugin} by ${payload.approved_by}`;
    case "PluginRevoked":
      return payload.plugin;
    case "ServerSpawned":
      return `${payload.kind} ${payload.host} port ${payload.port} of ${payload.po_name}`;
    case "ServerClosed":
      return `${payload.po_name}: ${payload.reason}`;
    default:
      return undefined;
  }
}
