// Handlers over the daemon itself, its connections and its stream of events.
import { JameyError } from "../../protocol/errors.ts";
import { PROTOCOL_VERSION, VERSION } from "../../protocol/version.ts";
import { type Caller, callerName, mayKnowPlaces, type Subscriptions } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

type DaemonCommands =
  | ("Subscribe" | "Unsubscribe" | "ListConnectors" | "StopConnector")
  | ("GetStatus" | "StoreCredential" | "Shutdown");

export function daemonHandlers(context: HandlerContext): Pick<Handlers, DaemonCommands> {
  const { journal, views, connections, sessions, services } = context;
  return {
    Subscribe(asked, caller) {
      if (asked.session_id !== null) services.keyring.offer(asked.session_id, caller.variables);
      return subscriptionsOf(caller).subscribe(asked);
    },
    Unsubscribe({ subscription_id }, caller) {
      subscriptionsOf(caller).unsubscribe(subscription_id);
      return {};
    },
    ListConnectors: () => ({ connectors: connections.list(), servers: services.spawned.list() }),
    async StopConnector({ connector_id }, caller) {
      const by = { caller: callerName(caller), reason: `${callerName(caller)} closed it` };
      if (await services.spawned.close(connector_id, by)) return {};
      const known = services.spawned.list().map((one) => one.connector_id);
      const isClient = connections.list().some((one) => one.connector_id === connector_id);
      const message = isClient
        ? `${connector_id} is a client: it ends by itself. Closed can be what an object opened.`
        : `No object opened an interface ${connector_id}. There are: ${known.join(", ") || "none"}.`;
      throw new JameyError("not_found", message);
    },
    GetStatus: (_asked, caller) => ({
      version: VERSION,
      protocol_version: PROTOCOL_VERSION,
      environment: context.environment,
      journal_id: journal.journal_id,
      pid: process.pid,
      socket: mayKnowPlaces(caller) ? context.socket : null,
      url: context.url(),
      started_at: context.started_at,
      seq: journal.head(),
      ...views.counts(),
      clients: connections.list().length,
      memory_bytes: process.memoryUsage.rss(),
    }),
    StoreCredential({ name, value }) {
      services.keyring.keep(name, value);
      services.log.info("kept a credential", { name });
      return {};
    },
    Shutdown({ if_idle }, caller) {
      const { running_turns, pending_requests } = views.counts();
      const others = connections.list().filter((one) => one.connector_id !== caller.connector_id);
      const isIdle = sessions.isIdle() && pending_requests + others.length === 0;
      if (if_idle && !isIdle) {
        const message = `The daemon is busy: ${others.length} other clients, ${running_turns} turns, ${pending_requests} open requests.`;
        const details = { clients: others.length, running_turns, pending_requests };
        throw new JameyError("busy", message, { details });
      }
      context.shutDown(`asked by ${caller.client}`);
      return {};
    },
  };
}

function subscriptionsOf(caller: Caller): Subscriptions {
  if (caller.subscriptions) return caller.subscriptions;
  const message =
    "Subscribe needs a connection that events can travel over: use the WebSocket /ws.";
  throw new JameyError("invalid_request", message);
}
