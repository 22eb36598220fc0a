// `jamey sessions`, `jamey create-session` and `jamey status`: conversations.
import type { Message, SessionSummary } from "../../protocol/messages.ts";
import { describeCall } from "../activity.ts";
import { usageError } from "../arguments.ts";
import { askYesNo } from "../ask.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../find-session.ts";
import { readCount } from "../settings.ts";
import { oneLine, stripControl } from "../strip.ts";
import { isTerminal } from "../terminal.ts";

const DEFAULT_OBJECT = "assistant";
const DEFAULT_LIMIT = 50;

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, host } = context;
    const found = await link.call("ListSessions", {
      po_name: given.text("object") ?? null,
      workspace: given.has("here") ? host.directory : null,
      limit: readCount(given, "limit") ?? DEFAULT_LIMIT,
    });
    if (context.isJson) await printJson(context, found);
    else if (found.sessions.length === 0) await context.note("No sessions.");
    else await context.out.write(columns(found.sessions.map(sessionRow)));
    return 0;
  });

const sessionRow = (session: SessionSummary): string[] => [
  session.session_id,
  session.po_name,
  session.state,
  session.source,
  `${session.message_count} messages`,
  session.updated_at,
  oneLine(session.name ?? "", 60),
];

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { session_id } = await findSession(link, context.arguments.words[0] ?? "");
    const { session } = await link.call("GetSession", { session_id });
    const isLast = context.arguments.has("last");
    const answer = session.conversation.findLast(
      (message) => message.role === "assistant" && message.content !== "",
    );
    const shown = isLast
      ? [answer].filter((message) => message !== undefined)
      : session.conversation;
    if (context.isJson) {
      await printJson(context, isLast ? { message: answer ?? null } : { session });
    } else if (isLast) {
      for (const { content } of shown)
        await context.out.write(`${stripControl(content).trimEnd()}\n`);
    } else {
      for (const message of shown) await context.out.write(`${describeMessage(message)}\n`);
    }
    return 0;
  });

function describeMessage({ role, content, name, tool_calls, created_at }: Message): string {
  const calls = tool_calls.map((call) => `▸ ${describeCall(call)}\n`).join("");
  const text = stripControl(content).trimEnd();
  const head = `[${role}${name === null ? "" : ` ${oneLine(name, 64)}`}] ${created_at}`;
  return `${head}\n${text === "" ? "" : `${text}\n`}${calls}`;
}

export const search = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const found = await link.call("SearchSessions", {
      query: given.words.join(" "),
      po_name: given.text("object") ?? null,
      limit: readCount(given, "limit") ?? DEFAULT_LIMIT,
    });
    if (context.isJson) await printJson(context, found);
    else if (found.hits.length === 0) await context.note("Nothing found.");
    else {
      const rows = found.hits.map((hit) => [
        hit.session_id,
        hit.po_name,
        oneLine(hit.snippet, 200),
      ]);
      await context.out.write(columns(rows));
    }
    return 0;
  });

export const rename = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named = "", ...words] = context.arguments.words;
    const { session_id } = await findSession(link, named);
    await link.call("RenameSession", { session_id, name: words.join(" ") });
    return await done(context, session_id, `Renamed session: ${session_id}`);
  });

export const remove = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, err } = context;
    const session = await findSession(link, given.words[0] ?? "");
    const { session_id, message_count } = session;
    if (!given.has("yes")) {
      if (given.has("no-input") || !isTerminal(0)) {
        throw usageError(`Deleting ${session_id} cannot be undone. Say so with --yes.`);
      }
      const name = session.name === null ? "" : ` '${oneLine(session.name, 60)}'`;
      const question = `Delete session ${session_id}${name} with ${message_count} messages?`;
      if (!(await askYesNo(question, err))) return 1;
    }
    await link.call("DeleteSession", { session_id });
    return await done(context, session_id, `Deleted session: ${session_id}`);
  });

export const create = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const { session } = await link.call("CreateSession", {
      po_name: given.text("object") ?? DEFAULT_OBJECT,
      name: given.text("name") ?? null,
    });
    if (context.isJson) await printJson(context, { session });
    else await context.out.write(`Created session: ${session.session_id}\n`);
    return 0;
  });

export const status = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const session = await findSession(link, context.arguments.words[0] ?? "");
    if (context.isJson) {
      await printJson(context, { session });
      return 0;
    }
    await context.out.write(
      columns([
        ["Session", session.session_id],
        ["Name", oneLine(session.name ?? "-", 200)],
        ["Object", session.po_name],
        ["State", session.state],
        ["Messages", String(session.message_count)],
        ["Folder", oneLine(session.workspace, 1000)],
        ["Created", session.created_at],
        ["Updated", session.updated_at],
      ]),
    );
    return 0;
  });

async function done(context: Context, session_id: string, text: string): Promise<number> {
  if (context.isJson) await printJson(context, { session_id });
  else await context.out.write(`${text}\n`);
  return 0;
}
