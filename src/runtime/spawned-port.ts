// The port between an interface that an object opened and the runtime that answers for the object. Types only.
// An interface listens, refuses and translates; what an answer is, is the runtime's business.
import type { ServerKind } from "../protocol/spawned.ts";

/** What somebody sent. All of it is data of a stranger. */
export interface SpawnedRequest {
  method: string;
  /** As it was sent, percent-encoded. */
  path: string;
  /** Without the question mark; empty where there is none. */
  query: string;
  body: string;
  /** What the object calls it, by its table of routes. */
  action: string;
}

export interface SpawnedAnswer {
  status: number;
  /** Byte for byte what is sent. */
  body: string;
  /** Left out, it is inferred from the body. */
  media_type?: string;
  /** Seconds after which to ask again. */
  retry_after?: number;
  /** Methods that this path has. */
  allow?: string;
}

/** What an interface gets of the server that it is. */
export interface SpawnedDoor {
  host: string;
  port: number;
  /** A host name of its own beneath `localhost`, so that browsers keep its pages apart from all others, as it is now. */
  label(): string;
  /** `METHOD /path` → action, as they are now. */
  routes(): Readonly<Record<string, string>>;
  /** The request has come whole. Never rejects. */
  answer(request: SpawnedRequest, signal: AbortSignal): Promise<SpawnedAnswer>;
  /** It listens no longer, through nobody's wish: whoever opened it may open it again. */
  lost(problem: string): void;
  /** Counts what was sent. */
  answered(status: number): void;
}

export interface OpenServer {
  /** Closes the port; what is being answered has a moment to end. */
  stop(): Promise<void>;
}

/** Throws a JameyError where it cannot listen: `conflict` where somebody else has the port. */
export type OpenSpawned = (door: SpawnedDoor) => OpenServer;

export type ServerKinds = Readonly<Record<ServerKind, OpenSpawned>>;
