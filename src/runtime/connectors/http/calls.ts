// Plays a row of the table of routes: reads path, query and body, asks its commands, says the reply.
import { requireScope } from "../../../protocol/commands/command.ts";
import type { CommandName } from "../../../protocol/commands/index.ts";
import { commands } from "../../../protocol/commands/index.ts";
import { JameyError } from "../../../protocol/errors.ts";
import type { Identity } from "../../access.ts";
import type { Gateway } from "../../gateway.ts";
import { askAs } from "../asking.ts";
import { readBody } from "./body.ts";
import { createQueryReader, type ReadQuery } from "./query.ts";
import { jsonResponse, textResponse } from "./responses.ts";
import { type Given, hasBody, type Route } from "./route.ts";

export interface Asking {
  gateway: Gateway;
  identity: Identity;
  /** Aborted when the caller has gone or the daemon stops. */
  signal: AbortSignal;
  /** Called when the body is here. */
  received(): void;
  /** Called at the end of an answer that goes on after its head: a stream. */
  answerEnds(): void;
}

/** Answers one request to a route; throws what it refuses. */
export type Play = (
  request: Request,
  fields: Record<string, string>,
  asking: Asking,
) => Promise<Response>;

export function createPlay(route: Route): Play {
  let readQuery: ReadQuery | undefined;
  const takesBody = hasBody(route.method);
  return async (request, fields, asking) => {
    requireScopes(asking.identity, route.commands);
    readQuery ??= createQueryReader(route.asks);
    const query = readQuery(new URL(request.url).searchParams);
    const body = takesBody ? await readBody(request) : {};
    asking.received();
    const merged = merge(takesBody ? only(query, route.query ?? []) : query, body, fields);
    const given = route.commands.includes("SendMessage") ? withKey(merged, request) : merged;
    const { gateway } = asking;
    const ask = askAs(gateway, gateway.connections.passing(asking));
    const reply = await route.run(ask, given).catch((thrown: unknown) => {
      throw asPlace(thrown, fields, request);
    });
    return respond(route, reply);
  };
}

function respond(route: Route, reply: unknown): Response {
  const [command] = route.commands;
  if (route.sends === "call" && command !== undefined) {
    return jsonResponse({ type: commands[command].reply, payload: reply });
  }
  if (route.sends !== "text") return jsonResponse(reply, route.status ?? 200);
  // A route that sends text has a command whose reply is a document.
  const { text, media_type } = reply as { text: string; media_type: string };
  return textResponse(text, media_type);
}

/** Before anything is done: half of a route is worse than none. */
export function requireScopes(identity: Identity, names: readonly CommandName[]): void {
  for (const name of names) requireScope(name, commands[name].scope, identity.scopes);
}

const only = (fields: Given, names: readonly string[]): Given =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));

function merge(query: Given, body: Given, fields: Record<string, string>): Given {
  for (const [name, value] of Object.entries({ ...query, ...fields })) {
    const other = Object.hasOwn(body, name) ? body[name] : undefined;
    if (other === undefined || other === null || other === value) continue;
    const message = `'${name}' is one thing in the address and another in the body: leave it out of the body.`;
    throw new JameyError("invalid_request", message, { details: { field: name } });
  }
  return { ...body, ...query, ...fields };
}

function withKey(given: Given, request: Request): Given {
  const message_key = request.headers.get("idempotency-key");
  if (message_key === null) return given;
  const own = given.message_key ?? message_key;
  if (own === message_key) return { ...given, message_key };
  const message = "'message_key' and the header Idempotency-Key differ: send one of them.";
  throw new JameyError("invalid_request", message, { details: { field: "message_key" } });
}

/** A name in the path that nothing can have is a place where nothing is. */
function asPlace(thrown: unknown, fields: Record<string, string>, request: Request): unknown {
  if (!(thrown instanceof JameyError) || thrown.code !== "invalid_request") return thrown;
  const { issues } = thrown.details;
  const isOfPath = (issue: { field?: unknown }) => Object.hasOwn(fields, String(issue.field));
  if (!Array.isArray(issues) || issues.length === 0 || !issues.every(isOfPath)) return thrown;
  const { pathname } = new URL(request.url);
  return new JameyError("not_found", `There is nothing at ${pathname}.`, { details: { issues } });
}
