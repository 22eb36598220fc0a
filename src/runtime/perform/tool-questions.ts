// Questions that a running tool has for the human of its turn: put into the inbox by the session, and answered out of
// its stream. Who asks waits; the session, and so a restart, knows only that it was asked.
import type { ToolContext } from "../../core/tool.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { Services } from "../services.ts";
import { sessionStream } from "../store/journal.ts";
import { createBell } from "./bell.ts";
import type { Context } from "./index.ts";

/** Questions of one call; those beyond them nobody answers. */
const MAX_QUESTIONS = 64;

type Ask = NonNullable<ToolContext["ask"]>;

export function createAsker(
  { call_id, session_id }: { call_id: string; session_id: string },
  context: Context,
  services: Services,
): Ask {
  const stream = sessionStream(session_id);
  let count = 0;

  /** undefined: it is still open. */
  function settled(request_id: string, after: number): string | null | undefined {
    for (const { type, payload } of services.journal.readStream(stream, after)) {
      if (type === "HumanRequestExpired" && payload.request_id === request_id) return null;
      if (type !== "HumanRequestResponded" || payload.request_id !== request_id) continue;
      return payload.response.type === "answer" ? payload.response.text : null;
    }
    return undefined;
  }

  async function withdraw(request_id: string): Promise<void> {
    if (context.signal.aborted) return;
    await context.say({ type: "tool_unasked", request_id }).catch((thrown: unknown) => {
      services.log.warn("question of a tool stays open", { reason: messageOf(thrown) });
    });
  }

  async function wait(request_id: string, after: number, signal: AbortSignal) {
    const bell = createBell(signal);
    const stop = services.journal.follow(bell.ring);
    let version = after;
    try {
      while (!signal.aborted) {
        // The bell rings for every session: only what happened in this one is worth a query.
        const now = services.journal.version(stream);
        const answer = now === version ? undefined : settled(request_id, version);
        if (answer !== undefined) return answer;
        version = now;
        await bell.rung();
      }
      await withdraw(request_id);
      return null;
    } finally {
      stop();
      bell.close();
    }
  }

  return async ({ program, question, options, signal }) => {
    count += 1;
    if (count > MAX_QUESTIONS) return null;
    const request_id = services.world.newId("ask_");
    const after = services.journal.version(stream);
    const asked = { type: "tool_asked" as const, call_id, request_id, program, question, options };
    await context.say(asked);
    // Where nobody is there it was not asked at all, and an answer may have come already.
    const isAsked = context.state().requests.some((one) => one.request_id === request_id);
    if (!isAsked) return settled(request_id, after) ?? null;
    return await wait(request_id, after, AbortSignal.any([context.signal, signal]));
  };
}
