// Following over plain HTTP: server-sent events, made again where the connection breaks.
// Rules: 1. Each event once and in order. The daemon names a cursor after the last event of a row, so a new
//           connection begins there and skips what of the next row was handed on already.
//        2. Only what trying again cannot change ends it: a refusal, or a `take` that throws.

import { isFinal, type Request } from "./requests.ts";
import { createServerSentReader, type ServerSent } from "./server-sent.ts";
import type { Following, FollowParams, Frame, Take } from "./shapes.ts";

/** Waits before a new connection, in milliseconds: they double from the daemon's own to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The daemon says something every 15 s: after so long without a byte the connection is dead. Milliseconds. */
const SILENT_MS = 45_000;

/** How far it came: the cursor, and how many events were handed on since. */
interface Place {
  cursor: string | null;
  handed: number;
}

interface Run {
  request: Request;
  params: FollowParams;
  take: Take;
  stopped: AbortSignal;
  place: Place;
  /** What the program's own `take` threw. */
  failure: { thrown: unknown } | undefined;
}

/** Resolves once the first connection stands. */
export async function startFollowing(
  request: Request,
  params: FollowParams,
  take: Take,
): Promise<Following> {
  const stop = new AbortController();
  const { after } = params;
  const cursor = after === undefined || after === null ? null : String(after);
  const place = { cursor, handed: 0 };
  const run: Run = { request, params, take, stopped: stop.signal, place, failure: undefined };
  const first = await open(run);
  const ended = keepFollowing(run, first);
  // Whoever does not look at it has still stopped nothing of its own program.
  ended.catch(() => undefined);
  return { stop: () => stop.abort(), ended };
}

interface Opened {
  response: Response;
  cut(): void;
}

async function open({ request, params, stopped, place }: Run): Promise<Opened> {
  const { event_types, signal_types, session_id } = params;
  const query = new URLSearchParams();
  if (event_types?.length) query.set("types", event_types.join(","));
  if (signal_types?.length) query.set("signals", signal_types.join(","));
  if (session_id) query.set("session_id", session_id);
  if (place.cursor !== null) query.set("after", place.cursor);
  const own = new AbortController();
  const cut = () => {
    stopped.removeEventListener("abort", cut);
    own.abort();
  };
  stopped.addEventListener("abort", cut);
  try {
    return { response: await request(`/api/events?${query}`, { signal: own.signal }), cut };
  } catch (thrown) {
    cut();
    throw thrown;
  }
}

async function keepFollowing(run: Run, first: Opened): Promise<void> {
  let opened: Opened | undefined = first;
  let waitMs = FIRST_WAIT_MS;
  while (!run.stopped.aborted) {
    try {
      opened ??= await open(run);
      await readAll(run, opened, () => {
        waitMs = FIRST_WAIT_MS;
      });
    } catch (thrown) {
      if (run.stopped.aborted) return;
      if (run.failure) throw run.failure.thrown;
      if (opened === undefined && isFinal(thrown)) throw thrown;
    } finally {
      opened?.cut();
      opened = undefined;
    }
    await pause(waitMs, run.stopped);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

async function readAll(run: Run, { response, cut }: Opened, onNews: () => void): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  const sent = createServerSentReader();
  const resume = { toSkip: run.place.handed };
  for (;;) {
    const timer = setTimeout(cut, SILENT_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    onNews();
    for (const event of sent.read(decoder.decode(value, { stream: true }))) {
      if (run.stopped.aborted) return;
      await handOn(run, event, resume);
    }
  }
}

async function handOn(
  run: Run,
  { id, data }: ServerSent,
  resume: { toSkip: number },
): Promise<void> {
  if (data === "") return;
  const { take, place } = run;
  // The daemon writes frames and nothing else.
  const frame = JSON.parse(data) as Frame;
  const isKnown = frame.type === "event" && resume.toSkip > 0;
  if (isKnown) resume.toSkip -= 1;
  else if (frame.type === "event") place.handed += 1;
  if (id !== null) {
    place.cursor = id;
    place.handed = 0;
  }
  if (isKnown) return;
  try {
    await take(frame, place.cursor);
  } catch (thrown) {
    run.failure = { thrown };
    throw thrown;
  }
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      stopped.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopped.addEventListener("abort", done, { once: true });
  });
}
