// The machine of the environment: who is connected, what wakes objects, and which rules humans gave. Stream:
// `environment`. When and why an object is to be woken comes in; whether it may be is decided here.
import type { EnvironmentEvent } from "../../protocol/events/index.ts";
import type { Source } from "../../protocol/messages.ts";
import type { PluginApproval } from "../../protocol/plugins.ts";
import type { StandingRule } from "../../protocol/rules.ts";
import { type Machine, match } from "../machine.ts";
import {
  decideWake,
  type FoundSchedule,
  type ScheduleState,
  scheduleOf,
  type WakeRequest,
  wokenUp,
} from "./wakes.ts";

export interface AttachedConnector {
  connector_id: string;
  connector_type: Source;
  client: string;
}

export interface EnvironmentState {
  connectors: AttachedConnector[];
  schedules: ScheduleState[];
  rules: StandingRule[];
  /** The plugins that a human lets run, each once. */
  approvals: PluginApproval[];
}

export type EnvironmentCommand =
  | ({ type: "attached" } & AttachedConnector)
  | { type: "detached"; connector_id: string }
  /** The daemon is new: nobody who was connected before still is. */
  | { type: "revived" }
  | ({ type: "schedule_found" } & FoundSchedule)
  | { type: "schedule_gone"; schedule_id: string }
  | { type: "pause"; schedule_id: string }
  /** With what the watched files are by then. */
  | { type: "resume"; schedule_id: string; fingerprint: string | null }
  | ({ type: "wake" } & WakeRequest)
  /** The message of a wake is in its session, or never will be. */
  | { type: "woken"; wake_id: string; session_id: string | null; problem: string | null }
  | ({ type: "rule_given" } & Omit<StandingRule, "added_at">)
  | { type: "rule_removed"; rule_id: string }
  | ({ type: "plugin_approved" } & Omit<PluginApproval, "approved_at">)
  | { type: "plugin_revoked"; plugin: string };

export type EnvironmentInput = EnvironmentCommand & { at: string };

/** Send the message of a wake to its object. */
export type EnvironmentEffect = { type: "send_wake"; id: string };

export const environmentMachine: Machine<
  EnvironmentState,
  EnvironmentInput,
  EnvironmentEvent,
  EnvironmentEffect
> = {
  initial: { connectors: [], schedules: [], rules: [], approvals: [] },
  decide: match<EnvironmentInput, EnvironmentState, EnvironmentEvent[]>({
    attached: (_, { connector_id, connector_type, client }) => [
      { type: "ConnectorAttached", payload: { connector_id, connector_type, client } },
    ],
    detached: (state, { connector_id }) =>
      state.connectors.filter((one) => one.connector_id === connector_id).map(detachment),
    revived: (state) => state.connectors.map(detachment),
    schedule_found: (state, { type, at, ...found }) =>
      scheduleOf(state.schedules, found.schedule_id)
        ? []
        : [{ type: "ScheduleAdded", payload: { ...found, added_at: at } }],
    schedule_gone: (state, { schedule_id }) =>
      scheduleOf(state.schedules, schedule_id)
        ? [{ type: "ScheduleRemoved", payload: { schedule_id } }]
        : [],
    pause: (state, { schedule_id }) =>
      scheduleOf(state.schedules, schedule_id)?.is_paused === false
        ? [{ type: "SchedulePaused", payload: { schedule_id } }]
        : [],
    resume: (state, { schedule_id, fingerprint, at }) =>
      scheduleOf(state.schedules, schedule_id)?.is_paused
        ? [{ type: "ScheduleResumed", payload: { schedule_id, resumed_at: at, fingerprint } }]
        : [],
    wake: (state, { type, at, ...asked }) =>
      decideWake(scheduleOf(state.schedules, asked.schedule_id), asked, at),
    woken: (state, { wake_id, session_id, problem }) =>
      state.schedules
        .filter((one) => one.wake?.wake_id === wake_id)
        .map(({ schedule_id }) => ({
          type: "WakeDelivered",
          payload: { schedule_id, wake_id, woken_session_id: session_id, problem },
        })),
    rule_given: (state, { type, at, ...rule }) =>
      state.rules.some((one) => one.rule_id === rule.rule_id)
        ? []
        : [{ type: "RuleAdded", payload: { ...rule, added_at: at } }],
    rule_removed: (state, { rule_id }) =>
      state.rules.some((one) => one.rule_id === rule_id)
        ? [{ type: "RuleRemoved", payload: { rule_id } }]
        : [],
    plugin_approved: (state, { type, at, ...given }) =>
      state.approvals.some((one) => one.plugin === given.plugin && one.hash === given.hash)
        ? []
        : [{ type: "PluginApproved", payload: { ...given, approved_at: at } }],
    plugin_revoked: (state, { plugin }) =>
      state.approvals.some((one) => one.plugin === plugin)
        ? [{ type: "PluginRevoked", payload: { plugin } }]
        : [],
  }),
  apply: match<EnvironmentEvent, EnvironmentState, EnvironmentState>({
    ConnectorAttached: (state, { payload }) => ({
      ...state,
      connectors: [...state.connectors, payload],
    }),
    ConnectorDetached: (state, { payload }) => ({
      ...state,
      connectors: state.connectors.filter((one) => one.connector_id !== payload.connector_id),
    }),
    ScheduleAdded: (state, { payload }) => ({
      ...state,
      schedules: [
        ...state.schedules.filter((one) => one.schedule_id !== payload.schedule_id),
        {
          schedule_id: payload.schedule_id,
          is_paused: false,
          base_at: payload.added_at,
          fingerprint: payload.fingerprint,
          fired: [],
          depth: 0,
          skipped: null,
          wake: null,
          last_session_id: null,
          last_problem: null,
        },
      ],
    }),
    ScheduleRemoved: (state, { payload }) => ({
      ...state,
      schedules: state.schedules.filter((one) => one.schedule_id !== payload.schedule_id),
    }),
    SchedulePaused: (state, { payload }) =>
      inSchedule(state, payload, (one) => ({ ...one, is_paused: true })),
    ScheduleResumed: (state, { payload }) =>
      inSchedule(state, payload, (one) => ({
        ...one,
        is_paused: false,
        base_at: payload.resumed_at,
        fingerprint: payload.fingerprint,
      })),
    ScheduleFired: (state, { payload }) =>
      inSchedule(state, payload, (one) => wokenUp(one, payload)),
    WakeDelivered: (state, { payload }) =>
      inSchedule(state, payload, (one) => ({
        ...one,
        wake: null,
        last_session_id: payload.woken_session_id,
        last_problem: payload.problem,
      })),
    WakeSkipped: (state, { payload }) =>
      inSchedule(state, payload, (one) => ({
        ...one,
        skipped: payload.reason,
        base_at: payload.skipped_at,
        // What it wrote itself is what the next change is measured by.
        fingerprint: payload.reason === "own_writes" ? payload.fingerprint : one.fingerprint,
      })),
    RuleAdded: (state, { payload }) => ({ ...state, rules: [...state.rules, payload] }),
    RuleRemoved: (state, { payload }) => ({
      ...state,
      rules: state.rules.filter((one) => one.rule_id !== payload.rule_id),
    }),
    PluginApproved: (state, { payload }) => ({
      ...state,
      approvals: [...without(state, payload.plugin), payload],
    }),
    PluginRevoked: (state, { payload }) => ({
      ...state,
      approvals: without(state, payload.plugin),
    }),
  }),
  outstanding: ({ schedules }) =>
    schedules.flatMap(({ wake }) => (wake ? [{ type: "send_wake", id: wake.wake_id }] : [])),
};

const without = ({ approvals }: EnvironmentState, plugin: string): PluginApproval[] =>
  approvals.filter((one) => one.plugin !== plugin);

function detachment({ connector_id, connector_type }: AttachedConnector): EnvironmentEvent {
  return { type: "ConnectorDetached", payload: { connector_id, connector_type } };
}

function inSchedule(
  state: EnvironmentState,
  { schedule_id }: { schedule_id: string },
  change: (one: ScheduleState) => ScheduleState,
): EnvironmentState {
  const schedules = state.schedules.map((one) =>
    one.schedule_id === schedule_id ? change(one) : one,
  );
  return { ...state, schedules };
}
