// `jamey sessions list|show|search` and `jamey status`: looking at conversations.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_LIST_LENGTH } from "../../protocol/limits.ts";
import type { Message, SessionSummary } from "../../protocol/messages.ts";
import { describeCall } from "../../terminal/activity.ts";
import { showAge } from "../../terminal/age.ts";
import { shortHash } from "../../terminal/short-hash.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../input/find-session.ts";
import { parseSince } from "../input/parse-age.ts";
import { codeBlocks } from "../one-shot/code-blocks.ts";
import { drawMarkdown, isRendered, withNewline } from "../one-shot/final-text.ts";
import { readCount } from "../one-shot/settings.ts";
import { withPager } from "../output/pager.ts";
import { sessionTable, shortIds } from "../output/session-table.ts";
import { turnVersions } from "../output/turn-versions.ts";
import { STATUSES } from "../table/session-words.ts";

const DEFAULT_LIMIT = 50;

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, host } = context;
    const limit = readCount(given, "limit") ?? DEFAULT_LIMIT;
    const found = await listPages(link, limit, {
      po_name: given.text("object") ?? null,
      workspace: given.has("here") ? host.directory : null,
    });
    const { sessions, next_cursor } = found;
    if (context.isJson) await printJson(context, found);
    else if (sessions.length === 0) await context.note("No sessions.");
    else {
      const { directory } = host;
      await withPager(context, sessionTable(sessions, { directory, now: Date.now() }));
      if (next_cursor !== null) {
        await context.note(`There are more: ask for them with -n ${2 * limit}.`);
      }
    }
    return 0;
  });

/** As many as asked for, over as many pages as that takes. */
export async function listPages(
  link: Link,
  limit: number,
  filter: { po_name?: string | null; workspace?: string | null; updated_before?: string },
): Promise<{ sessions: SessionSummary[]; next_cursor: string | null }> {
  const sessions: SessionSummary[] = [];
  let cursor: string | null = null;
  do {
    const size: number = Math.min(limit - sessions.length, MAX_LIST_LENGTH);
    const page: { sessions: SessionSummary[]; next_cursor: string | null } = await link.call(
      "ListSessions",
      { ...filter, cursor, limit: size },
    );
    sessions.push(...page.sessions);
    cursor = page.next_cursor;
  } while (cursor !== null && sessions.length < limit);
  return { sessions, next_cursor: cursor };
}

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const { session_id } = await findSession(link, given.words[0] ?? "");
    const { session } = await link.call("GetSession", { session_id });
    if (given.has("extract")) return await showCode(context, session_id, session.conversation);
    if (given.has("last")) return await showLast(context, session.conversation);
    if (context.isJson) {
      await printJson(context, { session });
      return 0;
    }
    const versions = given.has("verbose") ? await turnVersions(link, session_id) : NO_VERSIONS;
    const shown = session.conversation.map((message) =>
      describeMessage(context, message, versions.get(message.turn_id ?? "")),
    );
    await withPager(context, shown.join("\n"));
    const { prompt_objects } = await link.call("ListPOs", {});
    const { po_name } = session;
    if (!prompt_objects.some(({ name }) => name === po_name)) {
      await context.note(
        `Its object '${po_name}' is gone: jamey objects history ${po_name} tells why, revert brings it back.`,
      );
    }
    return 0;
  });

const NO_VERSIONS: ReadonlyMap<string, string> = new Map();

const lastAnswer = (conversation: readonly Message[]): Message | undefined =>
  conversation.findLast((message) => message.role === "assistant" && message.content !== "");

async function showLast(context: Context, conversation: readonly Message[]): Promise<number> {
  const answer = lastAnswer(conversation);
  if (context.isJson) await printJson(context, { message: answer ?? null });
  else if (answer) await withPager(context, drawText(context, answer.content));
  return 0;
}

async function showCode(
  context: Context,
  session_id: string,
  conversation: readonly Message[],
): Promise<number> {
  const [block] = codeBlocks(stripControl(lastAnswer(conversation)?.content ?? ""), "");
  if (block === undefined) {
    const message = `The last answer of session ${session_id} has no fenced code block.`;
    throw new JameyError("bad_data", message);
  }
  if (context.isJson) await printJson(context, { code: block });
  else await context.out.write(`${block.replace(/\n$/, "")}\n`);
  return 0;
}

/** Markdown in a terminal, else as it is; "" where there is nothing. */
function drawText(context: Context, content: string): string {
  const text = stripControl(content).trimEnd();
  return isRendered(context) ? drawMarkdown(context, text) : withNewline(text);
}

/** `version`: of the object that answered, where that is asked for. */
function describeMessage(context: Context, message: Message, version = ""): string {
  const { role, content, name, tool_calls, created_at, message_id } = message;
  const calls = tool_calls.map((call) => `▸ ${describeCall(call)}\n`).join("");
  const text = role === "tool" ? withNewline(stripControl(content)) : drawText(context, content);
  const by = role === "assistant" && version !== "" ? ` version ${shortHash(version)}` : "";
  const who = (name === null ? role : `${role} ${oneLine(name, 64)}`) + by;
  const head = `[${who}] ${created_at} ${oneLine(message_id, 128)}`;
  return `${head}\n${text}${calls}`;
}

export const search = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const since = given.text("since");
    const found = await link.call("SearchSessions", {
      query: given.words.join(" "),
      po_name: given.text("object") ?? null,
      tool: given.text("tool") ?? null,
      model: given.text("model") ?? null,
      status: STATUSES.find((one) => one === given.text("status")) ?? null,
      since: since === undefined ? null : parseSince(since, "--since", Date.now()),
      limit: readCount(given, "limit") ?? DEFAULT_LIMIT,
    });
    if (context.isJson) await printJson(context, found);
    else if (found.hits.length === 0) await context.note("Nothing found.");
    else {
      const ids = [...new Set(found.hits.map((hit) => hit.session_id))];
      const short = new Map(shortIds(ids).map((shown, index) => [ids[index], shown]));
      const rows = found.hits.map((hit) => [
        short.get(hit.session_id) ?? hit.session_id,
        oneLine(hit.session_name ?? hit.po_name, 30),
        hit.role,
        showAge(hit.created_at, Date.now()),
        oneLine(hit.snippet, 200),
      ]);
      await withPager(context, columns(rows));
    }
    return 0;
  });

export const status = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const session = await findSession(link, context.arguments.words[0] ?? "");
    if (context.isJson) {
      await printJson(context, { session });
      return 0;
    }
    const { forked_from } = session;
    await context.out.write(
      columns([
        ["Session", session.session_id],
        ["Name", oneLine(session.name ?? "-", 200)],
        ["Title", oneLine(session.title, 200) || "-"],
        ["Object", session.po_name],
        ["State", session.state],
        ["Source", session.source],
        ["Messages", String(session.message_count)],
        ["Folder", oneLine(session.workspace, 1000)],
        ...(forked_from ? [["Forked from", forked_from.session_id]] : []),
        ...(session.ephemeral ? [["Kept", "until its client is gone"]] : []),
        ["Created", session.created_at],
        ["Updated", session.updated_at],
      ]),
    );
    return 0;
  });
