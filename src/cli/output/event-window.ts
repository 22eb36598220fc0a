// Where in the journal to begin reading, so that the end of a long one is not paid for with all of it.
import type { Link } from "../../client/link.ts";

/** The first window behind the end, in events for each line that is wanted: not every event is a line. */
const EVENTS_PER_LINE = 4;
/** Events before a time that may be read for nothing; a look at the journal costs about as much. */
const NEAR_ENOUGH_EVENTS = 500;

/** Cursors behind which to look for the last `lines`, each window twice the one before; 0 is the last. */
export function* windowsBack(newest: number, lines: number): Generator<number> {
  for (let size = lines * EVENTS_PER_LINE; size < newest; size *= 2) yield newest - size;
  yield 0;
}

/** A cursor before everything since a time, by halves: events stand in the order of their times. */
export async function cursorBefore(link: Link, fromMs: number): Promise<number> {
  let before = 0;
  let after = link.hello.seq;
  while (after - before > NEAR_ENOUGH_EVENTS) {
    const middle = Math.floor((before + after) / 2);
    const at = await timeAfter(link, middle);
    if (at !== undefined && at < fromMs) before = middle;
    else after = middle;
  }
  return before;
}

/** When the first event after a cursor happened; undefined where there is none. */
async function timeAfter(link: Link, after: number): Promise<number | undefined> {
  const found = Promise.withResolvers<number | undefined>();
  void link.gone.then(found.reject);
  const params = { event_types: [], session_id: null, after };
  const following = await link.follow(params, (frames) => {
    for (const frame of frames) {
      if (frame.type === "event") found.resolve(Date.parse(frame.at));
      if (frame.type === "caught_up") found.resolve(undefined);
    }
  });
  try {
    return await found.promise;
  } finally {
    following.stop();
  }
}
