// `jamey events`: the journal as a stream of lines.
import type { EventName } from "../../protocol/events/index.ts";
import type { FollowFrame } from "../../protocol/frames.ts";
import { usageError } from "../arguments.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { findSession } from "../find-session.ts";
import { endBySignal, watchSignals } from "../signals.ts";
import { oneLine } from "../strip.ts";

const MAX_SUMMARY_LENGTH = 160;

export const events = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, out } = context;
    const isFollowing = given.has("follow");
    const since = readSeq(given.text("since"));
    const named = given.text("session");
    const session_id = named === undefined ? null : (await findSession(link, named)).session_id;
    const ended = Promise.withResolvers<void>();
    const watch = watchSignals();
    watch.signal.addEventListener("abort", () => ended.resolve(), { once: true });
    void link.gone.then(ended.reject);
    out.gone.addEventListener("abort", () => ended.resolve(), { once: true });
    try {
      const following = await link.follow(
        {
          // Names that do not exist are refused by the daemon, with the list of those that do.
          event_types: given.list("type") as EventName[],
          session_id,
          after: since ?? (isFollowing ? null : 0),
        },
        async (frames) => {
          const lines = frames
            .filter((frame) => frame.type !== "caught_up" && frame.type !== "signal")
            .map((frame) => `${describe(frame, context.isJson)}\n`);
          // What cannot be written ends the command; thrown here, it would only end the connection.
          await out.write(lines.join("")).catch(ended.reject);
          if (!isFollowing && frames.some((frame) => frame.type === "caught_up")) ended.resolve();
        },
      );
      await ended.promise;
      following.stop();
    } finally {
      watch.stop();
    }
    const caught = watch.caught();
    if (caught) endBySignal(caught);
    return 0;
  });

function describe(frame: FollowFrame, isJson: boolean): string {
  if (isJson) return JSON.stringify(frame);
  if (frame.type === "event") {
    const { seq, at, event_type, payload } = frame;
    return `${seq} ${at} ${event_type} ${oneLine(JSON.stringify(payload), MAX_SUMMARY_LENGTH)}`;
  }
  return frame.type === "gap"
    ? `-- ${frame.from} to ${frame.to} not shown: ${frame.reason === "not_kept" ? "no longer kept" : "from another journal"}`
    : frame.type;
}

function readSeq(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw usageError(`--since takes the seq of an event; not '${text}'.`);
  return Number(text);
}
