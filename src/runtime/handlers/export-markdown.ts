// A session as Markdown to read: who said what and when, with calls and results in fences that nothing in
// them can close. Pure.
import type { Message, SessionView } from "../../protocol/messages.ts";
import { plainText } from "../../protocol/plain-text.ts";

export function markdownOf(
  session: SessionView,
  modelOf: (turn_id: string) => string | null,
  /** Sessions that answered calls, by the ids of those calls: they stand where they were called. */
  called: ReadonlyMap<string, SessionView> = new Map(),
): string {
  const models = new Map<string, string | null>();
  const modelOnce = (turn_id: string): string | null => {
    if (!models.has(turn_id)) models.set(turn_id, modelOf(turn_id));
    return models.get(turn_id) ?? null;
  };
  const sectionsOf = ({ conversation }: SessionView): string[] =>
    conversation.flatMap((message) => {
      const { role, turn_id, tool_calls } = message;
      const model = role === "assistant" && turn_id !== null ? modelOnce(turn_id) : null;
      const below = tool_calls.flatMap((call) => called.get(call.id) ?? []);
      return [sectionOf(message, model), ...below.map(nested)];
    });
  const nested = (session: SessionView): string => {
    const head = `**${oneLine(session.po_name)}** in ${code(session.session_id)}`;
    return quoted([head, ...sectionsOf(session)].join("\n\n"));
  };
  return `${[headOf(session), ...sectionsOf(session)].join("\n\n")}\n`;
}

/** A block quote, in which no heading and no fence reaches out. */
const quoted = (text: string): string =>
  text
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");

function headOf(session: SessionView): string {
  const { session_id, po_name, name, title, created_at, message_count, forked_from } = session;
  const lines = [
    `# ${oneLine(name ?? title) || "Session"}`,
    "",
    `- Session: ${code(session_id)}`,
    `- Object: ${oneLine(po_name)}`,
    `- Created: ${created_at}`,
    `- Messages: ${message_count}`,
    ...(forked_from ? [`- Forked from: ${code(forked_from.session_id)}`] : []),
  ];
  return lines.join("\n");
}

function sectionOf(message: Message, model: string | null): string {
  const { role, name, content, tool_calls, attachments, created_at } = message;
  const who = [role, role === "tool" ? null : name, model].filter((part) => part !== null);
  const parts = [`## ${who.map(oneLine).join(" · ")} · ${created_at}`];
  if (role === "tool") {
    parts.push(`Result of ${code(name ?? "a tool")}:`, fenced(content, "text"));
  } else if (content.trim() !== "") parts.push(closed(plainText(content).trimEnd()));
  for (const call of tool_calls) {
    parts.push(`Calls ${code(call.name)}:`, fenced(JSON.stringify(call.args, null, 2), "json"));
  }
  for (const { name: file, media_type, bytes } of attachments) {
    parts.push(`- Attachment: ${oneLine(file ?? media_type)} (${media_type}, ${bytes} bytes)`);
  }
  return parts.join("\n\n");
}

const oneLine = (text: string): string => plainText(text).replace(/\s+/g, " ").trim();

const code = (text: string): string => `\`${oneLine(text).replaceAll("`", "'")}\``;

/** A fence longer than any in the text. */
function fenced(text: string, language: string): string {
  const runs = text.match(/`{3,}/g) ?? [];
  const longest = runs.reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${plainText(text).trimEnd()}\n${fence}`;
}

/** A fence that the text leaves open would swallow all that follows. */
function closed(text: string): string {
  let open: string | undefined;
  for (const line of text.split("\n")) {
    const [, fence, rest] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined) continue;
    if (open === undefined) open = fence;
    else if (fence.startsWith(open) && rest?.trim() === "") open = undefined;
  }
  return open === undefined ? text : `${text}\n${open}`;
}
