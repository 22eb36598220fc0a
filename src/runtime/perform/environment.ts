// The environment as one call of one turn may see and change it: whose call it is comes from the session
// that makes it.
import { isUniversal } from "../../core/agent/universal.ts";
import type {
  CapabilityLine,
  EnvironmentPort,
  ObjectDraft,
  OwnServers,
  SessionLine,
} from "../../core/environment-port.ts";
import { calleeOf } from "../../core/session/delegation.ts";
import type { Session } from "../../core/session/session.ts";
import type { Turn } from "../../core/session/state.ts";
import type { Attempt } from "../../core/world.ts";
import type { TurnTool } from "../../protocol/agents.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { Services } from "../services.ts";
import { draftOf } from "./object-drafts.ts";

export function environmentOf(
  { session, turn }: { session: Session; turn: Turn },
  services: Services,
): EnvironmentPort {
  const { catalog, views, objects, tools, workflows } = services;
  const root = session.parent?.root_session_id ?? session.id;
  const { po_name } = session;
  let draft: Promise<Attempt<ObjectDraft>> | undefined;
  return {
    po_name,
    capabilities: () => turn.agent.tools.map((tool) => capabilityLine(tool, services)),
    others() {
      const own = new Set(turn.agent.tools.map(calleeOf));
      const named = [...tools.list(), ...catalog.list()].map((one) => one.name);
      const all = [...named, ...workflows.names()];
      return [...new Set(all)].filter((name) => !own.has(name) && name !== po_name);
    },
    objects() {
      catalog.refresh();
      return catalog.list().map(({ name, description, capabilities }) => {
        return { name, description, capabilities, state: objects.state(name) };
      });
    },
    standing: services.standing,
    sessions: (asked) => sessionsOf(asked, services),
    async draft(change) {
      draft ??= draftOf(change, services);
      return await draft;
    },
    change: async (made, reason) => await changeObject(made, { author: po_name, reason }, services),
    data: () => views.sharedData(root),
    async store(entry) {
      const said = { ...entry, po_name };
      return await attempt(async () => {
        await services.storeData(root, { entry: said, from_session_id: session.id });
      });
    },
    declares: (capability) => catalog.get(po_name)?.capabilities.includes(capability) ?? false,
    isTrusted: services.isTrusted,
    servers: serversOf(po_name, services),
  };
}

/** An object sees and closes its own, and no other's. */
function serversOf(po_name: string, { spawned }: Services): OwnServers {
  const list = () => spawned.list().filter((one) => one.po_name === po_name);
  return {
    list,
    open: async (asked) => await attempt(async () => await spawned.spawn({ ...asked, po_name })),
    async close(connector_id) {
      if (!list().some((one) => one.connector_id === connector_id)) {
        return { ok: true, value: false };
      }
      const by = { caller: `po:${po_name}`, reason: "its object closed it" };
      return await attempt(async () => await spawned.close(connector_id, by));
    },
  };
}

function capabilityLine(tool: TurnTool, { tools, catalog }: Services): CapabilityLine {
  const { name, po_name, workflow } = tool;
  if (workflow !== undefined) {
    return { name, kind: "workflow", description: `Asks agents as workflows/${workflow} says.` };
  }
  if (po_name !== null) {
    return { name, kind: "object", description: catalog.get(po_name)?.description ?? "" };
  }
  const description = tools.find(name)?.description ?? "";
  return { name, kind: isUniversal(name) ? "universal" : "tool", description };
}

function sessionsOf(
  { po_name, query, limit }: Parameters<EnvironmentPort["sessions"]>[0],
  { views }: Services,
): SessionLine[] {
  if (query !== null) {
    const rest = { tool: null, model: null, status: null, since: null };
    const hits = views.searchSessions({ ...rest, query, po_name, limit });
    return hits.map(({ session_id, session_name, created_at, snippet, ...hit }) => {
      return {
        session_id,
        po_name: hit.po_name,
        title: session_name ?? "",
        at: created_at,
        state: null,
        snippet,
      };
    });
  }
  const rest = { source: null, workspace: null, parent: null, match: null };
  const asked = { ...rest, updated_before: null, cursor: null, po_name, limit };
  return views.listSessions(asked).sessions.map((one) => {
    const { session_id, po_name: whose, name, title, updated_at: at, state } = one;
    return { session_id, po_name: whose, title: name ?? title, at, state, snippet: null };
  });
}

async function changeObject(
  { po_name, text, base_hash }: ObjectDraft,
  by: { author: string; reason: string },
  { changes }: Services,
): Promise<Attempt<string>> {
  return await attempt(async () => {
    if (base_hash === null) {
      await changes.create(text, by);
      return `Made: ${po_name}. It answers from now on.`;
    }
    await changes.edit(po_name, { text, base_hash }, by);
    return `Changed: ${po_name}. It counts from its next turn on.`;
  });
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, problem: messageOf(thrown) };
  }
}
