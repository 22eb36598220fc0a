// Events over plain HTTP, as a stream that a browser's EventSource reads and resumes. A reader that is
// slow is not waited for: the next batch is read out of the journal when it has taken the one before.
import { readGiven } from "../../../protocol/given.ts";
import { eventsRequest } from "../../../protocol/rest.ts";
import type { Connection } from "../../connections.ts";
import { askAs, attachAs } from "../asking.ts";
import { createGathering } from "../gathering.ts";
import { type Asking, requireScopes } from "./calls.ts";
import { createQueryReader } from "./query.ts";
import { apiHeaders } from "./responses.ts";
import { encodeEvents, readCursor } from "./server-sent.ts";

/** A comment is sent when nothing else was for so long: proxies and readers see that it lives. */
export const HEARTBEAT_MS = 15_000;
/** How long a browser waits before it comes back. */
export const RETRY_MS = 2_000;

export interface EventStreamOptions extends Asking {
  heartbeatMs?: number;
  /** Resolves when this one may read the journal. */
  turn(): Promise<void>;
  /** The stream has ended. */
  ended(): void;
}

export async function openEventStream(
  request: Request,
  options: EventStreamOptions,
): Promise<Response> {
  const { gateway, identity, received } = options;
  requireScopes(identity, ["Subscribe"]);
  received();
  const query = createQueryReader(eventsRequest)(new URL(request.url).searchParams);
  const last = request.headers.get("last-event-id");
  const given = last === null ? query : { ...query, after: last };
  const asked = readGiven({ id: "events", asks: eventsRequest }, given);
  if (request.method === "HEAD") return streamResponse(null);
  const bell = createBell();
  const connection = attachAs(gateway, { client: "api events", identity, ring: bell.ring });
  try {
    await subscribe(options, connection, asked);
  } catch (thrown) {
    bell.end();
    connection.close();
    throw thrown;
  }
  return streamResponse(streamOf(connection, bell, options));
}

async function subscribe(
  { gateway }: EventStreamOptions,
  { caller }: Connection,
  { types, signals, session_id, after }: ReturnType<typeof eventsRequest.parse>,
): Promise<void> {
  const params = { event_types: types, signal_types: signals, session_id, ...readCursor(after) };
  const ask = askAs(gateway, caller);
  if (session_id !== null) await ask("GetSession", { session_id, messages: "none" });
  await ask("Subscribe", params);
}

const MEDIA_TYPE = "text/event-stream";

export const isEventStream = ({ headers }: Response): boolean =>
  headers.get("content-type")?.startsWith(MEDIA_TYPE) ?? false;

const streamResponse = (body: ReadableStream<Uint8Array> | null): Response =>
  new Response(body, {
    headers: {
      ...apiHeaders,
      "content-type": `${MEDIA_TYPE};charset=utf-8`,
      // Proxies that gather answers would make it late.
      "x-accel-buffering": "no",
    },
  });

function streamOf(
  connection: Connection,
  bell: ReturnType<typeof createBell>,
  { signal, identity, heartbeatMs = HEARTBEAT_MS, turn, ended, gateway }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const over = AbortSignal.any([signal, identity.ended]);
  const { journal_id } = connection.hello;
  let isOpen = true;
  let hasReader = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    bell.end();
    connection.close();
    over.removeEventListener("abort", close);
    ended();
  };
  over.addEventListener("abort", close);
  if (over.aborted) close();

  /** What there is to send now, or comes next; undefined at the end. */
  async function next(): Promise<string | undefined> {
    while (isOpen) {
      await turn();
      if (!isOpen) break;
      const { frames, hasMore } = connection.pull();
      if (frames.length > 0) return encodeEvents(frames, journal_id);
      if (!hasMore && !(await bell.rung(heartbeatMs)) && isOpen) return ":\n\n";
    }
    return undefined;
  }

  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
      async pull(controller) {
        try {
          const text = await next();
          if (!hasReader) return;
          if (text === undefined) controller.close();
          else controller.enqueue(encoder.encode(text));
        } catch (thrown) {
          gateway.log.error("events could not be read", { reason: String(thrown) });
          close();
          controller.error(thrown);
        }
      },
      cancel() {
        // Of a stream that was cancelled nothing may be said any more, not even that it ends.
        hasReader = false;
        close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Wakes who waits for something to pull. */
export function createBell() {
  let isRung = true;
  let wake: ((isRung: boolean) => void) | undefined;
  const events = () => {
    isRung = true;
    wake?.(true);
  };
  const gathering = createGathering(events);
  return {
    ring: {
      events,
      signals: gathering.ring,
    },
    /** False when nothing rang for so long. */
    async rung(timeoutMs: number): Promise<boolean> {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      wake = resolve;
      const timer = setTimeout(resolve, timeoutMs, false);
      if (isRung) resolve(true);
      const answer = await promise;
      clearTimeout(timer);
      wake = undefined;
      isRung = false;
      return answer;
    },
    end() {
      gathering.close();
      events();
    },
  };
}
