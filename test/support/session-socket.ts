// A socket on one session, `/sessions/:id/ws`: what it shows, in order.
import type { WebSocketEvent } from "../../src/protocol/rest.ts";

export interface SessionSocket {
  frames: WebSocketEvent[];
  until(fits: (frame: WebSocketEvent) => boolean): Promise<WebSocketEvent>;
  send(text: string): void;
  close(): void;
  closed: Promise<{ code: number; reason: string }>;
}

/** `place` is the path of a socket, or the URL of a listener. */
export async function openSessionSocket(
  place: string,
  session_id: string,
  headers: Record<string, string> = {},
): Promise<SessionSocket> {
  const url = place.startsWith("/") ? `ws+unix://${place}:` : place.replace(/^http/, "ws");
  // Bun's WebSocket takes headers; the web's type, which is declared, does not.
  const web = new WebSocket(`${url}/sessions/${session_id}/ws`, { headers } as never);
  const frames: WebSocketEvent[] = [];
  const waiting = new Set<() => void>();
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  web.onopen = () => opened.resolve();
  web.onclose = ({ code, reason }) => {
    closed.resolve({ code, reason });
    opened.reject(new Error(`closed with ${code} ${reason}`));
  };
  web.onmessage = ({ data }) => {
    // The border to what really travels: a test that reads a field which is not there fails by itself.
    frames.push(JSON.parse(String(data)) as WebSocketEvent);
    for (const look of [...waiting]) look();
  };
  await opened.promise;
  return {
    frames,
    until(fits) {
      const { promise, resolve } = Promise.withResolvers<WebSocketEvent>();
      const look = () => {
        const found = frames.find(fits);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      return promise;
    },
    send: (text) => web.send(text),
    close: () => web.close(1000),
    closed: closed.promise,
  };
}
