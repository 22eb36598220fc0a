// Frames of a follower as server-sent events, and their cursors. An `id` is the journal's id and a seq, so
// that the cursor of another journal is known as such and answered with a gap.
import { JameyError } from "../../../protocol/errors.ts";
import type { FollowFrame } from "../../../protocol/frames.ts";

export interface Cursor {
  after: number | null;
  journal_id: string | null;
}

/** A cursor as it was written: a seq, or an id of the stream. */
export function readCursor(text: string | null): Cursor {
  if (text === null) return { after: null, journal_id: null };
  const [seq = "", journal_id = null] = text.split(":").toReversed();
  const after = Number(seq);
  if (Number.isSafeInteger(after) && seq !== "") return { after, journal_id };
  throw new JameyError(
    "invalid_request",
    `'after': ${text} is neither a seq nor an id of this stream.`,
  );
}

export const encodeEvents = (frames: readonly FollowFrame[], journal_id: string): string =>
  frames
    .map((frame, index) => encodeEvent(frame, cursorOf(frame, frames[index + 1]), journal_id))
    .join("");

function encodeEvent(frame: FollowFrame, cursor: number | null, journal_id: string): string {
  const { subscription_id: _, ...data } = frame;
  const id = cursor === null ? "" : `id: ${journal_id}:${cursor}\n`;
  // JSON holds no line feed, so that one line holds it all.
  return `event: ${nameOf(frame)}\n${id}data: ${JSON.stringify(data)}\n\n`;
}

function nameOf(frame: FollowFrame): string {
  if (frame.type === "event") return frame.event_type;
  return frame.type === "signal" ? frame.signal_type : frame.type;
}

/** Where a reader that has seen this frame goes on; null leaves it where it was. */
function cursorOf(frame: FollowFrame, next: FollowFrame | undefined): number | null {
  if (frame.type === "caught_up") return frame.seq;
  if (frame.type === "gap") return frame.reason === "not_kept" ? null : frame.to;
  if (frame.type === "signal") return null;
  // Several events may come from one row: only the last of them says that the row was seen.
  return next?.type === "event" && next.seq === frame.seq ? null : frame.seq;
}
