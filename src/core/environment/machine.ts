// The machine of the environment: who is connected. Stream: `environment`.
import type { EnvironmentEvent } from "../../protocol/events/index.ts";
import type { Source } from "../../protocol/messages.ts";
import { type Machine, match } from "../machine.ts";

export interface AttachedConnector {
  connector_id: string;
  connector_type: Source;
  client: string;
}

export interface EnvironmentState {
  connectors: AttachedConnector[];
}

export type EnvironmentInput =
  | ({ type: "attached" } & AttachedConnector)
  | { type: "detached"; connector_id: string }
  /** The daemon is new: nobody who was connected before still is. */
  | { type: "revived" };

export const environmentMachine: Machine<
  EnvironmentState,
  EnvironmentInput,
  EnvironmentEvent,
  never
> = {
  initial: { connectors: [] },
  decide: match<EnvironmentInput, EnvironmentState, EnvironmentEvent[]>({
    attached: (_, { connector_id, connector_type, client }) => [
      { type: "ConnectorAttached", payload: { connector_id, connector_type, client } },
    ],
    detached: (state, { connector_id }) =>
      state.connectors.filter((one) => one.connector_id === connector_id).map(detachment),
    revived: (state) => state.connectors.map(detachment),
  }),
  apply: match<EnvironmentEvent, EnvironmentState, EnvironmentState>({
    ConnectorAttached: (state, { payload }) => ({ connectors: [...state.connectors, payload] }),
    ConnectorDetached: (state, { payload }) => ({
      connectors: state.connectors.filter((one) => one.connector_id !== payload.connector_id),
    }),
  }),
  outstanding: () => [],
};

function detachment({ connector_id, connector_type }: AttachedConnector): EnvironmentEvent {
  return { type: "ConnectorDetached", payload: { connector_id, connector_type } };
}
