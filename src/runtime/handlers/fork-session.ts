// ForkSession: a session that begins with what is committed of another's conversation.
import { copyHistory, upTo } from "../../core/session/copied-history.ts";
import type { Asked } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_IMPORTED_MESSAGES } from "../../protocol/limits.ts";
import type { Message, SessionView } from "../../protocol/messages.ts";
import { type Caller, requireModelPlace } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import { sessionStream } from "../store/journal.ts";
import type { BeginSession } from "./begin-session.ts";
import type { HandlerContext } from "./index.ts";
import { newSession, sessionNotFound } from "./new-session.ts";

export function createForkSession(
  context: HandlerContext,
  begin: BeginSession,
): Handlers["ForkSession"] {
  const { views, journal, services } = context;

  function compactionsOf(session_id: string) {
    const found: { through_message_id: string; summary: string }[] = [];
    for (const { type, payload } of journal.readStream(sessionStream(session_id), 0)) {
      // Of this type only the fields of a compaction.
      if (type === "HistoryCompacted") found.push(payload as (typeof found)[number]);
    }
    return found.map(({ through_message_id, summary }) => ({ through_message_id, summary }));
  }

  return async (asked, caller) => {
    const { session_id, message_id, name, new_session_id, ephemeral } = asked;
    requireOwnModel(asked, caller);
    await requireModel(asked, caller, context);
    const forked_from = { session_id, message_id };
    return await begin({
      caller,
      chosen_id: new_session_id,
      ephemeral,
      mismatch: (there) =>
        Bun.deepEquals(there.forked_from, forked_from)
          ? undefined
          : "belongs to a session that is another",
      async make(id) {
        const source = views.getSession(session_id);
        if (!source) throw sessionNotFound(session_id);
        const { po_name, agent_mode, metadata, workspace } = source;
        const { context } = source.session_state;
        const messages = kept(source, message_id);
        const compactions = compactionsOf(session_id);
        const like = { po_name, name, agent_mode, context, metadata, caller, services };
        const model = asked.model ?? views.findSession(session_id)?.model ?? null;
        const copied = { session_id: id, workspace, forked_from, ephemeral, model };
        const session = { ...newSession(like), ...copied };
        const { world, sessionFiles } = services;
        const history = copyHistory({ messages, compactions, newId: world.newId });
        await sessionFiles.copyAttachments({
          from: session_id,
          to: id,
          hashes: hashesOf(messages),
        });
        return { session, history: { ...history, data: views.sharedData(session_id) } };
      },
    });
  };
}

/** As for a message: another model may cost more. */
function requireOwnModel({ model }: Asked<"ForkSession">, caller: Caller): void {
  if (model !== null) requireModelPlace(model, caller);
  if (caller.isHuman || model === null) return;
  const message =
    "A process that an agent started cannot choose the model of a session: leave that to the object.";
  throw new JameyError("forbidden", message);
}

/** One that does not exist is refused now, not by the first message; a key may still come. */
async function requireModel(
  { model, session_id }: Asked<"ForkSession">,
  caller: Caller,
  { services: { models, keyring }, views }: HandlerContext,
): Promise<void> {
  if (model === null) return;
  const variable = keyring.forVariables(caller.variables);
  const folder = views.findSession(session_id)?.workspace ?? caller.workspace;
  try {
    await models.open(model, { variable, folder });
  } catch (thrown) {
    if (!(thrown instanceof JameyError && thrown.code === "key_missing")) throw thrown;
  }
}

function kept({ session_id, conversation }: SessionView, message_id: string | null): Message[] {
  const messages = message_id === null ? conversation : upTo(conversation, message_id);
  if (!messages) {
    const message = `The session ${session_id} has no message ${message_id}. See 'jamey sessions show ${session_id}'.`;
    throw new JameyError("not_found", message, { details: { session_id, message_id } });
  }
  if (messages.length <= MAX_IMPORTED_MESSAGES) return messages;
  const message = `A fork takes at most ${MAX_IMPORTED_MESSAGES} messages, and these are ${messages.length}: fork at an earlier message.`;
  throw new JameyError("too_large", message, { details: { limit: MAX_IMPORTED_MESSAGES } });
}

const hashesOf = (messages: readonly Message[]): Set<string> =>
  new Set(messages.flatMap((message) => message.attachments.map((one) => one.sha256)));
