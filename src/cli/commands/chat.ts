// `jamey chat`: a conversation line by line, in a terminal or through a pipe.
// Rules: 1. A failed message does not end the chat. 2. End of input does. 3. Ctrl-C cancels a running
//        turn; without one, or pressed again, it leaves.
import type { Link } from "../../client/link.ts";
import type { TurnSettings } from "../../protocol/agents.ts";
import type { Message, SessionSummary } from "../../protocol/messages.ts";
import { paint } from "../../terminal/colour.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { openChatLines, openTerminalKeys } from "../chat/chat-lines.ts";
import { type Chat, ROBOT, say } from "../chat/chat-turn.ts";
import { startOverhearing } from "../chat/overheard.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { checkSessionFlags } from "../one-shot/flag-rules.ts";
import { addModeRules } from "../one-shot/permission-mode.ts";
import { type Opening, readOpening } from "../one-shot/prompt.ts";
import { newSession, readParameters, resumedSession } from "../one-shot/session-choice.ts";
import { readSettings } from "../one-shot/settings.ts";
import { stdinKind } from "../one-shot/stdin.ts";
import { type CaughtSignal, endBySignal } from "../signals.ts";
import { isTerminal } from "../terminal.ts";

const HELP = `  <message>        say something
  ::quit, ::exit   leave
  ::help           show this
`;

export async function chat(context: Context): Promise<number> {
  if (context.isJson) throw usageError("chat has no JSON output; use 'jamey run -o stream-json'.");
  checkSessionFlags(context.arguments);
  readParameters(context.arguments);
  const after = hasData(context) ? { keys: openTerminalKeys(context) } : undefined;
  const opening = after && (await readOpening(context));
  const hasKeys = after ? after.keys !== undefined : isTerminal(0);
  const isInteractive = hasKeys && !context.arguments.has("no-input");
  const plain = readSettings(context.arguments, isInteractive ? "queue" : "deny");
  return await withLink(context, async (link) => {
    const { out } = context;
    const settings = await rulesOf(context, link, plain);
    const title = paint(out.hasColour, "bold", "jamey chat");
    await out.write(`${title}  ::help for help, ::quit to leave\n\n`);
    const session = await openSession(context, link);
    const lines = openChatLines(context, after);
    const left = await talk(context, link, { session, settings, isInteractive, lines, opening });
    await out.write("Goodbye!\n");
    if (left) endBySignal(left);
    return 0;
  });
}

/** Beside a first message, what is piped in belongs to it; else it is the messages, line by line. */
const hasData = ({ arguments: given }: Context): boolean =>
  Boolean(given.text("interactive")?.trim()) && ["pipe", "file", "socket"].includes(stdinKind());

interface Conversation extends Chat {
  /** What -i says, with the data for it. */
  opening: Opening | undefined;
}

/** The signal that ended it, if one did. The terminal is as it was before. */
async function talk(
  context: Context,
  link: Link,
  about: Pick<Conversation, "session" | "settings" | "isInteractive" | "lines" | "opening">,
): Promise<CaughtSignal | undefined> {
  const { lines } = about;
  const show = async (message: Message) => {
    const text = describeOther(message, context);
    if (text !== "") await lines.above(text);
  };
  const overheard = await startOverhearing(link, about.session.session_id, show);
  try {
    return await converse({ ...about, context, link, overheard });
  } finally {
    overheard.stop();
    await lines.close();
  }
}

/** What somebody else said in this session, and what was answered. */
function describeOther({ role, source, name, content }: Message, { out }: Context): string {
  const text = stripControl(content).trimEnd();
  if (text === "" || (role !== "user" && role !== "assistant")) return "";
  const who = role === "assistant" ? ROBOT : paint(out.hasColour, "dim", `${name ?? source}: `);
  return `${who}${text}\n`;
}

/** --permission-mode becomes rules once the tools are known. */
async function rulesOf(
  context: Context,
  link: Link,
  settings: TurnSettings,
): Promise<TurnSettings> {
  const mode = context.arguments.text("permission-mode");
  const { rules, warnings } = await addModeRules(link, mode, settings.rules);
  for (const warning of warnings) await context.note(`jamey: warning: ${warning}`);
  return { ...settings, rules };
}

async function openSession(context: Context, link: Link): Promise<SessionSummary> {
  const { out } = context;
  const resumed = await resumedSession(context, link);
  if (resumed) {
    await out.write(`Session resumed: ${resumed.session_id}\n`);
    return resumed;
  }
  await out.write("Creating new session...\n");
  const session = await newSession(context, link);
  await out.write(`Session created: ${session.session_id}\n`);
  return session;
}

async function converse(chat: Conversation): Promise<CaughtSignal | undefined> {
  const { out, arguments: given } = chat.context;
  const first = given.text("interactive")?.trim();
  if (first) {
    await out.write(`> ${oneLine(first, 1000)}\n`);
    const left = await say(chat, chat.opening?.text ?? first, chat.opening?.attachments);
    if (left) return left;
  }
  while (!out.gone.aborted) {
    const read = await chat.lines.read();
    if (read.type === "signal") {
      await out.write("\n");
      return read.name;
    }
    if (read.type === "end") return undefined;
    const line = read.line.trim();
    if (line === "") continue;
    if (line === "::quit" || line === "::exit") return undefined;
    // A command that is mistyped is not for the model.
    if (line.startsWith("::")) {
      const name = line === "::help" ? "" : `There is no command '${oneLine(line, 64)}'.\n`;
      await out.write(`${name}${HELP}`);
      continue;
    }
    const left = await say(chat, line);
    if (left) return left;
  }
  return undefined;
}
