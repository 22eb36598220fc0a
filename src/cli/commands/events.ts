// `jamey events`: the journal as a stream of lines. As JSON it is complete; to read, each thing stands once.
import type { Link } from "../../client/link.ts";
import type { EventName } from "../../protocol/events/index.ts";
import type { FollowFrame } from "../../protocol/frames.ts";
import { suggest } from "../../protocol/suggest.ts";
import { eventLine } from "../../terminal/event-line.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { type Arguments, usageError } from "../input/arguments.ts";
import { findSession } from "../input/find-session.ts";
import { parseSince } from "../input/parse-age.ts";
import { readCount } from "../one-shot/settings.ts";
import { cursorBefore, windowsBack } from "../output/event-window.ts";
import { jsonText } from "../output/json-text.ts";
import { withPager } from "../output/pager.ts";
import { endBySignal, watchSignals } from "../signals.ts";

/** Lines that are held for a pager; of more than these the last. */
const MAX_PAGED_LINES = 50_000;

interface Wanted {
  isFollowing: boolean;
  limit: number | undefined;
  /** Of more than the limit the first ones are wanted, not the last. */
  isFirst: boolean;
  /** The cursor; null is from now on. */
  after: number | null;
  /** By time, in milliseconds since 1970. */
  from: number;
  types: EventName[];
  session_id: string | null;
}

export const events = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const wanted = await readWanted(context.arguments, link);
    const { limit, isFirst, after } = wanted;
    const watch = watchSignals();
    try {
      if (limit === undefined || isFirst) {
        const lines = createLines(context, wanted);
        await read(link, { context, wanted, lines, after, signal: watch.signal });
        await lines.end();
      } else await readLast(link, { context, wanted, limit, signal: watch.signal });
    } finally {
      watch.stop();
    }
    const caught = watch.caught();
    if (caught) endBySignal(caught);
    return 0;
  });

/** The last lines, from as far back as it takes for that many. */
async function readLast(
  link: Link,
  options: { context: Context; wanted: Wanted; limit: number; signal: AbortSignal },
): Promise<void> {
  const { context, wanted, limit, signal } = options;
  for (const after of windowsBack(link.hello.seq, limit)) {
    const lines = createLines(context, wanted);
    await read(link, { context, wanted, lines, after, signal });
    if (after > 0 && lines.count() < limit && !signal.aborted) continue;
    return await lines.end();
  }
}

/** Until all is read, enough is, or nobody wants more. */
async function read(
  link: Link,
  options: {
    context: Context;
    wanted: Wanted;
    lines: Lines;
    after: number | null;
    signal: AbortSignal;
  },
): Promise<void> {
  const { context, wanted, lines, after, signal } = options;
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  for (const stop of [signal, context.out.gone]) {
    if (stop.aborted) return;
    stop.addEventListener("abort", end, { once: true });
  }
  void link.gone.then(ended.reject);
  const { types: event_types, session_id } = wanted;
  const following = await link.follow({ event_types, session_id, after }, async (frames) => {
    // What cannot be written ends the command; thrown here, it would only end the connection.
    const isFull = await lines.take(frames).catch(ended.reject);
    const isAtEnd = frames.some((frame) => frame.type === "caught_up");
    if (isFull || (isAtEnd && !wanted.isFollowing)) ended.resolve();
  });
  try {
    await ended.promise;
  } finally {
    following.stop();
  }
}

async function readWanted(given: Arguments, link: Link): Promise<Wanted> {
  const isFollowing = given.has("follow");
  const since = given.text("since");
  const isSeq = since !== undefined && /^\d{1,15}$/.test(since);
  const from =
    since === undefined || isSeq ? 0 : Date.parse(parseSince(since, "--since", Date.now()));
  const named = given.text("session");
  await checkTypes(given.list("type"));
  const readCursor = async () => {
    if (isSeq) return cursorAt(Number(since), link);
    if (since !== undefined) return await cursorBefore(link, from);
    return isFollowing ? null : 0;
  };
  return {
    isFollowing,
    limit: readCount(given, "limit"),
    isFirst: isFollowing || since !== undefined,
    after: await readCursor(),
    from,
    // They were looked at: each is one.
    types: given.list("type") as EventName[],
    session_id: named === undefined ? null : (await findSession(link, named)).session_id,
  };
}

function cursorAt(seq: number, link: Link): number {
  if (seq <= link.hello.seq) return seq;
  throw usageError(`--since ${seq}: the newest event is ${link.hello.seq}.`);
}

async function checkTypes(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { events: known } = await import("../../protocol/events/index.ts");
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const all = Object.keys(known);
  const close = suggest(unknown, all);
  const meant = close ? `Did you mean '${close}'?` : `There are: ${all.join(", ")}.`;
  throw usageError(`There is no event type '${unknown}'. ${meant}`);
}

type Lines = ReturnType<typeof createLines>;

/** What is written, and when: at once while it is followed or piped on, else at the end. */
function createLines(context: Context, wanted: Wanted) {
  const { out, isJson } = context;
  const { limit, isFollowing, isFirst } = wanted;
  const isPaged = out.isTerminal && !isFollowing && !isJson;
  const isHeld = isPaged || (limit !== undefined && !isFirst);
  const max = Math.min(limit ?? MAX_PAGED_LINES, MAX_PAGED_LINES);
  const held: string[] = [];
  let written = 0;

  const isShown = (frame: FollowFrame): boolean => {
    if (frame.type === "caught_up" || frame.type === "signal") return false;
    if (frame.type === "gap") return true;
    if (wanted.from > 0 && Date.parse(frame.at) < wanted.from) return false;
    // The text of a message stands in its own event; here only who asks for it sees it.
    return isJson || frame.event_type !== "BusEntry" || wanted.types.includes("BusEntry");
  };
  const describe = (frame: FollowFrame) => (isJson ? jsonText(frame) : eventLine(frame));

  return {
    /** True when there is nothing more to write. */
    async take(frames: readonly FollowFrame[]): Promise<boolean> {
      const lines = frames
        .filter(isShown)
        .map(describe)
        .filter((line) => line !== undefined);
      const room = isFirst && limit !== undefined ? limit - written : lines.length;
      const taken = lines.slice(0, room).map((line) => `${line}\n`);
      written += taken.length;
      if (isHeld) {
        held.push(...taken);
        held.splice(0, held.length - max);
      } else await out.write(taken.join(""));
      return isFirst && limit !== undefined && written >= limit;
    },
    count: () => written,
    async end(): Promise<void> {
      if (isPaged) await withPager(context, held.join(""));
      else await out.write(held.join(""));
    },
  };
}
