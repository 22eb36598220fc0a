// `jamey sessions new|rename|resume-queue|delete|prune`: beginning, naming and deleting conversations.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { SessionSummary } from "../../protocol/messages.ts";
import { askYesNo } from "../chat/ask.ts";
import { withLink } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { findSession, requireFreeName } from "../input/find-session.ts";
import { parseAge } from "../input/parse-age.ts";
import { readParameters } from "../one-shot/session-choice.ts";
import { readMode } from "../one-shot/settings.ts";
import { sessionTable, titleOf } from "../output/session-table.ts";
import { isTerminal } from "../terminal.ts";
import { listPages } from "./sessions.ts";

const DEFAULT_OBJECT = "assistant";
/** Sessions that one `prune` deletes; what is left is left for the next. */
const MAX_PRUNED = 10_000;
/** Sessions that are looked at and deleted at the same time. */
const PRUNED_AT_ONCE = 16;

export const create = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const named = given.text("name");
    if (named !== undefined) await requireFreeName(link, named, given.text("session-id"));
    const workflow = given.text("workflow") ?? null;
    const { session } = await link.call(
      "CreateSession",
      {
        po_name: given.text("object") ?? (await ownerOf(link, workflow)),
        name: given.text("name") ?? null,
        agent_mode: readMode(given),
        workflow,
        context: readParameters(given),
        // An id of ours: asked again after a broken connection, it is the same session.
        session_id: given.text("session-id") ?? crypto.randomUUID(),
      },
      { isRepeatable: true },
    );
    if (context.isJson) await printJson(context, { session });
    else await context.out.write(`Created session: ${session.session_id}\n`);
    return 0;
  });

/** Who has the sessions of the workflow; an unknown one is refused with the list. */
async function ownerOf(link: Link, workflow: string | null): Promise<string> {
  if (workflow === null) return DEFAULT_OBJECT;
  return (await link.call("GetWorkflow", { workflow })).workflow.object;
}

export const rename = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named = "", ...words] = context.arguments.words;
    const { session_id } = await findSession(link, named);
    const name = words.join(" ");
    await requireFreeName(link, name, session_id);
    await link.call("RenameSession", { session_id, name });
    return await done(context, session_id, `Renamed session: ${session_id}`);
  });

/** What waits behind a turn that was stopped goes on. */
export const resumeQueue = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { session_id } = await findSession(link, context.arguments.words[0] ?? "");
    await link.call("ResumeQueue", { session_id });
    return await done(context, session_id, `What waits goes on: ${session_id}`);
  });

export const remove = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const session = await findSession(link, context.arguments.words[0] ?? "");
    const { session_id, message_count } = session;
    const title = titleOf(session);
    const question = `Delete session ${session_id} '${title}' with ${message_count} messages?`;
    const refusal = `Deleting ${session_id} cannot be undone. Say so with --yes.`;
    if (!(await mayDelete(context, { question, refusal }))) return 1;
    await link.call("DeleteSession", { session_id });
    return await done(context, session_id, `Deleted session: ${session_id}`);
  });

export const prune = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, err, host } = context;
    const age = given.text("older-than");
    if (age === undefined) throw usageError("prune needs an age: --older-than 90d.");
    const now = Date.now();
    const updated_before = new Date(now - parseAge(age, "--older-than")).toISOString();
    const found = await listPages(link, MAX_PRUNED, { updated_before });
    const old = found.sessions.filter(canGo);
    if (!context.isJson && old.length > 0) {
      const isAsked = !given.has("yes") && !given.has("dry-run");
      const where = isAsked ? err : context.out;
      await where.write(sessionTable(old, { directory: host.directory, now }));
    }
    const count = `${old.length} ${old.length === 1 ? "session" : "sessions"}`;
    const question = `Delete ${count}, unused for ${age}?`;
    const refusal = `Deleting ${count} cannot be undone. Say so with --yes.`;
    if (given.has("dry-run")) return await foretold(context, old);
    if (old.length > 0 && !(await mayDelete(context, { question, refusal }))) return 1;
    const deleted: string[] = [];
    for (let at = 0; at < old.length; at += PRUNED_AT_ONCE) {
      const ids = old.slice(at, at + PRUNED_AT_ONCE).map(({ session_id }) => session_id);
      const gone = await Promise.all(ids.map((id) => deleteUnused(link, id, updated_before)));
      deleted.push(...ids.filter((_id, index) => gone[index]));
    }
    if (context.isJson) await printJson(context, { deleted });
    else await context.out.write(`Deleted sessions: ${deleted.length}\n`);
    return 0;
  });

async function foretold(context: Context, old: readonly SessionSummary[]): Promise<number> {
  if (context.isJson) {
    await printJson(context, { would_delete: old.map(({ session_id }) => session_id) });
  } else await context.out.write(`Would be deleted: ${old.length}\n`);
  return 0;
}

const canGo = ({ state, ephemeral }: SessionSummary): boolean => state === "idle" && !ephemeral;

/** False where somebody has used it, or deleted it, since it was listed. */
async function deleteUnused(
  link: Link,
  session_id: string,
  updated_before: string,
): Promise<boolean> {
  const { sessions } = await link.call("ListSessions", { match: session_id, updated_before });
  if (!sessions.some((session) => session.session_id === session_id && canGo(session))) {
    return false;
  }
  try {
    await link.call("DeleteSession", { session_id });
    return true;
  } catch (thrown) {
    if (thrown instanceof JameyError && thrown.code === "session_not_found") return false;
    throw thrown;
  }
}

async function mayDelete(
  { arguments: given, err }: Context,
  { question, refusal }: { question: string; refusal: string },
): Promise<boolean> {
  if (given.has("yes")) return true;
  if (given.has("no-input") || !isTerminal(0)) throw usageError(refusal);
  return await askYesNo(question, err);
}

async function done(context: Context, session_id: string, text: string): Promise<number> {
  if (context.isJson) await printJson(context, { session_id });
  else await context.out.write(`${text}\n`);
  return 0;
}
