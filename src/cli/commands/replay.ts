// `jamey replay SESSION`: what happened, step by step, with the sessions it called inline: as text, as JSON,
// or on a terminal with keys; and with --at the session as it was then.
import type { TypedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import { summaryOf } from "../../terminal/event-line.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { findSession } from "../input/find-session.ts";
import { withPager } from "../output/pager.ts";
import { stepThrough } from "../output/step-through.ts";
import { isTerminal } from "../terminal.ts";

type Step = Reply<"ReplaySession">["steps"][number];

/** What one command reads; more of a longer session is not shown. */
const MAX_STEPS = 50_000;
const MAX_SUMMARY_LENGTH = 160;
const NAME_WIDTH = 12;
const TYPE_WIDTH = 18;

export const replay = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, out } = context;
    const { session_id } = await findSession(link, given.words[0] ?? "");
    const canStep = out.isTerminal && isTerminal(0) && !given.has("no-input");
    if (given.has("step") && (!canStep || context.isJson)) {
      throw usageError("--step needs a terminal to show it and to press keys in.");
    }
    if (given.has("step") && given.has("at"))
      throw usageError("--step and --at do not fit together.");
    const at = given.text("at");
    if (at !== undefined) return await showAt(context, link, session_id, readSeq(at));
    const { steps, isCut } = await readSteps(link, session_id);
    if (isCut) await context.note(`Only the first ${MAX_STEPS} steps are shown.`);
    if (context.isJson) {
      await printJson(context, { session_id, steps });
    } else if (given.has("step")) {
      await stepThrough(context, {
        steps: steps.map((step) => ({
          seq: step.seq,
          line: stepLine(step),
          detail: detailOf(step),
        })),
        stateAt: async (seq) => stateText(await link.call("GetSessionAt", { session_id, seq })),
      });
    } else await withPager(context, steps.map((step) => `${stepLine(step)}\n`).join(""));
    return 0;
  });

function readSeq(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`--at: '${text}' is no number of a step. They stand first in each line.`);
}

async function readSteps(
  link: Link,
  session_id: string,
): Promise<{ steps: Step[]; isCut: boolean }> {
  const steps: Step[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: Reply<"ReplaySession"> = await link.call("ReplaySession", { session_id, after });
    steps.push(...page.steps);
    if (steps.length > MAX_STEPS) return { steps: steps.slice(0, MAX_STEPS), isCut: true };
    after = page.next_after;
  }
  return { steps, isCut: false };
}

/** When, who, what; what a called object did stands further in. */
function stepLine(step: Step): string {
  const { seq, at, po_name, depth, event_type, caller } = step;
  const time = at.slice(11, 23);
  const who = oneLine(po_name, NAME_WIDTH * 2).padEnd(NAME_WIDTH);
  const head = `${String(seq).padStart(6)}  ${time}  ${"  ".repeat(depth)}${who}`;
  const by = BY_OTHERS.has(event_type) ? `(${oneLine(caller, 40)}) ` : "";
  const what = oneLine(`${by}${summaryOf(eventOf(step))}`, MAX_SUMMARY_LENGTH);
  return `${head}  ${event_type.padEnd(TYPE_WIDTH)}  ${what}`.trimEnd();
}

/** Steps where it matters who asked for them. */
const BY_OTHERS: ReadonlySet<string> = new Set([
  "SessionCreated",
  "MessageQueued",
  "TurnCancelled",
  "HumanRequestResponded",
]);

// The daemon wrote the payload by the table of events.
const eventOf = ({ event_type, payload }: Step): TypedEvent =>
  ({ event_type, payload }) as unknown as TypedEvent;

/** The whole of a step: a message as its text, everything else as JSON. */
function detailOf(step: Step): string {
  const event = eventOf(step);
  if (event.event_type === "MessageAdded") {
    const { role, content, tool_calls } = event.payload;
    const calls = tool_calls.map((call) => `▸ ${call.name} ${JSON.stringify(call.args)}`);
    return stripControl([`${role}:`, content, ...calls].join("\n"));
  }
  return stripControl(JSON.stringify(step.payload, null, 2));
}

async function showAt(
  context: Context,
  link: Link,
  session_id: string,
  seq: number,
): Promise<number> {
  const state = await link.call("GetSessionAt", { session_id, seq });
  if (context.isJson) await printJson(context, state);
  else await withPager(context, stateText(state));
  return 0;
}

function stateText(state: Reply<"GetSessionAt">): string {
  const { session_id, po_name, seq, at, messages, turn, calls, requests, queued } = state;
  const lines = [
    `Session ${session_id} of ${po_name} after event ${seq} (${at})`,
    turn ? `Turn ${turn.turn_id} ran: ${turn.mode}, ${turn.model}` : "No turn ran.",
    ...calls.map((call) => `Call without a result: ${call.name} ${JSON.stringify(call.args)}`),
    ...requests.map((one) => `Waited for a human: ${one.question}`),
    ...(queued > 0 ? [`Messages that waited: ${queued}`] : []),
    "",
    ...messages.flatMap(({ role, name, content, tool_calls }) => [
      `${role === "tool" ? `tool ${name ?? ""}` : role}: ${content}`,
      ...tool_calls.map((call) => `  ▸ ${call.name} ${JSON.stringify(call.args)}`),
    ]),
  ];
  return `${stripControl(lines.join("\n"))}\n`;
}
