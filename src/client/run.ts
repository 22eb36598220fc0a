// One message and its whole answer, over a link that heals: survives the daemon's death in the middle.
// Rules: 1. The message carries a key, so that sending it again after a lost acknowledgement starts nothing twice.
//        2. Frames of this turn reach the caller before the result does.
//        3. A caller that cannot take a frame ends the run: the turn is cancelled, its error is thrown.
import type { Params, Reply } from "../protocol/commands/index.ts";
import type { Run } from "../protocol/commands/session.ts";
import type { FollowFrame, SignalFrame } from "../protocol/frames.ts";
import { followCalled } from "./called.ts";
import { isTurnEnd, type TypedEvent, turnOf, typedEvent } from "./events.ts";
import type { Link } from "./link.ts";

/** After the reply of WaitForTurn, the last events may still be on their way. Milliseconds. */
const LAST_EVENTS_TIMEOUT_MS = 2000;
/** How long rule 3 waits for its cancel to be acknowledged. Milliseconds. */
const CANCEL_TIMEOUT_MS = 1000;

export type TurnFrame =
  | { type: "event"; event: TypedEvent }
  | { type: "signal"; signal: SignalFrame };

export interface RunOptions {
  message: Params<"SendMessage">;
  /** What is said instead of SendMessage, where another command begins the turn; it carries the key. */
  begin?: (link: Link, message_key: string) => Promise<Reply<"SendMessage">>;
  signal_types: NonNullable<NonNullable<Params<"Subscribe">>["signal_types"]>;
  onAccepted?: (accepted: Reply<"SendMessage">) => void;
  /** Everything that belongs to this turn, in order, and what those that it calls ask. A promise holds the daemon's stream back. */
  onFrame: (frame: TurnFrame) => void | Promise<void>;
  /** Where the turn before it was accepted: what is older was seen with that one. */
  after?: number;
  /** Aborting cancels the turn; the run then ends as cancelled. Its reason, if text, is passed on. */
  signal?: AbortSignal;
}

export async function runTurn(link: Link, options: RunOptions): Promise<Run> {
  const { message, signal } = options;
  // From before the message, so that nothing of the turn is missed.
  const { seq, journal_id } = link.currentHello;
  const message_key = message.message_key ?? crypto.randomUUID();
  const accepted = options.begin
    ? await options.begin(link, message_key)
    : await link.call("SendMessage", { ...message, message_key }, { isRepeatable: true });
  options.onAccepted?.(accepted);
  const { session_id, turn_id } = accepted;

  const ended = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<never>();
  let isBroken = false;
  const hand = async (frame: TurnFrame): Promise<void> => {
    if (isBroken) return;
    try {
      await options.onFrame(frame);
    } catch (thrown) {
      isBroken = true;
      broken.reject(thrown);
    }
  };
  const from = { after: Math.min(options.after ?? seq, accepted.seq), journal_id };
  const called = followCalled(link, from, (event) => hand({ type: "event", event }));
  const subscribing = link.follow(
    { session_id, signal_types: options.signal_types, ...from },
    async (frames) => {
      for (const frame of frames) {
        const ours = ofTurn(frame, turn_id);
        if (!ours) continue;
        await hand(ours);
        if (ours.type !== "event") continue;
        called.take(ours.event);
        if (isTurnEnd(ours.event)) ended.resolve();
      }
    },
  );
  // Asked in the same breath. Until it is waited for below, its failure is nobody's.
  const waiting = link.call("WaitForTurn", { turn_id }, { isRepeatable: true });
  waiting.catch(() => undefined);
  const following = await subscribing;
  const cancel = async (): Promise<void> => {
    const reason = typeof signal?.reason === "string" ? signal.reason : null;
    // If it cannot be cancelled, it has ended or the link is gone: WaitForTurn tells.
    const asked = link.call("CancelTurn", { turn_id, reason }, { isRepeatable: true });
    await asked.catch(() => undefined);
  };
  const abort = () => void cancel();
  try {
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    const run = await Promise.race([waiting, broken.promise]);
    await Promise.race([withTimeout(ended.promise, LAST_EVENTS_TIMEOUT_MS), broken.promise]);
    return run;
  } catch (thrown) {
    if (isBroken) await withTimeout(cancel(), CANCEL_TIMEOUT_MS);
    throw thrown;
  } finally {
    signal?.removeEventListener("abort", abort);
    called.stop();
    following.stop();
  }
}

/** The frame, if it belongs to the turn. A session's creation belongs to the turn that created it. */
function ofTurn(frame: FollowFrame, turn_id: string): TurnFrame | undefined {
  if (frame.type === "signal") {
    return frame.turn_id === turn_id ? { type: "signal", signal: frame } : undefined;
  }
  if (frame.type !== "event") return undefined;
  const event = typedEvent(frame);
  const isOurs = event.event_type === "SessionCreated" || turnOf(event) === turn_id;
  return isOurs ? { type: "event", event } : undefined;
}

async function withTimeout(promise: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
