// The session that a request goes on in: one that is known, one that a response names, or a new one that
// begins with what the client says was said.
import type { CommandName, Params } from "../../../../protocol/commands/index.ts";
import { JameyError } from "../../../../protocol/errors.ts";
import type { Message } from "../../../../protocol/messages.ts";
import type { Ask } from "../route.ts";
import { type Conversation, refused, type SaidBefore, type SaidNow } from "./conversation.ts";
import { conversationKey, type Memory, responseKey } from "./memory.ts";

export interface Place {
  session_id: string;
  now: SaidNow;
}

interface Looking {
  ask: Ask<CommandName>;
  who: string;
  po_name: string;
  memory: Memory;
}

/** What is said to an agent that finds the results in the conversation that it begins with. */
const GO_ON = "The results of the tools are there: go on.";
const RESPONSE_PREFIX = "resp_";

export const responseId = (turn_id: string): string => `${RESPONSE_PREFIX}${turn_id}`;

export async function findPlace(looking: Looking, conversation: Conversation): Promise<Place> {
  const { ask, po_name, memory } = looking;
  const { before, now } = conversation;
  if (before.length === 0 && now.type === "message") {
    const { session } = await ask("CreateSession", { po_name });
    return { session_id: session.session_id, now };
  }
  const known = memory.find(conversationKey({ ...looking, said: before }));
  if (known && (await isUnchanged(ask, known))) return { session_id: known.session_id, now };
  return await seeded(looking, conversation);
}

/** Deleted, gone on by somebody else, or busy: then it is not the conversation that the client means. */
async function isUnchanged(
  ask: Looking["ask"],
  { session_id, message_count }: { session_id: string; message_count: number },
): Promise<boolean> {
  try {
    const { session } = await ask("GetSession", { session_id, messages: "none" });
    return session.message_count === message_count && session.turn_id === null;
  } catch (thrown) {
    if (thrown instanceof JameyError && thrown.code === "session_not_found") return false;
    throw thrown;
  }
}

async function seeded({ ask, po_name }: Looking, { before, now }: Conversation): Promise<Place> {
  const { mode } = await ask("InspectPO", { po_name });
  const at = new Date().toISOString();
  const results = now.type === "results" ? now.results.map(asSaid) : [];
  const { session } = await ask("ImportSession", {
    po_name,
    document: {
      format: "jamey-session",
      format_version: 1,
      exported_at: at,
      session: {
        session_id: crypto.randomUUID(),
        po_name,
        name: null,
        agent_mode: mode,
        created_at: at,
        session_state: { active_tools: [], context: {}, iteration_count: 0 },
        metadata: {},
      },
      messages: [...before, ...results].map((said, index) => asMessage(said, index, at)),
    },
  });
  const goOn = { type: "message" as const, text: GO_ON, images: [] };
  return { session_id: session.session_id, now: now.type === "results" ? goOn : now };
}

const asSaid = ({ call_id, output }: { call_id: string; output: string }): SaidBefore => ({
  role: "tool",
  content: output,
  calls: [],
  call_id,
});

const asMessage = (said: SaidBefore, index: number, created_at: string): Message => ({
  message_id: `m_${index}`,
  turn_id: null,
  role: said.role,
  content: said.content,
  name: null,
  tool_call_id: said.call_id,
  tool_calls: said.role === "assistant" ? said.calls : [],
  attachments: [],
  reasoning: null,
  source: "api",
  created_at,
});

/** Where a response stands: its session, or a copy up to it where that has gone on, or another was answered. */
export async function placeOfResponse(
  { ask, po_name, who, memory }: Looking,
  response_id: string,
  { before, now }: Conversation,
): Promise<Place> {
  if (before.length > 0) {
    throw refused(
      "With previous_response_id only what is new is sent, one message or results.",
      "input",
    );
  }
  const turn_id = response_id.slice(RESPONSE_PREFIX.length);
  const run = await ask("WaitForTurn", { turn_id, timeout_ms: 0 }).catch(() => undefined);
  if (!run || !response_id.startsWith(RESPONSE_PREFIX) || run.po_name !== po_name) {
    const message = `There is no finished response '${response_id}' of ${po_name}.`;
    throw new JameyError("turn_not_found", message, {
      details: { issues: [{ field: "previous_response_id" }] },
    });
  }
  const { session_id } = run;
  const { session } = await ask("GetSession", { session_id });
  const isLast = session.conversation.at(-1)?.turn_id === turn_id && session.turn_id === null;
  const isOwn = memory.find(responseKey({ who, turn_id }))?.session_id === session_id;
  if (isLast && isOwn) return { session_id, now };
  const last = session.conversation.findLast((message) => message.turn_id === turn_id);
  const forked = await ask("ForkSession", { session_id, message_id: last?.message_id ?? null });
  return { session_id: forked.session.session_id, now };
}

/** What is sent to the session. */
export function messageOf(
  { session_id, now }: Place,
  { po_name, settings }: Pick<Params<"SendMessage">, "po_name" | "settings">,
): Params<"SendMessage"> {
  const base = { po_name, session_id };
  if (now.type === "message") {
    const attachments = now.images.map((image) => ({ ...image, name: null }));
    return { ...base, message: now.text, attachments, settings };
  }
  const names = now.results.map((result) => result.call_id).join(", ");
  const client_results = now.results;
  return { ...base, message: `Results of ${names}`, settings: { ...settings, client_results } };
}
