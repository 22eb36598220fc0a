// What both APIs have in common: which object is meant, where it goes on, what the turn is told; and what is
// remembered of it.
import type { CommandName } from "../../../../protocol/commands/index.ts";
import { JameyError } from "../../../../protocol/errors.ts";
import type { Json } from "../../../../protocol/messages.ts";
import type { OpenAiFormat, OpenAiToolChoice } from "../../../../protocol/openai.ts";
import type { Ask } from "../route.ts";
import { type Conversation, readFormat, readTools, type SaidBefore } from "./conversation.ts";
import { conversationKey, type Memory, responseKey } from "./memory.ts";
import { findPlace, messageOf, placeOfResponse } from "./place.ts";
import type { TurnEnd } from "./turn.ts";

const PREFIX = "agent:";

export interface Wanted {
  model: string;
  conversation: Conversation;
  previous_response_id?: string | null | undefined;
  format: OpenAiFormat | null | undefined;
  tools: Parameters<typeof readTools>[0];
  tool_choice: OpenAiToolChoice;
}

/** What is needed to ask. */
export interface Looking {
  ask: Ask<CommandName>;
  /** Conversations of one key are none of another's. */
  who: string;
  memory: Memory;
}

export const objectOf = (model: string): string =>
  model.startsWith(PREFIX) ? model.slice(PREFIX.length) : model;

/** The message that is sent, and how the conversation is known again with the answer. */
export async function prepare(looking: Looking, wanted: Wanted) {
  const { conversation, previous_response_id } = wanted;
  const po_name = objectOf(wanted.model);
  const { specs, words } = readTools(wanted.tools, wanted.tool_choice);
  const output = readFormat(wanted.format);
  await requireObject(looking.ask, po_name);
  const about = { ...looking, po_name };
  const place = previous_response_id
    ? await placeOfResponse(about, previous_response_id, conversation)
    : await findPlace(about, conversation);
  const instructions = [conversation.instructions, words].filter(Boolean).join("\n\n");
  const message = messageOf(place, {
    po_name,
    settings: {
      on_ask: "deny",
      ...(output ? { output } : {}),
      ...(instructions === "" ? {} : { instructions }),
      ...(specs.length === 0 ? {} : { client_tools: specs }),
    },
  });
  return {
    message,
    /** What was answered, as the client was told it. */
    remember(text: string, { run, calls, message_count }: TurnEnd): void {
      const said = [...conversation.before, ...saidNow(conversation), answerOf(text, calls)];
      const key = conversationKey({ ...looking, po_name, said });
      const known = { session_id: run.session_id, message_count };
      looking.memory.keep(key, known);
      looking.memory.keep(responseKey({ who: looking.who, turn_id: run.turn_id }), known);
    },
  };
}

/** A name that nothing can have is a model that there is not. */
async function requireObject(ask: Looking["ask"], po_name: string): Promise<void> {
  try {
    await ask("InspectPO", { po_name });
  } catch (thrown) {
    if (!(thrown instanceof JameyError) || thrown.code !== "invalid_request") throw thrown;
    throw new JameyError("po_not_found", `There is no object '${po_name}'.`, { cause: thrown });
  }
}

const answerOf = (
  content: string,
  calls: readonly { id: string; name: string; args: Json }[],
): SaidBefore => ({
  role: "assistant",
  content,
  calls: calls.map(({ id, name, args }) => ({ id, name, args })),
  call_id: null,
});

function saidNow({ now }: Conversation): SaidBefore[] {
  if (now.type === "message") {
    return [{ role: "user", content: now.text, calls: [], call_id: null }];
  }
  return now.results.map(({ call_id, output }) => ({
    role: "tool" as const,
    content: output,
    calls: [],
    call_id,
  }));
}
