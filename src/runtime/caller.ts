// Who asks: always taken from the connection, never from a payload.
import { type CommandWord, requireScope, type Scope } from "../protocol/commands/command.ts";
import type { Asked, Reply } from "../protocol/commands/index.ts";
import { JameyError } from "../protocol/errors.ts";
import { type Source, source as sources } from "../protocol/messages.ts";
import { userName } from "./user-name.ts";

export interface Caller {
  connector_id: string;
  source: Source;
  /** What the client calls itself. */
  client: string;
  scopes: readonly Scope[];
  /** False for processes that one of jamey's tools started: they answer and approve nothing. */
  isHuman: boolean;
  /** It came over the unix socket: it is a program of this user, on this machine. */
  isOnSocket: boolean;
  /** The folder that new sessions work in. */
  workspace: string;
  /** Provider variables; only a local caller's count. */
  variables: Record<string, string>;
  /** This client's current session with each object. */
  current: Map<string, string>;
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
  /** Absent where there is no connection that events could travel over. */
  subscriptions: Subscriptions | undefined;
}

export interface Subscriptions {
  subscribe(asked: Asked<"Subscribe">): Reply<"Subscribe">;
  unsubscribe(subscription_id: string): void;
}

/** How the journal names a caller. */
export const callerName = (caller: Pick<Caller, "source" | "connector_id">): string =>
  `${caller.source}:${caller.connector_id}`;

/** Which human changed something that lasts: one is called the same from each client of one kind. */
export function authorName(caller: Caller): string {
  const isNamed = caller.isOnSocket && caller.source !== "api";
  return isNamed ? `${userName()} (${caller.source})` : callerName(caller);
}

/** `cli`, `tui`, `mcp`, `web` say what they are; every other client is `api`. */
export function sourceOfClient(client: string): Source {
  const kind = client.split(/[ /]/)[0] ?? "";
  const found = sources.options.find((one) => one === kind);
  return found && found !== "po" && found !== "delegation" ? found : "api";
}

/** Where things lie on the daemon's machine is nothing for who only talks to it from elsewhere. */
export const mayKnowPlaces = ({ isOnSocket, scopes }: Caller): boolean =>
  isOnSocket || scopes.includes("admin");

/** A file as the caller may know it. */
export const fileFor = (caller: Caller, file: string): string =>
  mayKnowPlaces(caller) ? file : file.slice(file.lastIndexOf("/") + 1);

/**
 * A model that is a file of this machine: whoever names one hears whether it is there, and some of what it says.
 * The environment's own choice of one serves everybody.
 */
export function requireModelPlace(model: string, caller: Caller): void {
  if (!model.startsWith(FILE_VENDOR) || mayKnowPlaces(caller)) return;
  const message = `The model '${model}' is a file on the daemon's machine: who asks from elsewhere needs the scope 'admin' to name one.`;
  throw new JameyError("forbidden", message, { details: { scope: "admin" } });
}

const FILE_VENDOR = "scripted/";

/** Refuses what the caller may not do. */
export function authorise(name: string, word: CommandWord, caller: Caller): void {
  requireScope(name, word.scope, caller.scopes);
  if (word.isHumanOnly && !caller.isHuman) {
    const message = `${name} is for humans: a process that an agent started may not give it.`;
    throw new JameyError("forbidden", message, { details: { human_only: true } });
  }
  if (word.isSocketOnly && !caller.isOnSocket) {
    const message = `${name} is taken over the unix socket only: give it on the daemon's own machine.`;
    throw new JameyError("forbidden", message, { details: { socket_only: true } });
  }
}
