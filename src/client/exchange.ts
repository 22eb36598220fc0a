// Requests and subscriptions over one connection, without the connection: frames in, frames out.
// Rules: 1. A reply is matched by its id alone, so any order is fine.
//        2. A follower that returns a promise is given nothing more until it settles.
//        3. Frames of a subscription whose reply is still under way are held until that reply.
//        4. After `fail`, everything pending is rejected and nothing can be asked.
import type { CommandName, Params, Reply } from "../protocol/commands/index.ts";
import { type ErrorBody, JameyError } from "../protocol/errors.ts";
import type { FollowFrame, ReplyFrame, ServerFrame } from "../protocol/frames.ts";
import { MAX_FRAME_BYTES, MAX_REQUESTS_IN_FLIGHT, MAX_SUBSCRIPTIONS } from "../protocol/limits.ts";

/** Takes the frames of one subscription, in order. A promise holds the connection back until it settles. */
export type TakeFrames = (frames: FollowFrame[]) => void | Promise<void>;

export interface Subscription {
  subscription_id: string;
  stop(): void;
}

interface Pending {
  resolve(payload: unknown): void;
  reject(error: Error): void;
}

export interface Exchange {
  call<Name extends CommandName>(command: Name, params: Params<Name>): Promise<Reply<Name>>;
  follow(params: Params<"Subscribe">, take: TakeFrames): Promise<Subscription>;
  take(frames: ServerFrame[]): Promise<void>;
  fail(error: JameyError): void;
}

export function createExchange(send: (text: string) => void): Exchange {
  const pending = new Map<number, Pending>();
  const followers = createFollowers();
  let failure: JameyError | undefined;
  let lastId = 0;

  function ask<Name extends CommandName>(
    command: Name,
    params: Params<Name>,
    onReply: (reply: Reply<Name>) => void,
  ): Promise<Reply<Name>> {
    if (failure) return Promise.reject(failure);
    if (pending.size >= MAX_REQUESTS_IN_FLIGHT) {
      const message = `${MAX_REQUESTS_IN_FLIGHT} requests already wait for the daemon.`;
      return Promise.reject(new JameyError("overloaded", message));
    }
    lastId += 1;
    const id = lastId;
    const text = JSON.stringify({ id, type: command, payload: params });
    if (isTooLarge(text)) return Promise.reject(tooLarge(command));
    const { promise, resolve, reject } = Promise.withResolvers<Reply<Name>>();
    pending.set(id, {
      resolve: (payload) => {
        // The table of commands says which reply a command has; the daemon checks it against that table.
        const reply = payload as Reply<Name>;
        onReply(reply);
        resolve(reply);
      },
      reject,
    });
    send(text);
    return promise;
  }

  const call: Exchange["call"] = (command, params) => ask(command, params, () => undefined);

  function settle(frame: ReplyFrame): void {
    const request = pending.get(Number(frame.id));
    if (!request) return;
    pending.delete(Number(frame.id));
    if (frame.type === "Error") request.reject(errorOf(frame.payload));
    else request.resolve(frame.payload);
  }

  return {
    call,

    async follow(params, take) {
      // Registered in the very step that reads the reply: frames may stand right behind it.
      const settled = followers.expect();
      const { subscription_id } = await ask("Subscribe", params, (reply) => {
        followers.add(reply.subscription_id, take);
      }).finally(settled);
      return {
        subscription_id,
        stop() {
          if (!followers.remove(subscription_id) || failure) return;
          // Already gone is as good as ended.
          call("Unsubscribe", { subscription_id }).catch(() => undefined);
        },
      };
    },

    async take(frames) {
      for (const batch of batches(frames)) {
        if ("reply" in batch) {
          settle(batch.reply);
          await followers.handOn(subscriptionOf(batch.reply), []);
        } else {
          await followers.handOn(batch.subscription_id, batch.frames);
        }
      }
    },

    fail(error) {
      failure ??= error;
      followers.clear();
      const rejected = [...pending.values()];
      pending.clear();
      for (const request of rejected) request.reject(failure);
    },
  };
}

/** Who takes the frames of which subscription. */
function createFollowers() {
  const takers = new Map<string, TakeFrames>();
  /** Rule 3. Bounded: only while a Subscribe is pending, and the daemon's batches are. */
  const early = new Map<string, FollowFrame[]>();
  let expected = 0;
  return {
    /** Somebody subscribes; returns what to call when the reply is there. */
    expect: () => {
      expected += 1;
      return () => {
        expected -= 1;
        if (expected === 0) early.clear();
      };
    },
    add: (id: string, take: TakeFrames) => takers.set(id, take),
    remove: (id: string) => takers.delete(id),
    clear: () => takers.clear(),
    /** To the taker, with what was held for it; held, where there is none yet. */
    async handOn(id: string | undefined, frames: FollowFrame[]): Promise<void> {
      if (id === undefined) return;
      const all = [...(early.get(id) ?? []), ...frames];
      const take = takers.get(id);
      if (take) {
        early.delete(id);
        if (all.length > 0) await take(all);
      } else if (expected > 0 && early.size < MAX_SUBSCRIPTIONS) {
        early.set(id, all);
      }
    },
  };
}

function subscriptionOf(reply: ReplyFrame): string | undefined {
  if (reply.type !== "Subscribed") return undefined;
  // The table of commands says what this reply holds.
  return (reply.payload as Reply<"Subscribe">).subscription_id;
}

type Batch = { reply: ReplyFrame } | { subscription_id: string; frames: FollowFrame[] };

/** Neighbours of one subscription together, in the order in which they came. */
function batches(frames: ServerFrame[]): Batch[] {
  const found: Batch[] = [];
  for (const frame of frames) {
    const last = found.at(-1);
    if (!("subscription_id" in frame)) {
      if ("id" in frame) found.push({ reply: frame });
    } else if (last && "frames" in last && last.subscription_id === frame.subscription_id) {
      last.frames.push(frame);
    } else {
      found.push({ subscription_id: frame.subscription_id, frames: [frame] });
    }
  }
  return found;
}

/** The error that a reply of type `Error` carries. */
export function errorOf(payload: unknown): JameyError {
  // The daemon writes nothing else into an Error reply; what is missing is filled in.
  const body = (payload ?? {}) as Partial<ErrorBody>;
  return new JameyError(body.code ?? "internal", body.message ?? "The daemon gave no reason.", {
    details: body.details ?? {},
  });
}

/** The daemon would close the connection, and whoever asked could only guess why. */
function isTooLarge(text: string): boolean {
  // A UTF-16 unit is at most three bytes, so that most texts need not be counted.
  return text.length * 3 > MAX_FRAME_BYTES && Buffer.byteLength(text) > MAX_FRAME_BYTES;
}

const tooLarge = (command: CommandName): JameyError =>
  new JameyError(
    "too_large",
    `${command} is too large to be sent: it takes ${MAX_FRAME_BYTES / 1024 / 1024} MiB as JSON. Give less text, or fewer or smaller attachments.`,
  );
