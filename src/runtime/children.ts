// The sessions that answer calls of objects: begun once for each call, found again after a restart, stopped
// and deleted with who called.
// Rules: 1. A child's id follows from its call, and its message has the call's id as its key: asked twice, it
// is one child. 2. A child runs because its caller's effect asks for it; nobody else revives it. 3. One whose
// caller does not wait any more is stopped before anything of it runs.

import { type Delegation, delegationOf, WORKFLOW } from "../core/session/delegation.ts";
import type { SessionCommand } from "../core/session/inputs.ts";
import type { SessionActorState } from "../core/session/state.ts";
import type { World } from "../core/world.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_DELEGATION_DEPTH } from "../protocol/limits.ts";
import { type CountedChildren, createCountedChildren } from "./counted-children.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { Log } from "./log.ts";
import type { Places } from "./places.ts";
import type { Sessions } from "./sessions.ts";
import type { SignalHub } from "./signals.ts";
import { type Journal, sessionStream } from "./store/journal.ts";
import type { Views } from "./store/views/index.ts";
import type { Workflows } from "./workflows.ts";

/** Hexadecimal digits of a call's hash that make an id. */
const ID_DIGITS = 32;

export interface Child {
  session_id: string;
  turn_id: string;
}

export interface Children {
  /** Begins the session that answers the call, or finds it: from then on who calls counts what it uses. */
  call(asked: Delegation): Promise<Child>;
  /** What it does now. */
  state(child: Child): SessionActorState | undefined;
  /** How far their callers have counted what they use. */
  counted: CountedChildren;
  /** Stops its turn, where that still runs. */
  cancel(child: Child, reason: string): Promise<void>;
  /** Stops and deletes what a crash left without a caller; before anything is revived. */
  settle(): Promise<void>;
}

export interface ChildrenParts {
  journal: Journal;
  views: Views;
  catalog: Catalog;
  places: Places;
  log: Log;
  workflows(): Pick<Workflows, "get">;
  /** The actors begin after the effects that they perform are known. */
  sessions(): Sessions;
  world: Pick<World, "hash" | "newId">;
  signals: Pick<SignalHub, "answerOf" | "writtenIn">;
}

export function createChildren(parts: ChildrenParts): Children {
  const { views, places, log } = parts;
  const counted = createCountedChildren();

  async function begin(asked: Delegation, session_id: string): Promise<Child> {
    const said = await messageTo(asked, session_id, parts);
    const caller = `delegation:${asked.parent.session_id}`;
    const from = { caller, causation_id: asked.parent.call_id };
    await parts.sessions().create(session_id, said, from);
    // Who is called waits for no place, because its caller holds one.
    const child = { session_id, turn_id: said.turn_id };
    places.letIn(child);
    return child;
  }

  async function findOrBegin(asked: Delegation, session_id: string): Promise<Child> {
    const known = views.findMessageKey(asked.parent.call_id);
    if (known?.session_id === session_id) {
      await parts.sessions().open(session_id);
      const child = { session_id, turn_id: known.turn_id };
      places.letIn(child);
      return child;
    }
    if (parts.journal.version(sessionStream(session_id)) === 0) {
      return await begin(asked, session_id);
    }
    throw new JameyError("session_not_found", `The session of this call was deleted.`);
  }

  return {
    async call(asked) {
      const session_id = `d_${parts.world.hash(asked.parent.call_id).slice(0, ID_DIGITS)}`;
      counted.begin(session_id);
      try {
        return await findOrBegin(asked, session_id);
      } catch (thrown) {
        counted.end(session_id);
        throw thrown;
      }
    },
    state: ({ session_id }) => parts.sessions().peek(session_id),
    counted,
    async cancel({ session_id, turn_id }, reason) {
      try {
        if (views.getRun(turn_id) !== "open") return;
        const from = { caller: "daemon", causation_id: null };
        const at = { session_id, turn_id };
        const { signals } = parts;
        const soFar = { partial: signals.answerOf(at), written: signals.writtenIn(at) };
        await parts
          .sessions()
          .take(session_id, { type: "cancel", turn_id, reason, ...soFar }, from);
      } catch (thrown) {
        // It may have ended meanwhile; where it has not, the next start stops it.
        log.warn("called session not stopped", { session_id, reason: messageOf(thrown) });
      }
    },
    settle: () => settle(parts),
  };
}

async function messageTo(
  asked: Delegation,
  session_id: string,
  { catalog, world, workflows }: ChildrenParts,
): Promise<Extract<SessionCommand, { type: "send" }>> {
  const { po_name, workflow, parent, workspace, context, parameters } = asked;
  const { message, output, tools, rules, on_ask } = asked;
  const definition = catalog.refresh(po_name);
  if (!definition) {
    throw new JameyError("po_not_found", `There is no object '${po_name}' any more.`);
  }
  // What a workflow is called with comes from its call, else from itself: never from a workflow around it.
  const declared = workflow === undefined ? {} : (await workflows().get(workflow)).parameters;
  const around = Object.entries(context).filter(([key]) => !Object.hasOwn(declared, key));
  return {
    type: "send",
    create: {
      session_id,
      po_name,
      source: "delegation",
      name: null,
      agent_mode: workflow === undefined ? definition.mode : "workflow",
      workspace,
      context: { ...Object.fromEntries(around), ...parameters },
      metadata: workflow === undefined ? {} : { [WORKFLOW]: workflow },
      forked_from: null,
      parent,
      ephemeral: false,
    },
    turn_id: world.newId("t"),
    message_id: world.newId("m"),
    message_key: parent.call_id,
    content: message,
    attachments: [],
    delivery: "queue",
    source: "delegation",
    settings: {
      model: null,
      system: null,
      mode: null,
      tools,
      rules,
      on_ask,
      limits: asked.limits,
      output,
    },
    default_model: definition.model === null ? asked.model : null,
  };
}

/** Rule 3. */
async function settle(parts: ChildrenParts): Promise<void> {
  const { views, journal, log } = parts;
  const sessions = parts.sessions();
  // Each pass may leave those without a caller that the deleted ones had called.
  for (let depth = 0; depth < MAX_DELEGATION_DEPTH; depth += 1) {
    const orphans = views.orphans();
    if (orphans.length === 0) break;
    for (const session_id of orphans) {
      await attempt(log, session_id, async () => {
        await sessions.conclude(session_id, { type: "delete" });
        await journal.erase(sessionStream(session_id));
      });
    }
  }
  const reason = "the object that called does not wait any more";
  for (const { session_id, turn_id } of views.openChildren()) {
    if (isAwaited(sessions, session_id)) continue;
    await attempt(log, session_id, () =>
      sessions.conclude(session_id, { type: "cancel", turn_id, reason }),
    );
  }
}

/** Somebody waits for its answer, and for that one's, up to the root. Chains are bounded by their limit. */
function isAwaited(sessions: Sessions, session_id: string): boolean {
  const parent = sessions.peek(session_id)?.session?.parent;
  if (!parent) return true;
  const caller = sessions.peek(parent.session_id);
  if (!caller || !delegationOf(caller, parent.call_id)) return false;
  return isAwaited(sessions, parent.session_id);
}

async function attempt(log: Log, session_id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    log.error("called session not settled", { session_id, reason: messageOf(thrown) });
  }
}
