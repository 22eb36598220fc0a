// Following with resume: remembers how far a subscription came, so that the next connection goes on
// exactly there.
// Rule: several events may carry one seq (those that are read out of another). So it resumes one
//       before the last seq and skips as many events of that seq as were already handed on.
import type { Params } from "../protocol/commands/index.ts";
import type { FollowFrame } from "../protocol/frames.ts";
import type { Connection } from "./connection.ts";
import type { Subscription, TakeFrames } from "./exchange.ts";

export interface Follower {
  /** Subscribes on this connection, after whatever was handed on before. */
  resume(connection: Connection): Promise<void>;
  stop(): void;
}

interface Cursor {
  journal_id: string;
  seq: number;
  /** How many events of just this seq were handed on; undefined when all of them were. */
  handed: number | undefined;
}

export function createFollower(params: Params<"Subscribe">, take: TakeFrames): Follower {
  let cursor: Cursor | undefined;
  let subscription: Subscription | undefined;
  let isStopped = false;

  return {
    async resume(connection) {
      if (isStopped) return;
      const { journal_id } = connection.hello;
      // From now on: if the connection breaks before `caught_up`, `now` is still this connection's.
      cursor ??= {
        journal_id: params?.journal_id ?? journal_id,
        seq: params?.after ?? connection.hello.seq,
        handed: undefined,
      };
      const from = cursor;
      let toSkip = from.handed ?? 0;
      const isFresh = subscription === undefined;
      const after = from.handed === undefined ? from.seq : from.seq - 1;
      subscription = await connection.follow(
        {
          ...params,
          after: isFresh ? (params?.after ?? null) : after,
          journal_id: from.journal_id,
        },
        (frames) => {
          if (isStopped) return;
          const fresh: FollowFrame[] = [];
          for (const frame of frames) {
            if (frame.type === "event" && frame.seq === from.seq && toSkip > 0) {
              toSkip -= 1;
              continue;
            }
            fresh.push(frame);
            cursor = advance(cursor ?? from, frame, journal_id);
          }
          if (fresh.length > 0) return take(fresh);
        },
      );
    },
    stop() {
      isStopped = true;
      subscription?.stop();
    },
  };
}

function advance(cursor: Cursor, frame: FollowFrame, journal_id: string): Cursor {
  switch (frame.type) {
    case "event": {
      const handed = frame.seq === cursor.seq ? (cursor.handed ?? 0) + 1 : 1;
      return { ...cursor, seq: frame.seq, handed };
    }
    case "caught_up":
      return { journal_id, seq: frame.seq, handed: undefined };
    case "gap":
      return { journal_id, seq: frame.to, handed: undefined };
    case "signal":
      return cursor;
  }
}
