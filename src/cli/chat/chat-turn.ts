// One message of a chat and its answer, with everything that happens in between.
import type { Link } from "../../client/link.ts";
import { runTurn } from "../../client/run.ts";
import type { TurnSettings } from "../../protocol/agents.ts";
import { toErrorBody } from "../../protocol/errors.ts";
import type { SessionSummary, ToolCall } from "../../protocol/messages.ts";
import { describeDenial, describeEvent, describeRequest } from "../../terminal/activity.ts";
import { paint } from "../../terminal/colour.ts";
import type { MarkdownWriter } from "../../terminal/markdown/render.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Context } from "../context.ts";
import type { AttachmentPart } from "../one-shot/files.ts";
import { isRendered, markdownWriter } from "../one-shot/final-text.ts";
import { createLiveText, type LiveText } from "../one-shot/live-text.ts";
import { startProgress } from "../one-shot/progress.ts";
import { describeError } from "../output/error-line.ts";
import { type CaughtSignal, watchSignals } from "../signals.ts";
import type { ChatLines } from "./chat-lines.ts";
import { answerRequests } from "./human-requests.ts";
import type { Overheard } from "./overheard.ts";

export const ROBOT = "🤖 ";
/** The mark and its space. Columns. */
const MARK_WIDTH = 3;
/** Stands by itself: a line that begins with the mark would move its first row. */
const STANDS_ALONE = /^\s*(?:#|\||```|~~~|[-*+>]\s|\d+[.)]\s)/;

export interface Chat {
  context: Context;
  link: Link;
  lines: ChatLines;
  session: SessionSummary;
  overheard: Overheard;
  /** Somebody can be asked. */
  isInteractive: boolean;
  /** Sent with each message. */
  settings: TurnSettings;
}

/** A signal that asks for more than cancelling the turn. */
export async function say(
  chat: Chat,
  message: string,
  attachments: readonly AttachmentPart[] = [],
): Promise<CaughtSignal | undefined> {
  const { link, lines, session, isInteractive, settings, overheard } = chat;
  const progress = startProgress(chat.context);
  const { context } = progress;
  const { out, err } = context;
  const watch = watchSignals();
  for (const restore of [progress.restore, lines.restore]) watch.beforeEnd(restore);
  const live = openLive(context);
  const calls = new Map<string, ToolCall>();
  const requests = answerRequests({
    context,
    link,
    lines: () => lines.answers,
    screen: out,
    before: live.endLine,
    beforeEnd: watch.beforeEnd,
  });
  const { po_name, session_id } = session;
  overheard.hold();
  try {
    const run = await runTurn(link, {
      message: { po_name, session_id, message, attachments: [...attachments], settings },
      signal_types: ["TextDelta"],
      signal: watch.signal,
      onAccepted({ turn_id, warnings }) {
        overheard.own(turn_id);
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
    await live.end();
    if (run.status === "cancelled") await out.write("Cancelled.\n");
    if (run.error) await err.write(`${describeError(run.error, err.hasColour)}\n`);
    for (const denial of run.denials) await err.write(`${describeDenial(denial)}\n`);
  } catch (thrown) {
    await live.end();
    await err.write(`${describeError(toErrorBody(thrown), err.hasColour)}\n`);
  } finally {
    await progress.stop();
    requests.stop();
    watch.stop();
    await overheard.release();
  }
  const caught = watch.caught();
  return caught === "SIGINT" ? undefined : caught;
}

function openLive(context: Context): LiveText {
  const isDrawn = isRendered(context);
  return createLiveText({
    write: context.out.write,
    mark: isDrawn ? "" : ROBOT,
    isRaw: false,
    openWriter: isDrawn ? () => markedWriter(markdownWriter(context, MARK_WIDTH)) : undefined,
    onRestart: () => context.note("! The answer broke off and begins again."),
  });
}

/** The mark before the first line that is drawn. */
export function markedWriter(writer: MarkdownWriter): MarkdownWriter {
  let source: string | undefined = "";

  function marked(text: string, drawn: string): string {
    if (source === undefined) return drawn;
    source += text;
    if (drawn === "") return "";
    const mark = STANDS_ALONE.test(source) ? `${ROBOT.trimEnd()}\n` : ROBOT;
    source = undefined;
    return mark + drawn;
  }

  return {
    push: (text) => marked(text, writer.push(text)),
    end: () => marked("", writer.end()),
  };
}
