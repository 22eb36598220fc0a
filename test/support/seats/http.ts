// Seats at plain HTTP: one that follows the stream of server-sent events over the unix socket and gives its
// commands by name, and one that knows only requests and answers, over TCP, on the paths of REST.
import { readSource } from "../event-source.ts";
import type { WirePayload } from "../wire-client.ts";
import {
  type Change,
  type Interface,
  messageOf,
  objectOf,
  type Place,
  type Reading,
  type Told,
  WATCHED,
} from "./seat.ts";

/** Between two questions of the one who asks again and again, in milliseconds. */
const POLL_MS = 20;

interface Asked {
  method: string;
  path: string;
  body?: object;
  headers?: Record<string, string>;
}

/** Where it goes, and what each request has with it. */
type Ask = (asked: Asked, signal?: AbortSignal) => Promise<Response>;

const asking =
  (base: () => string, options: () => { unix?: string; headers?: Record<string, string> }): Ask =>
  async ({ method, path, body, headers = {} }, signal) => {
    const { unix, headers: own = {} } = options();
    const response = await fetch(`${base()}${path}`, {
      method,
      headers: { ...own, ...headers },
      ...(unix ? { unix } : {}),
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    });
    if (response.ok) return response;
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };

const eventsPath = (after: number) => `/api/events?types=${WATCHED.join(",")}&after=${after}`;

/** Reads one stream until it ends, or until the one who reads has enough. */
async function readStream(
  ask: Ask,
  { after, take, signal }: Reading,
  isEnough: (told: Told) => boolean,
): Promise<void> {
  const leave = new AbortController();
  const stop = () => leave.abort();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const response = await ask({ method: "GET", path: eventsPath(after) }, leave.signal);
    const enough = Promise.withResolvers<void>();
    const source = readSource(response, ({ data }) => {
      const told = data as unknown as Told; // A frame is JSON of this shape on every interface.
      take(told);
      if (isEnough(told)) enough.resolve();
    });
    await Promise.race([source.ended, enough.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    leave.abort();
  }
}

export function openStream(place: Place): Interface {
  const ask = asking(
    () => "http://jamey",
    () => ({ unix: place.home.socket }),
  );
  const call = async (command: string, body: object): Promise<WirePayload> => {
    const response = await ask({ method: "POST", path: `/api/call/${command}`, body });
    const { payload } = (await response.json()) as { payload: WirePayload }; // A reply, as on every wire.
    return payload;
  };
  return {
    async change(change) {
      const { kind, label, session_id, po_name } = change;
      if (kind === "rename") await call("RenameSession", { session_id, name: label });
      else if (kind === "edit") await call("EditPO", { po_name, text: objectOf(change) });
      else {
        const message = messageOf(change);
        const said = { po_name, session_id, message, message_key: label };
        const { turn_id } = await call("SendMessage", said);
        await call("WaitForTurn", { turn_id });
      }
    },
    read: (reading) => readStream(ask, reading, () => false),
    close: () => undefined,
  };
}

export function openPolling(place: Place): Interface {
  const ask = asking(
    () => place.url(),
    () => ({ headers: { authorization: `Bearer ${place.token()}` } }),
  );
  return {
    async change(change) {
      await (await ask(requestOf(change))).text();
    },
    async read({ after, take, signal }) {
      let cursor = after;
      const note = (told: Told) => {
        cursor = told.seq ?? cursor;
        take(told);
      };
      while (!signal.aborted) {
        const isAll = ({ type }: Told) => type === "caught_up";
        await readStream(ask, { after: cursor, take: note, signal }, isAll);
        await Bun.sleep(POLL_MS);
      }
    },
    close: () => undefined,
  };
}

function requestOf(change: Change): Asked {
  const { kind, label, session_id, po_name } = change;
  if (kind === "rename") {
    return { method: "PATCH", path: `/api/sessions/${session_id}`, body: { name: label } };
  }
  if (kind === "edit") {
    return { method: "PUT", path: `/api/pos/${po_name}`, body: { text: objectOf(change) } };
  }
  return {
    method: "POST",
    path: `/api/pos/${po_name}/message`,
    body: { message: messageOf(change), session_id },
    headers: { "idempotency-key": label },
  };
}
