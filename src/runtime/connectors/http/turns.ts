// Routes that say something and wait for the answer: how a turn that ended becomes a reply or an error.
import { classify } from "../../../protocol/classify.ts";
import type { Reply } from "../../../protocol/commands/index.ts";
import { type ErrorCode, JameyError } from "../../../protocol/errors.ts";
import type { MessageRequest } from "../../../protocol/rest.ts";
import type { Ask } from "./route.ts";

type Run = Reply<"WaitForTurn">;

/** Says it, waits, and throws what the turn came to where that is no answer. */
export async function converse(
  ask: Ask<"SendMessage" | "WaitForTurn">,
  message: MessageRequest,
): Promise<{ run: Run; message_id: string }> {
  const { settings, delivery } = message;
  const on_ask = settings.on_ask ?? (delivery === "steer" ? "queue" : "deny");
  const { turn_id, message_id } = await ask("SendMessage", {
    ...message,
    settings: { ...settings, on_ask },
  });
  const run = await ask("WaitForTurn", { turn_id });
  const error = errorOf(run);
  if (error) throw error;
  return { run, message_id };
}

/**
 * A run that is no answer, as an error. Its status is that of its code: what the model's vendor did is
 * 502 or 504, a limit or a call that was refused 409. The message and what was answered are kept.
 */
export function errorOf(run: Run): JameyError | undefined {
  const { status } = classify(run);
  if (status === "ok") return undefined;
  const { session_id, turn_id, response, denials, pending_requests } = run;
  const place = { session_id, turn_id, status, response };
  if (run.status === "completed") {
    const tools = [...new Set(denials.map((one) => one.tool))].join(", ");
    const what = tools === "" ? "a human's answer" : `what was denied: ${tools}`;
    const message = `The turn ended, but without ${what}. What it answered is in the details.`;
    return new JameyError("blocked", message, { details: { ...place, denials, pending_requests } });
  }
  if (run.status === "cancelled" || !run.error) {
    const code: ErrorCode = run.status === "cancelled" ? "cancelled" : "internal";
    return new JameyError(code, `The turn was ${run.status}.`, { details: place });
  }
  const { code, message, details } = run.error;
  return new JameyError(code, message, { details: { ...details, ...place } });
}
