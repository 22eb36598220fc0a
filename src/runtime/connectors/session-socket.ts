// The WebSocket of one session, `/sessions/:id/ws`: it shows what happens and takes nothing. Each frame is
// one message. How events become frames is `session-view.ts`.
import { messageOf, toErrorBody } from "../../protocol/errors.ts";
import type { WebSocketEvent } from "../../protocol/rest.ts";
import type { Connection } from "../connections.ts";
import type { Gateway } from "../gateway.ts";
import { askAs, attachAs } from "./asking.ts";
import { createOutbox } from "./outbox.ts";
import { beginView, type SessionView, showEvent } from "./session-view.ts";
import {
  type Client,
  INTERNAL_ERROR,
  POLICY_VIOLATION,
  type Socket,
  TRY_AGAIN_LATER,
} from "./websocket.ts";

const NORMAL_CLOSURE = 1000;

export function startSessionSocket(socket: Socket, gateway: Gateway, session_id: string): Client {
  const closing = new AbortController();
  const outbox = createOutbox({ socket, broke, isBatched: false });
  let connection: Connection | undefined;

  function say(frame: WebSocketEvent): void {
    if (!outbox.reply(JSON.stringify(frame))) socket.close(TRY_AGAIN_LATER, "nothing is read");
  }

  function refuse(thrown: unknown, code: number): void {
    say({ type: "error", message: toErrorBody(thrown).message });
    socket.close(code, toErrorBody(thrown).code);
  }

  function broke(thrown: unknown): void {
    gateway.log.error("events could not be read", { reason: messageOf(thrown) });
    refuse(thrown, INTERNAL_ERROR);
  }

  async function begin(): Promise<void> {
    try {
      const { identity } = socket.data;
      connection = attachAs(gateway, { client: "api session", identity, ring: outbox.ring });
      const view = await openView(gateway, connection, session_id);
      const over = () => socket.close(NORMAL_CLOSURE, "the session was deleted");
      outbox.follow(createPull(connection, view, () => void setImmediate(over)));
      outbox.ring.events();
    } catch (thrown) {
      refuse(thrown, POLICY_VIOLATION);
    }
  }

  void begin();
  return {
    receive(_text, refused) {
      if (refused) return socket.close(TRY_AGAIN_LATER, "too many messages");
      const message = "This socket only shows a session: use POST /sessions/:id/messages, or /ws.";
      say({ type: "error", message });
    },
    flush: outbox.flush,
    end: () => Promise.resolve(),
    closed: closing.signal,
    close() {
      closing.abort();
      outbox.close();
      connection?.close();
    },
  };
}

/**
 * Both are asked in one go: reading commands answer out of what is there now, so that nothing happens
 * between the state and the first event that is followed.
 */
async function openView(
  gateway: Gateway,
  { caller }: Connection,
  session_id: string,
): Promise<SessionView> {
  const ask = askAs(gateway, caller);
  const [{ session }] = await Promise.all([
    ask("GetSession", { session_id }),
    ask("Subscribe", { session_id }),
  ]);
  return beginView(session_id, session.session_state);
}

function createPull(connection: Connection, begun: SessionView, over: () => void) {
  let view = begun;
  return () => {
    const { frames, hasMore } = connection.pull();
    const shown: WebSocketEvent[] = [];
    for (const frame of frames) {
      if (frame.type !== "event") continue;
      const next = showEvent(view, frame);
      view = next.view;
      shown.push(...next.frames);
      if (next.isOver) over();
    }
    return { frames: shown, hasMore };
  };
}
