// `jamey chat`: a conversation line by line, in a terminal or through a pipe.
// Rules: 1. A failed message does not end the chat. 2. End of input does. 3. Ctrl-C cancels a running
//        turn; without one, or pressed again, it leaves.
import type { Link } from "../../client/link.ts";
import { runTurn } from "../../client/run.ts";
import type { TurnSettings } from "../../protocol/agents.ts";
import { toErrorBody } from "../../protocol/errors.ts";
import type { SessionSummary, ToolCall } from "../../protocol/messages.ts";
import { describeDenial, describeEvent, describeRequest } from "../activity.ts";
import { usageError } from "../arguments.ts";
import { type LineReader, openLines } from "../ask.ts";
import { paint } from "../colour.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { checkSession, findSession, latestSession } from "../find-session.ts";
import { answerRequests } from "../human-requests.ts";
import { createLiveText } from "../live-text.ts";
import { startProgress } from "../progress.ts";
import { describeError } from "../report.ts";
import { readSettings } from "../settings.ts";
import { endBySignal, watchSignals } from "../signals.ts";
import { oneLine } from "../strip.ts";
import { isTerminal } from "../terminal.ts";

const DEFAULT_OBJECT = "assistant";
const ROBOT = "🤖 ";
const HELP = `  <message>        say something
  ::quit, ::exit   leave
  ::help           show this
`;

interface Chat {
  context: Context;
  link: Link;
  lines: LineReader;
  session: SessionSummary;
  /** Somebody can be asked. */
  isInteractive: boolean;
  /** Sent with each message. */
  settings: TurnSettings;
}

type Left = { type: "quit" } | { type: "signal"; name: "SIGINT" | "SIGTERM" | "SIGHUP" };

export async function chat(context: Context): Promise<number> {
  if (context.isJson) throw usageError("chat has no JSON output; use 'jamey run -o stream-json'.");
  checkSession(context.arguments);
  const isInteractive = isTerminal(0) && !context.arguments.has("no-input");
  const settings = readSettings(context.arguments, isInteractive ? "queue" : "deny");
  return await withLink(context, async (link) => {
    const { out } = context;
    const title = paint(out.hasColour, "bold", "jamey chat");
    await out.write(`${title}  ::help for help, ::quit to leave\n\n`);
    const session = await openSession(context, link);
    const lines = openLines();
    try {
      const left = await converse({ context, link, lines, session, isInteractive, settings });
      await out.write("Goodbye!\n");
      if (left.type === "signal") endBySignal(left.name);
      return 0;
    } finally {
      await lines.close();
    }
  });
}

async function openSession(context: Context, link: Link): Promise<SessionSummary> {
  const { arguments: given, host, out } = context;
  const object = given.text("object");
  const resumed = given.text("resume");
  if (resumed !== undefined || given.has("continue")) {
    const session =
      resumed === undefined
        ? await latestSession(link, { directory: host.directory, object })
        : await findSession(link, resumed);
    await out.write(`Session resumed: ${session.session_id}\n`);
    return session;
  }
  await out.write("Creating new session...\n");
  const { session } = await link.call("CreateSession", { po_name: object ?? DEFAULT_OBJECT });
  await out.write(`Session created: ${session.session_id}\n`);
  return session;
}

async function converse(chat: Chat): Promise<Left> {
  const { out } = chat.context;
  while (!out.gone.aborted) {
    const read = await readLine(chat);
    if (read.type === "signal") {
      await out.write("\n");
      return read;
    }
    const line = read.line?.trim();
    if (line === undefined) {
      await out.write("\n");
      return { type: "quit" };
    }
    if (line === "") continue;
    if (line === "::quit" || line === "::exit") return { type: "quit" };
    // A command that is mistyped is not for the model.
    if (line.startsWith("::")) {
      const name = line === "::help" ? "" : `There is no command '${oneLine(line, 64)}'.\n`;
      await out.write(`${name}${HELP}`);
      continue;
    }
    const left = await say(chat, line);
    if (left) return left;
  }
  return { type: "quit" };
}

type Read = { type: "line"; line: string | undefined } | Extract<Left, { type: "signal" }>;

/** At the prompt there is nothing to save: a signal leaves. */
async function readLine({ context, lines }: Chat): Promise<Read> {
  // Before the prompt is shown: whoever sees it may press Ctrl-C.
  const watch = watchSignals();
  const { promise: aborted, resolve } = Promise.withResolvers<Read>();
  watch.signal.addEventListener("abort", () => {
    resolve({ type: "signal", name: watch.caught() ?? "SIGINT" });
  });
  try {
    await context.out.write("> ");
    const next = lines.next().then((line): Read => ({ type: "line", line }));
    return await Promise.race([next, aborted]);
  } finally {
    watch.stop();
  }
}

/** One message and its answer. Returns how the chat is left, if a signal beyond cancelling asks for it. */
async function say(chat: Chat, message: string): Promise<Left | undefined> {
  const { link, lines, session, isInteractive, settings } = chat;
  const progress = startProgress(chat.context);
  const { context } = progress;
  const { out, err } = context;
  const watch = watchSignals();
  const live = createLiveText({
    write: out.write,
    mark: ROBOT,
    isRaw: false,
    onRestart: () => context.note("! The answer broke off and begins again."),
  });
  const calls = new Map<string, ToolCall>();
  const requests = answerRequests({ context, link, lines, screen: out, before: live.endLine });
  try {
    const run = await runTurn(link, {
      message: {
        po_name: session.po_name,
        session_id: session.session_id,
        message,
        settings,
      },
      signal_types: ["TextDelta"],
      signal: watch.signal,
      onAccepted({ warnings }) {
        for (const warning of warnings) void context.note(`! ${oneLine(warning, 1000)}`);
      },
      async onFrame(frame) {
        progress.take(frame);
        if (frame.type === "signal") return await live.signal(frame.signal);
        const { event } = frame;
        if (event.event_type === "MessageAdded") await live.message(event.payload);
        const line = describeEvent(event, calls);
        if (line) {
          await live.endLine();
          await out.write(`${paint(out.hasColour, "dim", line)}\n`);
        }
        if (isInteractive) requests.take(event);
        else if (event.event_type === "HumanRequestQueued") {
          await context.note(describeRequest(event.payload));
        }
      },
    });
    await progress.stop();
    await live.endLine();
    if (run.status === "cancelled") await out.write("Cancelled.\n");
    if (run.error) await err.write(`${describeError(run.error, err.hasColour)}\n`);
    for (const denial of run.denials) await err.write(`${describeDenial(denial)}\n`);
  } catch (thrown) {
    await live.endLine();
    await err.write(`${describeError(toErrorBody(thrown), err.hasColour)}\n`);
  } finally {
    await progress.stop();
    requests.stop();
    watch.stop();
  }
  const caught = watch.caught();
  return caught && caught !== "SIGINT" ? { type: "signal", name: caught } : undefined;
}
