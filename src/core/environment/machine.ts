// The machine of the environment: who is connected, what wakes objects, and which rules humans gave. Stream:
// `environment`. When and why an object is to be woken comes in; whether it may be is decided here.
import type { EnvironmentEvent } from "../../protocol/events/index.ts";
import type { Source } from "../../protocol/messages.ts";
import type { PluginApproval } from "../../protocol/plugins.ts";
import type { StandingRule } from "../../protocol/rules.ts";
import type { SpawnedServer } from "../../protocol/spawned.ts";
import { type Machine, match } from "../machine.ts";
import {
  decideWake,
  type FoundSchedule,
  foundAgain,
  MAX_GONE_SCHEDULES,
  movedSchedules,
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
  /** How schedules stood that nobody names now. */
  gone: ScheduleState[];
  rules: StandingRule[];
  /** The plugins that a human lets run, each once. */
  approvals: PluginApproval[];
  /** The interfaces that objects opened themselves, each once. */
  servers: SpawnedServer[];
}

export type EnvironmentCommand =
  | ({ type: "attached" } & AttachedConnector)
  | { type: "detached"; connector_id: string }
  /** The daemon is new: nobody who was connected before still is. */
  | { type: "revived" }
  | ({ type: "schedule_found" } & FoundSchedule)
  | { type: "schedule_gone"; schedule_id: string }
  /** The object has another name now, and what wakes it with it. */
  | { type: "schedules_moved"; po_name: string; new_name: string }
  | { type: "pause"; schedule_id: string }
  /** With what the watched files are by then. */
  | { type: "resume"; schedule_id: string; fingerprint: string | null }
  | ({ type: "wake" } & WakeRequest)
  /** The message of a wake is in its session, or never will be. */
  | { type: "woken"; wake_id: string; session_id: string | null; problem: string | null }
  | ({ type: "rule_given" } & Omit<StandingRule, "added_at">)
  | { type: "rule_removed"; rule_id: string }
  /** Its object is gone, or another one takes its name. */
  | { type: "rules_ended"; po_name: string }
  /** The object has another name now. */
  | { type: "rules_moved"; po_name: string; new_name: string }
  | ({ type: "plugin_approved" } & Omit<PluginApproval, "approved_at">)
  | { type: "plugin_revoked"; plugin: string }
  | ({ type: "server_spawned" } & Omit<SpawnedServer, "spawned_at">)
  | { type: "server_closed"; connector_id: string; reason: string }
  /** The object has another name now, and what it opened with it. */
  | { type: "servers_moved"; po_name: string; new_name: string };

export type EnvironmentInput = EnvironmentCommand & { at: string };

/** Send the message of a wake to its object. */
export type EnvironmentEffect = { type: "send_wake"; id: string };

export const environmentMachine: Machine<
  EnvironmentState,
  EnvironmentInput,
  EnvironmentEvent,
  EnvironmentEffect
> = {
  initial: { connectors: [], schedules: [], gone: [], rules: [], approvals: [], servers: [] },
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
    schedules_moved: (state, moved) => movedSchedules(state, moved),
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
    rules_ended: (state, { po_name }) => rulesOf(state, po_name).map(ending),
    rules_moved: (state, { po_name, new_name }) =>
      rulesOf(state, po_name).flatMap((rule) => [
        ending(rule),
        { type: "RuleAdded", payload: { ...rule, po_name: new_name } },
      ]),
    plugin_approved: (state, { type, at, ...given }) =>
      state.approvals.some((one) => one.plugin === given.plugin && one.hash === given.hash)
        ? []
        : [{ type: "PluginApproved", payload: { ...given, approved_at: at } }],
    plugin_revoked: (state, { plugin }) =>
      state.approvals.some((one) => one.plugin === plugin)
        ? [{ type: "PluginRevoked", payload: { plugin } }]
        : [],
    server_spawned: (_, { type, at, ...server }) => [
      { type: "ServerSpawned", payload: { ...server, spawned_at: at } },
    ],
    server_closed: (state, { connector_id, reason }) =>
      state.servers
        .filter((one) => one.connector_id === connector_id)
        .map(({ po_name }) => ({
          type: "ServerClosed",
          payload: { connector_id, po_name, reason },
        })),
    servers_moved: (state, { po_name, new_name }) =>
      state.servers
        .filter((one) => one.po_name === po_name)
        .map((server) => ({ type: "ServerSpawned", payload: { ...server, po_name: new_name } })),
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
        ...otherSchedules(state.schedules, payload),
        foundAgain(scheduleOf(state.gone, payload.schedule_id), payload),
      ],
      gone: otherSchedules(state.gone, payload),
    }),
    ScheduleRemoved: (state, { payload }) => {
      const going = scheduleOf(state.schedules, payload.schedule_id);
      if (!going) return state;
      const gone = [...otherSchedules(state.gone, payload), { ...going, wake: null }];
      return {
        ...state,
        schedules: otherSchedules(state.schedules, payload),
        gone: gone.slice(-MAX_GONE_SCHEDULES),
      };
    },
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
        skipped: [...new Set([...one.skipped, payload.reason])],
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
    ServerSpawned: (state, { payload }) => ({
      ...state,
      servers: [...otherServers(state, payload), payload],
    }),
    ServerClosed: (state, { payload }) => ({ ...state, servers: otherServers(state, payload) }),
  }),
  outstanding: ({ schedules }) =>
    schedules.flatMap(({ wake }) => (wake ? [{ type: "send_wake", id: wake.wake_id }] : [])),
};

const rulesOf = ({ rules }: EnvironmentState, po_name: string): StandingRule[] =>
  rules.filter((one) => one.po_name === po_name);

const ending = ({ rule_id }: StandingRule): EnvironmentEvent => ({
  type: "RuleRemoved",
  payload: { rule_id },
});

const otherSchedules = (
  schedules: ScheduleState[],
  { schedule_id }: { schedule_id: string },
): ScheduleState[] => schedules.filter((one) => one.schedule_id !== schedule_id);

const without = ({ approvals }: EnvironmentState, plugin: string): PluginApproval[] =>
  approvals.filter((one) => one.plugin !== plugin);

const otherServers = (
  { servers }: EnvironmentState,
  { connector_id }: Pick<SpawnedServer, "connector_id">,
): SpawnedServer[] => servers.filter((one) => one.connector_id !== connector_id);

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
