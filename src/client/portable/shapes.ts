// What the portable client looks like from outside. The build copies these lines into index.d.ts as they
// stand, so they name nothing but words.ts.
import type { CommandName, EventName, EventPayload, Params, Reply, SignalName } from "./words.ts";

export interface ClientOptions {
  /** Where the daemon listens: `http://127.0.0.1:8080`. */
  url: string;
  /** A key: `jamey keys create NAME` makes one. */
  token?: string;
  /** Another than the platform's own. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

export interface CallOptions {
  /** Aborting it gives up the wait; what the daemon has accepted goes on. */
  signal?: AbortSignal;
}

export interface FollowParams {
  /** None: all events. */
  event_types?: readonly EventName[];
  /** Nothing that is only happening is told unless it is named here. */
  signal_types?: readonly SignalName[];
  /** Only of this session. */
  session_id?: string | null;
  /** A `seq`, or a cursor that `take` was given; absent is from now on. */
  after?: number | string | null;
}

/** Something that happened and is kept, by its name. */
export type Happened = {
  [Name in EventName]: {
    type: "event";
    seq: number;
    at: string;
    event_type: Name;
    payload: EventPayload<Name>;
  };
}[EventName];

/** Something that is happening: text as it is written. A higher attempt discards what came before. */
export interface Happening {
  type: "signal";
  signal_type: SignalName;
  session_id: string;
  turn_id: string;
  message_id: string;
  attempt: number;
  offset: number;
  text: string;
}

/** Everything that was kept has been told; from here on it is live. */
export interface CaughtUp {
  type: "caught_up";
  seq: number;
}

/** Something asked for is no longer kept: fetch anew what you show, then go on. */
export interface Gap {
  type: "gap";
  from: number;
  to: number;
  reason: "not_kept" | "other_journal" | "beyond_end";
}

export type Frame = Happened | Happening | CaughtUp | Gap;

/** One after another: the next comes when this has returned. `cursor` is where to go on after all that was told. */
export type Take = (frame: Frame, cursor: string | null) => void | Promise<void>;

export interface Following {
  stop(): void;
  /** Resolves when it was stopped; rejects when the daemon refuses for good, or when `take` throws. */
  readonly ended: Promise<void>;
}

export interface Client {
  /** One command, as the table has it. Throws a JameyError with the daemon's code. */
  call<Name extends CommandName>(
    command: Name,
    params: Params<Name>,
    options?: CallOptions,
  ): Promise<Reply<Name>>;
  /** Each event once and in order; a connection that breaks is made again, and goes on where it was. */
  follow(params: FollowParams, take: Take): Promise<Following>;
  /** Ends everything that is followed. */
  close(): void;
}
