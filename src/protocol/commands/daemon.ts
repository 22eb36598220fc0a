// Commands over the daemon itself, its connections and its stream of events.
import { z } from "zod";
import { eventName } from "../events/index.ts";
import { MAX_SECRET_LENGTH } from "../limits.ts";
import { at, count, id, orNull, source } from "../messages.ts";
import { signalName } from "../signals.ts";
import { serverInfo } from "../spawned.ts";
import { PROVIDER_VARIABLES } from "../variables.ts";
import { command } from "./command.ts";

export const daemonCommands = {
  Subscribe: command({
    summary: "Everything after the cursor, one caught_up, then live. No types means all events.",
    scope: "read",
    params: z
      .object({
        event_types: z.array(eventName).default([]),
        signal_types: z.array(signalName).default([]),
        session_id: orNull(id),
        /** null is from now on. */
        after: orNull(count),
        /** The journal that the cursor belongs to, as `hello` named it. */
        journal_id: orNull(id),
      })
      .prefault({}),
    reply: "Subscribed",
    payload: z.object({ subscription_id: id, event_types: z.array(eventName) }),
  }),
  Unsubscribe: command({
    summary: "End a subscription of this connection.",
    scope: "read",
    params: z.object({ subscription_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
  ListConnectors: command({
    summary: "Who is connected, and which interfaces objects opened.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "ConnectorList",
    payload: z.object({
      connectors: z.array(
        z.object({
          connector_id: id,
          connector_type: source,
          client: z.string(),
          since: at,
        }),
      ),
      /** Interfaces that objects opened themselves. */
      servers: z.array(serverInfo),
    }),
  }),
  StopConnector: command({
    summary: "Close an interface that an object opened, for good.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ connector_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
  GetStatus: command({
    summary: "The daemon: version, environment, process, load.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "Status",
    payload: z.object({
      version: z.string(),
      protocol_version: count,
      environment: z.string(),
      journal_id: id,
      pid: count,
      /** Its path; null for who is neither on its machine nor has the scope admin. */
      socket: z.string().nullable(),
      /** The address of the TCP listener, such as http://127.0.0.1:8080; null where there is none. */
      url: z.string().nullable(),
      started_at: at,
      seq: count,
      objects: count,
      sessions: count,
      running_turns: count,
      pending_requests: count,
      clients: count,
      memory_bytes: count,
    }),
  }),
  StoreCredential: command({
    summary:
      "Keep a provider's key or address in the credentials file. It counts from the next model call on.",
    scope: "admin",
    isHumanOnly: true,
    isSocketOnly: true,
    params: z.object({
      name: z.enum(PROVIDER_VARIABLES),
      value: z.string().max(MAX_SECRET_LENGTH),
    }),
    reply: "Ok",
    payload: z.object({}),
  }),
  Shutdown: command({
    summary: "Stop the daemon. Running turns go on at the next start.",
    scope: "admin",
    isHumanOnly: true,
    params: z
      .object({
        /** Only if there is no other client, no turn and no open request; else the answer is `busy`. */
        if_idle: z.boolean().default(false),
      })
      .prefault({}),
    reply: "Ok",
    payload: z.object({}),
  }),
} as const;
