// Lets another object answer a call: begins or finds its session, reports what it uses and whether it waits
// for humans, and brings its answer back. Aborted because nobody waits any more, it stops the child; aborted
// because the daemon ends, it leaves it: the next start finds it.
import type { EffectOf } from "../../core/effects.ts";
import { delegationOf } from "../../core/session/delegation.ts";
import type { SessionOutcome } from "../../core/session/inputs.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { type ErrorBody, JameyError, messageOf } from "../../protocol/errors.ts";
import type { Child } from "../children.ts";
import type { Services } from "../services.ts";
import { sessionStream } from "../store/journal.ts";
import { createBell } from "./bell.ts";
import { usedSince } from "./child-usage.ts";
import type { Context, Performed } from "./index.ts";

/** UTF-16 units of an answer that its caller is given. */
const MAX_ANSWER_LENGTH = 256 * 1024;

export async function delegate(
  effect: EffectOf<"delegate">,
  context: Context,
  services: Services,
): Performed {
  const { call_id } = effect;
  const asked = delegationOf(context.state(), call_id);
  if (!asked || context.signal.aborted) return undefined;
  const begun = services.world.monotonicMs();
  const child = await services.children.call(asked);
  await said(context, services, { type: "delegation_started", call_id, child });
  const run = await watch(call_id, child, context, services);
  if (run !== undefined) {
    const duration_ms = Math.round(services.world.monotonicMs() - begun);
    return { type: "delegated", call_id, duration_ms, ...answerOf(run, child) };
  }
  // Where the call is awaited still, it is the daemon that ends.
  if (!delegationOf(context.state(), call_id)) {
    await services.children.cancel(child, "the turn that called has ended");
  }
  return undefined;
}

/** Reports until the child's turn has ended; undefined where nobody listens any more. */
async function watch(
  call_id: string,
  child: Child,
  context: Context,
  services: Services,
): Promise<Run | undefined> {
  const stream = sessionStream(child.session_id);
  const bell = createBell(context.signal);
  const { counted } = services.children;
  const stop = services.journal.follow(bell.ring);
  let version = -1;
  let through = 0;
  try {
    while (!context.signal.aborted) {
      // The bell rings for every session: only what happened in this one is worth a query.
      const now = services.journal.version(stream);
      if (now !== version) {
        version = now;
        const run = endOf(child, services);
        const isLast = run !== "open";
        through = await reportUsage({ call_id, child, through, isLast }, context, services);
        if (run !== "open") return context.signal.aborted ? undefined : run;
        // Where that has ended the turn that called, the child is stopped instead of asking its model once more.
        if (!context.signal.aborted) counted.reached(child.session_id, now);
        await reportPause({ call_id, child }, context, services);
      }
      await bell.rung();
    }
    return undefined;
  } finally {
    stop();
    counted.end(child.session_id);
    bell.close();
  }
}

function endOf({ turn_id }: Child, { views }: Services): Run | "open" {
  const run = views.getRun(turn_id);
  if (run) return run;
  throw new JameyError("session_not_found", "The session of this call was deleted.");
}

/** Answers with the version of the child's stream up to which everything is counted. */
async function reportUsage(
  at: { call_id: string; child: Child; through: number; isLast: boolean },
  context: Context,
  services: Services,
): Promise<number> {
  const { call_id, child, through, isLast } = at;
  const after_seq = delegationOf(context.state(), call_id)?.call.counted_seq;
  if (after_seq === undefined) return through;
  const rows = services.journal.readStream(sessionStream(child.session_id), through);
  const used = usedSince(rows, after_seq);
  // A model call alone is told with what it used: one event for both.
  if (used === undefined || !(used.hasUsage || (isLast && used.model_calls > 0))) return through;
  const { version, through_seq, model_calls, usage } = used;
  const report = { call_id, after_seq, through_seq, model_calls, usage, isLast };
  return (await said(context, services, { type: "child_used", ...report })) ? version : through;
}

async function reportPause(
  { call_id, child }: { call_id: string; child: Child },
  context: Context,
  services: Services,
): Promise<void> {
  const isPaused = typeof services.children.state(child)?.turn?.waiting_since === "string";
  const known = delegationOf(context.state(), call_id)?.call.isPaused;
  if (known === undefined || known === isPaused) return;
  await said(context, services, { type: "child_paused", call_id, isPaused });
}

/** What could not be kept is told again with what comes next. */
async function said(context: Context, { log }: Services, what: SessionOutcome): Promise<boolean> {
  try {
    await context.say(what);
    return true;
  } catch (thrown) {
    if (!context.signal.aborted) {
      log.warn("report of a called object not kept", {
        what: what.type,
        reason: messageOf(thrown),
      });
    }
    return false;
  }
}

function answerOf(run: Run, { session_id }: Child) {
  const [first] = run.denials;
  const denial = first
    ? { subject: `${run.po_name}: ${first.tool} ${first.subject}`, allow_with: first.allow_with }
    : null;
  const error = errorOf(run, session_id);
  const output = error ? `${run.po_name} gave no answer: ${error.message}` : run.response;
  const rest = output.length - MAX_ANSWER_LENGTH;
  const more = `… (${rest} characters more, whole in the session ${session_id})`;
  return { error, denial, output: rest > 0 ? output.slice(0, MAX_ANSWER_LENGTH) + more : output };
}

function errorOf(run: Run, session_id: string): ErrorBody | null {
  if (run.status === "completed") return null;
  if (run.error) return { ...run.error, details: { ...run.error.details, session_id } };
  return { code: "cancelled", message: "its turn was cancelled.", details: { session_id } };
}
