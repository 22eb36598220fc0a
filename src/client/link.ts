// A connection that heals: reconnects, restarts a local daemon that died, and resumes what is followed.
// Rules: 1. Calls wait while it reconnects. A call that was under way when the connection broke is
//           rejected, unless its caller says that it may be repeated.
//        2. After the attempts are used up the link is gone for good, and says so once.
import type { CommandName, Params, Reply } from "../protocol/commands/index.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { Hello } from "../protocol/frames.ts";
import type { Connection, Ending } from "./connection.ts";
import type { TakeFrames } from "./exchange.ts";
import { createFollower, type Follower } from "./follow.ts";

/** Waits before the attempts to reconnect, in milliseconds. */
export const RECONNECT_DELAYS_MS = [500, 1000, 1500];
/** For a client that stays: waits that grow to the longest one and never end, in milliseconds. */
export const PATIENT_DELAYS_MS: Iterable<number> = {
  *[Symbol.iterator]() {
    for (let delayMs = 500; ; delayMs = Math.min(delayMs * 2, 15_000)) yield delayMs;
  },
};
/** How often one call is repeated: a request that kills the daemon each time must end. */
const MAX_REPEATS = 5;
/** A wait before repeating a call that the daemon itself refused as unavailable, in milliseconds. */
const REPEAT_DELAY_MS = 200;

export type LinkState =
  | { type: "lost"; reason: string }
  | { type: "restored"; hello: Hello }
  | { type: "gone"; error: JameyError };

/** What a link says of itself, and how long it waits before it tries again. Milliseconds. */
export type LinkNews = LinkState | { type: "waiting"; wait_ms: number };

export interface Link {
  readonly hello: Hello;
  /** The greeting of the connection that is open now. */
  readonly currentHello: Hello;
  call<Name extends CommandName>(
    command: Name,
    params: Params<Name>,
    options?: { isRepeatable: boolean },
  ): Promise<Reply<Name>>;
  /** Each event once and in order, whatever happens to the connection. */
  follow(params: Params<"Subscribe">, take: TakeFrames): Promise<{ stop(): void }>;
  /** Resolves with why, when it is gone for good. Never when it is closed. */
  readonly gone: Promise<JameyError>;
  /** Ends the wait before the next attempt, which then also starts a daemon that was stopped on purpose. */
  reconnect(): void;
  close(): void;
}

export interface LinkOptions {
  /** `mayStart` is false after the daemon was stopped on purpose: it is found again, not started. */
  connect(options: { mayStart: boolean }): Promise<Connection>;
  onState?: (state: LinkState) => void;
  onWait?: (wait_ms: number) => void;
  /** One wait before each attempt; where they end, so does the link. */
  delaysMs?: Iterable<number>;
}

export async function openLink(options: LinkOptions): Promise<Link> {
  const followers = new Set<Follower>();
  const delaysMs = options.delaysMs ?? RECONNECT_DELAYS_MS;
  const first = await options.connect({ mayStart: true });
  let [current, latest] = [Promise.resolve(first), first];
  const gone = Promise.withResolvers<JameyError>();
  void gone.promise.then((error) => options.onState?.({ type: "gone", error }));
  let isClosed = false;
  const waits = createWaits(options.onWait);
  watch(first);

  function watch(connection: Connection): void {
    void connection.ended.then((ending) => {
      if (isClosed || ending.type === "closed") return;
      options.onState?.({ type: "lost", reason: ending.error.message });
      current = reconnect(ending);
      // Whoever calls next sees the failure; nobody may be calling.
      current.catch((thrown) => {
        if (!isClosed) gone.resolve(asGone(thrown));
      });
    });
  }

  async function reconnect(ending: Exclude<Ending, { type: "closed" }>): Promise<Connection> {
    let [reason, attempts] = [ending.error.message, 0];
    for (const delayMs of delaysMs) {
      attempts += 1;
      const isAsked = await waits.wait(delayMs);
      if (isClosed) break;
      let connection: Connection | undefined;
      try {
        connection = await options.connect({ mayStart: ending.type === "lost" || isAsked });
        for (const follower of followers) await follower.resume(connection);
        latest = connection;
        watch(connection);
        options.onState?.({ type: "restored", hello: connection.hello });
        return connection;
      } catch (thrown) {
        connection?.close();
        reason = messageOf(thrown);
        if (isRefusal(thrown)) throw refusedForGood(thrown);
        if (thrown instanceof JameyError && thrown.code === "version_mismatch") break;
      }
    }
    throw unreachable(ending, attempts, reason);
  }

  /** On the connection of the moment, and, if that breaks meanwhile, again on the next one. */
  async function perform<Result>(
    work: (connection: Connection) => Promise<Result>,
    isRepeatable: boolean,
  ): Promise<Result> {
    for (let repeats = 0; ; repeats += 1) {
      const connection = await current;
      try {
        return await work(connection);
      } catch (thrown) {
        const isOver = isClosed || repeats === MAX_REPEATS;
        if (!isRepeatable || isOver || !isUnavailable(thrown)) throw thrown;
        await Bun.sleep(REPEAT_DELAY_MS);
      }
    }
  }

  return {
    hello: first.hello,
    get currentHello() {
      return latest.hello;
    },
    call: (command, params, { isRepeatable } = { isRepeatable: false }) =>
      perform((connection) => connection.call(command, params), isRepeatable),
    async follow(params, take) {
      const follower = createFollower(params, take);
      await perform(follower.resume, true).then(() => followers.add(follower));
      return {
        stop() {
          followers.delete(follower);
          follower.stop();
        },
      };
    },
    gone: gone.promise,
    reconnect: waits.end,
    close() {
      isClosed = true;
      latest.close();
    },
  };
}

/** The waits between attempts, which somebody may end. */
function createWaits(onWait: ((wait_ms: number) => void) | undefined) {
  let end: () => void = () => undefined;
  return {
    /** Whether somebody ended it. */
    async wait(ms: number): Promise<boolean> {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(resolve, ms, false);
      end = () => resolve(true);
      onWait?.(ms);
      const isAsked = await promise;
      clearTimeout(timer);
      return isAsked;
    },
    end: () => end(),
  };
}

const isUnavailable = (thrown: unknown): boolean =>
  thrown instanceof JameyError && thrown.code === "unavailable";

/** The key holds no longer: trying again would change nothing. */
const isRefusal = (thrown: unknown): thrown is JameyError =>
  thrown instanceof JameyError && thrown.code === "unauthorized";

const refusedForGood = ({ code, message }: JameyError): JameyError =>
  new JameyError(code, message, { details: { is_gone: true } });

function unreachable(
  ending: Exclude<Ending, { type: "closed" }>,
  attempts: number,
  reason: string,
): JameyError {
  const stopped = ending.type === "stopped" ? "The daemon was stopped. " : "";
  return new JameyError(
    "unavailable",
    `${stopped}Could not connect to daemon after ${attempts} attempts. ${reason}`,
    { details: { is_gone: true } },
  );
}

function asGone(thrown: unknown): JameyError {
  return thrown instanceof JameyError
    ? thrown
    : new JameyError("internal", messageOf(thrown), { cause: thrown });
}
