// One turn for a client of OpenAI's APIs: said, followed, ended. A client that goes away cancels it.
import type { Params, Reply } from "../../../../protocol/commands/index.ts";
import type { Run } from "../../../../protocol/commands/session.ts";
import { JameyError } from "../../../../protocol/errors.ts";
import type { FollowFrame } from "../../../../protocol/frames.ts";
import { isObject } from "../../../../protocol/json.ts";
import type { Message, ToolCall } from "../../../../protocol/messages.ts";
import type { Connection } from "../../../connections.ts";
import { askAs, attachAs } from "../../asking.ts";
import type { Asking } from "../calls.ts";
import { createBell, HEARTBEAT_MS } from "../events.ts";
import { errorOf } from "../turns.ts";

export interface TurnEnd {
  run: Run;
  /** What the client is to run. */
  calls: ToolCall[];
  /** Messages of the session at the end. */
  message_count: number;
}

export type TurnPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** Nothing came for a while. */
  | { type: "beat" }
  | { type: "end"; end: TurnEnd };

export interface TurnAsking extends Asking {
  /** Aborted when the client has gone, and only then. */
  gone: AbortSignal;
  heartbeatMs?: number;
}

/** Why a turn ended that waits for its client; the machine's own word. */
const CLIENT_TOOLS = "client_tools";

/** The whole turn at once. */
export async function runTurn(
  { gateway, identity, signal, gone }: TurnAsking,
  message: Params<"SendMessage">,
): Promise<TurnEnd> {
  const ask = askAs(gateway, gateway.connections.passing({ identity, signal }));
  const { turn_id } = await ask("SendMessage", message);
  try {
    return await endOf(ask, turn_id);
  } catch (thrown) {
    if (gone.aborted) await cancel({ gateway, identity }, turn_id);
    throw thrown;
  }
}

export interface StreamedTurn {
  turn_id: string;
  parts: AsyncGenerator<TurnPart>;
}

/** Resolves when the message is accepted. */
export async function streamTurn(
  asking: TurnAsking,
  message: Params<"SendMessage">,
): Promise<StreamedTurn> {
  const { gateway, identity } = asking;
  const bell = createBell();
  const connection = attachAs(gateway, { client: "api openai", identity, ring: bell.ring });
  const close = () => {
    bell.end();
    connection.close();
  };
  try {
    const ask = askAs(gateway, connection.caller);
    await ask("Subscribe", {
      session_id: message.session_id ?? null,
      event_types: ["MessageAdded", "TurnCompleted", "TurnFailed", "TurnCancelled"],
      signal_types: ["TextDelta", "ReasoningDelta"],
    });
    const accepted = await ask("SendMessage", message);
    const parts = partsOf({ ...asking, connection, bell, accepted, close });
    return { turn_id: accepted.turn_id, parts };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

interface Following extends TurnAsking {
  connection: Connection;
  bell: ReturnType<typeof createBell>;
  accepted: Reply<"SendMessage">;
  close(): void;
}

async function* partsOf(following: Following): AsyncGenerator<TurnPart> {
  const { gateway, connection, bell, accepted, signal, gone, close } = following;
  const { heartbeatMs = HEARTBEAT_MS } = following;
  const { turn_id } = accepted;
  const writing = createWriting(turn_id);
  const over = () => bell.end();
  signal.addEventListener("abort", over);
  let isEnded = false;
  try {
    while (!isEnded && !signal.aborted) {
      const { frames, hasMore } = connection.pull();
      for (const frame of frames) {
        const part = writing.take(frame);
        if (part) yield part;
        isEnded ||= isEndOf(frame, turn_id);
      }
      const isRung = isEnded || hasMore || (await bell.rung(heartbeatMs));
      if (!isRung && !signal.aborted) yield { type: "beat" };
    }
    if (!isEnded) throw new JameyError("unavailable", "The daemon is stopping.");
    yield { type: "end", end: await endOf(askAs(gateway, connection.caller), turn_id) };
  } finally {
    signal.removeEventListener("abort", over);
    // Whoever stops reading has gone as well.
    if (!isEnded && (gone.aborted || !signal.aborted)) await cancel(following, turn_id);
    close();
  }
}

async function endOf(ask: ReturnType<typeof askAs>, turn_id: string): Promise<TurnEnd> {
  const run = await ask("WaitForTurn", { turn_id });
  const error = run.status === "completed" ? undefined : errorOf(run);
  const isCut = error?.code === "limit_reached" && run.response !== "";
  if (error && !isCut) throw error;
  const { session_id } = run;
  const isWaiting = run.stop_reason === CLIENT_TOOLS;
  const messages = isWaiting ? "all" : "none";
  const { session } = await ask("GetSession", { session_id, messages });
  return {
    run,
    calls: isWaiting ? unanswered(session.conversation, turn_id) : [],
    message_count: session.message_count,
  };
}

function unanswered(conversation: readonly Message[], turn_id: string): ToolCall[] {
  const ours = conversation.filter((message) => message.turn_id === turn_id);
  const answered = new Set(ours.map((message) => message.tool_call_id));
  const last = ours.findLast((message) => message.tool_calls.length > 0);
  return last?.tool_calls.filter((call) => !answered.has(call.id)) ?? [];
}

async function cancel(
  { gateway, identity }: Pick<Asking, "gateway" | "identity">,
  turn_id: string,
): Promise<void> {
  const caller = gateway.connections.passing({ identity, signal: new AbortController().signal });
  // One that has ended meanwhile needs no cancelling.
  await askAs(gateway, caller)("CancelTurn", { turn_id, reason: "the client has gone" }).catch(
    () => undefined,
  );
}

/** Text as it grows; what the signals have missed comes with the finished message. */
function createWriting(turn_id: string) {
  const sent = new Map<string, number>();
  let hasText = false;

  function grown(key: string, text: string, from: number): string {
    const already = sent.get(key) ?? 0;
    const fresh = text.slice(Math.max(0, already - from));
    sent.set(key, Math.max(already, from + text.length));
    return fresh;
  }

  /** Another message begins another paragraph. */
  function textPart(message_id: string, text: string, from: number): TurnPart | undefined {
    const isNew = !sent.has(message_id);
    const fresh = grown(message_id, text, from);
    if (fresh === "") return undefined;
    const gap = isNew && hasText ? "\n\n" : "";
    hasText = true;
    return { type: "text", text: gap + fresh };
  }

  return {
    take(frame: FollowFrame): TurnPart | undefined {
      if (frame.type === "signal" && frame.turn_id === turn_id) {
        const { signal_type, message_id, attempt, offset, text } = frame;
        if (signal_type === "TextDelta") return textPart(message_id, text, offset);
        const fresh = grown(`${message_id} ${attempt} reasoning`, text, offset);
        return fresh === "" ? undefined : { type: "reasoning", text: fresh };
      }
      if (frame.type !== "event" || frame.event_type !== "MessageAdded") return undefined;
      const { payload } = frame;
      if (!isObject(payload) || payload.turn_id !== turn_id) return undefined;
      if (payload.role !== "assistant" || payload.content === "") return undefined;
      return textPart(String(payload.message_id), String(payload.content), 0);
    },
  };
}

const isEndOf = (frame: FollowFrame, turn_id: string): boolean =>
  frame.type === "event" &&
  frame.event_type !== "MessageAdded" &&
  isObject(frame.payload) &&
  frame.payload.turn_id === turn_id;
