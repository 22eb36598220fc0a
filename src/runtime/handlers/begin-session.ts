// Beginning a session under an id that a client may have chosen: asked again, it is the same session.
import type { CopiedHistory, NewSession } from "../../core/session/inputs.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { SessionView } from "../../protocol/messages.ts";
import { type Caller, callerName } from "../caller.ts";
import { removeWhenGone } from "../ephemeral.ts";
import { sessionStream } from "../store/journal.ts";
import type { HandlerContext } from "./index.ts";
import { sessionNotFound } from "./new-session.ts";
import { createOrder } from "./order.ts";

export interface Beginning {
  caller: Caller;
  /** null: an id of ours. */
  chosen_id: string | null;
  ephemeral: boolean;
  /** Why the session that has the chosen id already is another than the one asked for. */
  mismatch(there: SessionView): string | undefined;
  /** May keep files under the new id: they are forgotten where the session cannot begin. */
  make(session_id: string): Promise<{ session: NewSession; history?: CopiedHistory }>;
}

export type BeginSession = (beginning: Beginning) => Promise<{ session: SessionView }>;

export function createBeginSession(context: HandlerContext): BeginSession {
  const { views, sessions, journal, services } = context;
  const inOrder = createOrder();

  function existing({ chosen_id, mismatch }: Beginning): SessionView | undefined {
    if (chosen_id === null) return undefined;
    const there = views.getSession(chosen_id);
    const isDeleted = !there && journal.version(sessionStream(chosen_id)) > 0;
    const why = isDeleted ? "belonged to a session that is deleted" : there && mismatch(there);
    if (why === undefined) return there;
    const message = `The session id ${chosen_id} ${why}: choose another one.`;
    throw new JameyError("session_mismatch", message, { details: { session_id: chosen_id } });
  }

  async function begin(beginning: Beginning): Promise<{ session: SessionView }> {
    const { caller, chosen_id, ephemeral, make } = beginning;
    const there = existing(beginning);
    if (there) return { session: there };
    const session_id = chosen_id ?? crypto.randomUUID();
    const from = { caller: callerName(caller), causation_id: null };
    try {
      const made = await make(session_id);
      await sessions.create(session_id, { type: "create", ...made }, from);
    } catch (thrown) {
      await services.sessionFiles.forget(session_id);
      throw thrown;
    }
    const session = views.getSession(session_id);
    if (!session) throw sessionNotFound(session_id);
    if (ephemeral) {
      const { sessionFiles, log } = services;
      removeWhenGone({ views, sessions, journal, sessionFiles, log }, session_id, caller.signal);
    }
    return { session };
  }

  return async (beginning) => {
    if (beginning.ephemeral) requireConnection(beginning.caller);
    return await inOrder(beginning.chosen_id, () => begin(beginning));
  };
}

function requireConnection({ subscriptions }: Caller): void {
  if (subscriptions) return;
  const message =
    "An ephemeral session lives as long as its connection, and this request has none: use the WebSocket /ws.";
  throw new JameyError("invalid_request", message);
}
