// Which session a message goes to: a new one, one that is named, or a copy of that.
// Rule: what does not fit together is refused before any daemon is asked; nothing is created for a
//       message whose parameters are wrong.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { SessionSummary } from "../../protocol/messages.ts";
import type { Context } from "../context.ts";
import { type Arguments, usageError } from "../input/arguments.ts";
import { findSession, latestSession, requireFreeName } from "../input/find-session.ts";

export const DEFAULT_OBJECT = "assistant";

export interface Target {
  po_name: string;
  /** null: a new one, which the message itself begins. */
  session_id: string | null;
  /** Others may be speaking in it. */
  isShared: boolean;
}

/** `-P key=value` */
export function readParameters(given: Arguments): Record<string, string> {
  const values = new Map<string, string>();
  for (const text of given.list("parameter")) {
    const equals = text.indexOf("=");
    const key = text.slice(0, Math.max(equals, 0)).trim();
    if (key === "") throw usageError(`-P takes key=value; not '${text}'.`);
    if (values.has(key)) throw usageError(`-P gives '${key}' twice.`);
    values.set(key, text.slice(equals + 1));
  }
  return Object.fromEntries(values);
}

/** The session that -c or -r means; undefined where a new one begins. */
export async function resumedSession(
  { arguments: given, host }: Context,
  link: Link,
): Promise<SessionSummary | undefined> {
  const object = given.text("object");
  const resumed = given.text("resume");
  if (resumed === undefined && !given.has("continue")) return undefined;
  const session =
    resumed === undefined
      ? await latestSession(link, { directory: host.directory, object })
      : await findSession(link, resumed);
  if (object !== undefined && object !== session.po_name) {
    throw new JameyError(
      "session_mismatch",
      `Session ${session.session_id} belongs to '${session.po_name}', not to '${object}'.`,
    );
  }
  return session;
}

export async function chooseSession(context: Context, link: Link): Promise<Target> {
  const { arguments: given } = context;
  const resumed = await resumedSession(context, link);
  if (resumed && !given.has("fork")) {
    return { po_name: resumed.po_name, session_id: resumed.session_id, isShared: true };
  }
  if (resumed) return await fork(given, link, resumed);
  const isPlain = !["name", "session-id", "no-save", "parameter"].some((name) => given.has(name));
  if (isPlain) {
    const po_name = objectOf(given);
    // A template that is given nothing would fail only when its message is kept already.
    await checkedParameters(given, link, po_name);
    return { po_name, session_id: null, isShared: false };
  }
  const { po_name, session_id, message_count } = await newSession(context, link);
  return { po_name, session_id, isShared: message_count > 0 };
}

const objectOf = (given: Arguments): string => given.text("object") ?? DEFAULT_OBJECT;

async function fork(given: Arguments, link: Link, resumed: SessionSummary): Promise<Target> {
  const named = given.text("name");
  if (named !== undefined) await requireFreeName(link, named, given.text("session-id"));
  const { session } = await link.call(
    "ForkSession",
    {
      session_id: resumed.session_id,
      name: given.text("name") ?? null,
      // An id of ours, so that asking again after a broken connection copies nothing twice.
      new_session_id: given.text("session-id") ?? crypto.randomUUID(),
      ephemeral: given.has("no-save"),
    },
    { isRepeatable: true },
  );
  return { po_name: session.po_name, session_id: session.session_id, isShared: false };
}

/** What the flags name, made; or, by --session-id, found as it would have been made. */
export async function newSession(
  { arguments: given }: Context,
  link: Link,
): Promise<SessionSummary> {
  const po_name = objectOf(given);
  const parameters = await checkedParameters(given, link, po_name);
  const name = given.text("name") ?? null;
  if (name !== null) await requireFreeName(link, name, given.text("session-id"));
  const { session } = await link.call(
    "CreateSession",
    {
      po_name,
      name,
      context: parameters,
      session_id: given.text("session-id") ?? crypto.randomUUID(),
      ephemeral: given.has("no-save"),
    },
    { isRepeatable: true },
  );
  const { session_id, session_state } = session;
  const other = Object.entries(parameters).find(
    ([key, value]) => session_state.context[key] !== value,
  );
  if (other) {
    throw new JameyError(
      "session_mismatch",
      `Session ${session_id} is there already, with another value for '${other[0]}'. Leave -P away to go on with it.`,
    );
  }
  if (name !== null && session.name !== name) {
    await link.call("RenameSession", { session_id, name }, { isRepeatable: true });
  }
  return session;
}

/** Looked at only where it may matter: most objects are no templates. */
async function checkedParameters(
  given: Arguments,
  link: Link,
  po_name: string,
): Promise<Record<string, string>> {
  const parameters = readParameters(given);
  if (!given.has("parameter") && !given.has("object")) return parameters;
  if (given.has("system")) return parameters;
  const object = await link.call("InspectPO", { po_name }, { isRepeatable: true });
  requireParameters(object, parameters);
  return parameters;
}

export function requireParameters(
  object: { name: string; parameters: readonly string[] },
  values: Record<string, string>,
): void {
  const known = object.parameters;
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const there =
      known.length === 0 ? "it is no template" : `its template has: ${known.join(", ")}`;
    throw usageError(`'${object.name}' has no parameter '${unknown}': ${there}.`);
  }
  const missing = known.filter((key) => !Object.hasOwn(values, key));
  if (missing.length > 0) {
    const shown = missing.map((key) => `-P ${key}=…`).join(" ");
    throw usageError(`'${object.name}' is a template and needs ${shown}.`);
  }
}
