// The values that only a look at this machine can give: names in folders, and what a running daemon says.
// Rules: 1. A daemon is asked, never started, and all together within a time that nobody notices.
//        2. Whatever fails gives no values: a completion never says that something went wrong.
import { readdirSync } from "node:fs";
import { isSocketThere } from "../../client/daemon.ts";
import { findEnvironment } from "../../client/places.ts";
import type { Variables } from "../../client/variables.ts";
import type { CommandName, Params, Reply } from "../../protocol/commands/index.ts";
import { isEnvironmentName, placesOf } from "../../protocol/places.ts";
import type { Upkeep } from "../../protocol/upkeep.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Value } from "./engine.ts";
import type { Kind } from "./kinds.ts";

/** How long a daemon may take to answer, in milliseconds. */
export const DAEMON_TIMEOUT_MS = 150;
/** Values of one kind; more would not be read. */
const MAX_VALUES = 200;
/** A description beside a value, in characters. */
const MAX_DESCRIPTION_LENGTH = 60;

export interface Where {
  variables: Variables;
  directory: string;
  /** Names of settings are known without a daemon. */
  upkeep(): Promise<Upkeep>;
  /** What --env says. */
  environment: string | undefined;
}

/** `typed` is only a hint: whoever asks filters. */
export async function valuesOf(kind: Kind, where: Where, typed: string): Promise<Value[]> {
  if (kind === "environments") return environments(where);
  const { places, environment } = findEnvironment({
    flag: where.environment,
    variables: where.variables,
    directory: where.directory,
  });
  if (kind === "objects") return objectsIn(places.folder);
  if (kind === "settings") return await settings(await where.upkeep(), environment);
  if (kind === "events") return await eventTypes();
  const ask = asked(kind, typed);
  if (!ask || !isSocketThere(places)) return [];
  return (await ask((command, params) => call(places.socket, command, params)))
    .slice(0, MAX_VALUES)
    .map(({ value, description }) => ({
      value,
      description: oneLine(description, MAX_DESCRIPTION_LENGTH),
    }));
}

type Call = <Name extends CommandName>(command: Name, params: Params<Name>) => Promise<Reply<Name>>;

/** How the daemon is asked for the values of a kind; undefined where it knows none. */
function asked(kind: Kind, typed: string): ((call: Call) => Promise<Value[]>) | undefined {
  const match = typed === "" ? null : typed;
  switch (kind) {
    case "sessions":
      return async (call) => {
        // A match is a whole name or the start of an id: of names that only begin so, the latest are looked at.
        const [matched, latest] = await Promise.all([
          call("ListSessions", { limit: MAX_VALUES, match }),
          call("ListSessions", { limit: MAX_VALUES }),
        ]);
        const named = latest.sessions.flatMap(({ session_id, name }) =>
          name === null ? [] : [{ value: name, description: session_id }],
        );
        const ids = matched.sessions.map(({ session_id, name, title, po_name }) => ({
          value: session_id,
          description: `${name ?? title ?? ""} (${po_name})`,
        }));
        return [...named.filter(({ value }) => value.startsWith(typed)), ...ids];
      };
    case "requests":
      return async (call) => {
        const { requests } = await call("ListPendingRequests", {});
        return requests.map(({ request_id, from_po, question }) => ({
          value: request_id,
          description: `${from_po}: ${question}`,
        }));
      };
    case "workflows":
      return async (call) => {
        const { workflows } = await call("ListWorkflows", {});
        return workflows.map(({ name, description }) => ({ value: name, description }));
      };
    case "tools":
      return async (call) => {
        const { tools } = await call("ListTools", {});
        return tools.map(({ name, description }) => ({ value: name, description }));
      };
    case "models":
    case "vendors":
      return async (call) => {
        const { vendors } = await call("ListModels", {});
        const isModel = kind === "models";
        // Of a script the example is a file that nobody made.
        return vendors
          .filter(({ api }) => !isModel || api !== "scripted")
          .toSorted((left, right) => Number(right.is_ready) - Number(left.is_ready))
          .map(({ vendor, example, is_ready }) => ({
            value: isModel ? example : vendor,
            description: is_ready ? "ready" : "no key",
          }))
          .filter(({ value }) => !value.includes("<"));
      };
    case "keys":
      return async (call) => {
        const { keys } = await call("ListKeys", {});
        return keys.map(({ key_id, name }) => ({ value: key_id, description: name }));
      };
    default:
      return undefined;
  }
}

/** Plain HTTP over the socket: no connection that the journal would speak of. */
async function call<Name extends CommandName>(
  socket: string,
  command: Name,
  params: Params<Name>,
): Promise<Reply<Name>> {
  const response = await fetch(`http://jamey/api/call/${command}`, {
    unix: socket,
    method: "POST",
    body: JSON.stringify(params),
    signal: AbortSignal.timeout(DAEMON_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${command}: ${response.status}`);
  // The daemon's table of commands says what this reply holds; one of another version fails above us.
  const { payload } = (await response.json()) as { payload: Reply<Name> };
  return payload;
}

async function eventTypes(): Promise<Value[]> {
  const { events } = await import("../../protocol/events/index.ts");
  return Object.keys(events).map((value) => ({ value, description: "event" }));
}

async function settings(upkeep: Upkeep, environment: string): Promise<Value[]> {
  const found = await upkeep.settings(environment);
  return found.settings.map(({ key, meaning }) => ({
    value: key,
    description: oneLine(meaning, MAX_DESCRIPTION_LENGTH),
  }));
}

function environments({ variables }: Where): Value[] {
  const folder = `${placesOf(variables, variables.HOME ?? "/").data}/environments`;
  const names = namesIn(folder).filter(isEnvironmentName);
  const all = names.includes("default") ? names : ["default", ...names];
  return all.slice(0, MAX_VALUES).map((value) => ({ value, description: "environment" }));
}

/** By the names of their files, which are the names of nearly all. */
function objectsIn(folder: string): Value[] {
  const names = namesIn(`${folder}/objects`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -".md".length));
  return names.slice(0, MAX_VALUES).map((value) => ({ value, description: "object" }));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .toSorted();
  } catch (_missing) {
    return [];
  }
}
