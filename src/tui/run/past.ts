// What was said on the bus before this interface looked: so many of the newest events are read once.
import type { Link } from "../../client/link.ts";
import type { EventFrame } from "../../protocol/frames.ts";

/** Events of the journal among which entries of the bus are looked for. */
const MAX_EVENTS_BACK = 2_000;
/** What takes longer is not waited for: the interface is there first. Milliseconds. */
const PAST_MS = 1_000;

/** The oldest first; nothing that the greeting's cursor does not count yet. */
export async function pastOfBus(link: Link): Promise<readonly EventFrame[]> {
  const { seq, journal_id } = link.hello;
  const after = Math.max(0, seq - MAX_EVENTS_BACK);
  const found: EventFrame[] = [];
  const done = Promise.withResolvers<void>();
  const asked = { event_types: ["BusEntry" as const], signal_types: [], session_id: null };
  const following = await link.follow({ ...asked, after, journal_id }, (frames) => {
    for (const frame of frames) {
      if (frame.type === "event" && frame.seq <= seq) found.push(frame);
      if (frame.type === "caught_up" || (frame.type === "event" && frame.seq > seq)) done.resolve();
    }
  });
  const timer = setTimeout(done.resolve, PAST_MS);
  await done.promise;
  clearTimeout(timer);
  following.stop();
  return found;
}
