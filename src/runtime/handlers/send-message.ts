// SendMessage: admitted, committed, acknowledged; then it runs. The same key is the same message.
import type { NewSession } from "../../core/session/inputs.ts";
import type { Asked, Reply } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import { IMAGE_TYPES, MAX_ATTACHMENTS_BYTES, MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import type { Attachment } from "../../protocol/messages.ts";
import { type Caller, callerName } from "../caller.ts";
import { objectWarnings } from "../object-warnings.ts";
import type { Services } from "../services.ts";
import { chosenWorkflow } from "../workflows/chosen.ts";
import type { HandlerContext } from "./index.ts";
import { newSession, requireSession, unknownObject } from "./new-session.ts";
import { createOrder } from "./order.ts";
import { requireSameMessage, requireSameSending } from "./same-message.ts";
import { allowedSettings, requireSettings } from "./turn-settings.ts";

type Accepted = Reply<"SendMessage">;

/** What the session that a message begins has of its own. */
type Begun = Pick<Parameters<typeof newSession>[0], "agent_mode" | "context" | "metadata" | "name">;

export function createSendMessage(context: HandlerContext) {
  const { views } = context;
  const inOrder = createOrder();
  /** Sends under a key that are not yet in the views. */
  const underway = new Map<string, { asked: Asked<"SendMessage">; sending: Promise<Accepted> }>();

  return async (
    asked: Asked<"SendMessage">,
    caller: Caller,
    begun: Begun = { name: null },
  ): Promise<Accepted> => {
    const key = asked.message_key;
    const sent = () => inOrder(asked.session_id, () => send(context, asked, { caller, begun }));
    if (key === null) return await sent();
    const accepted = views.findMessageKey(key);
    if (accepted) {
      requireSameMessage(asked, accepted, context);
      const { session_id, turn_id, message_id, seq } = accepted;
      context.services.keyring.remember(session_id, caller.variables);
      const warnings = objectWarnings(asked.po_name, context.services);
      return { session_id, turn_id, message_id, seq, warnings };
    }
    const first = underway.get(key) ?? { asked, sending: sent() };
    underway.set(key, first);
    requireSameSending(first.asked, asked);
    try {
      return await first.sending;
    } finally {
      underway.delete(key);
    }
  };
}

async function send(
  context: HandlerContext,
  asked: Asked<"SendMessage">,
  { caller, begun }: { caller: Caller; begun: Begun },
): Promise<Accepted> {
  const { services, sessions } = context;
  const { world, keyring } = services;
  if (Buffer.byteLength(asked.message) > MAX_MESSAGE_BYTES) {
    throw new JameyError("too_large", `A message holds at most ${MAX_MESSAGE_BYTES} bytes.`);
  }
  if (!services.catalog.current(asked.po_name)) throw unknownObject(asked.po_name, services);
  await requireSettings(asked, caller, services);
  const create =
    asked.session_id === null
      ? newSession({ ...begun, po_name: asked.po_name, caller, services })
      : null;
  const session_id = asked.session_id ?? create?.session_id ?? "";
  if (!create) requireOwnSession(context, session_id, asked.po_name);
  await requireWorkflow(context, asked, create);
  const default_model = await defaultModel(asked, caller, services);
  requireImages(asked, default_model, services);
  const attachments = await keepAttachments(session_id, asked.attachments, services);
  services.log.info("Processing message for session", { session: session_id });
  keyring.remember(session_id, caller.variables);
  const message_id = world.newId("m");
  const said = {
    type: "send" as const,
    create,
    turn_id: world.newId("t"),
    message_id,
    message_key: asked.message_key,
    content: asked.message,
    attachments,
    delivery: asked.delivery,
    source: caller.source,
    settings: allowedSettings(asked, caller, services),
    default_model,
  };
  const from = { caller: callerName(caller), causation_id: null };
  const begin = create ? sessions.create : sessions.take;
  const { happened, seq } = await begin(session_id, said, from);
  const queued = happened.find((event) => event.type === "MessageQueued");
  if (!queued) throw new JameyError("internal", "The message was not queued.");
  if (!caller.isHuman) {
    services.places.letIn({ session_id, turn_id: queued.payload.turn_id });
  }
  const warnings = objectWarnings(asked.po_name, services);
  return { session_id, turn_id: queued.payload.turn_id, message_id, seq, warnings };
}

/** A session that answers a call speaks with its caller alone. */
function requireOwnSession(context: HandlerContext, session_id: string, po_name: string): void {
  requireSession(context, session_id, po_name);
  const root = context.views.findSession(session_id)?.root_session_id;
  if (root === session_id) return;
  const message = `The session ${session_id} answers a call in ${root}: fork it to go on from there.`;
  throw new JameyError("session_mismatch", message, { details: { root_session_id: root } });
}

/** A workflow that cannot run is said before the message is kept. */
async function requireWorkflow(
  { services, views }: HandlerContext,
  { session_id, po_name, settings }: Asked<"SendMessage">,
  create: NewSession | null,
): Promise<void> {
  const mode = settings.mode ?? create?.agent_mode;
  const definition = services.catalog.get(po_name);
  if (mode !== "workflow" || !definition) return;
  const there = session_id === null ? undefined : views.getSession(session_id);
  const metadata = create?.metadata ?? there?.metadata ?? {};
  await chosenWorkflow({ mode, metadata, definition }, services.workflows);
}

/**
 * The model that the caller works with, or what stands in where nobody names one: chosen now, with the
 * caller's keys, so that a restart cannot make it another. null leaves it to the object and settings.
 */
async function defaultModel(
  asked: Asked<"SendMessage">,
  caller: Caller,
  { catalog, config, models, keyring }: Services,
): Promise<string | null> {
  if (asked.settings.model) return null;
  if (caller.isHuman && caller.variables.JAMEY_MODEL) return caller.variables.JAMEY_MODEL;
  if (catalog.get(asked.po_name)?.model || config.model) return null;
  const { JAMEY_MODEL: _, ...keys } = caller.variables;
  return (await models.choose(keyring.forVariables(keys))).name;
}

/** An image for a model that reads only text would be paid for and dropped, or refused later. */
function requireImages(
  { settings, po_name, attachments }: Asked<"SendMessage">,
  default_model: string | null,
  { catalog, config, models }: Services,
): void {
  if (attachments.length === 0) return;
  const model = settings.model || default_model || catalog.get(po_name)?.model || config.model;
  if (!model || models.mayTakeImages(model)) return;
  const message = `${model} reads text only, and the message has an image. Choose another model (--model).`;
  throw new JameyError("bad_data", message, { details: { model } });
}

async function keepAttachments(
  session_id: string,
  given: Asked<"SendMessage">["attachments"],
  { sessionFiles }: Services,
): Promise<Attachment[]> {
  const kept: Attachment[] = [];
  let total = 0;
  for (const { media_type, data, name } of given) {
    if (!IMAGE_TYPES.includes(media_type)) {
      const message = `Attachments are images (${IMAGE_TYPES.join(", ")}), not '${media_type}'.`;
      throw new JameyError("bad_data", message);
    }
    const bytes = Buffer.from(data, "base64");
    if (bytes.length === 0) throw new JameyError("bad_data", "An attachment is empty.");
    total += bytes.length;
    if (total > MAX_ATTACHMENTS_BYTES) {
      const message = `The attachments of one message hold at most ${MAX_ATTACHMENTS_BYTES} bytes.`;
      throw new JameyError("too_large", message);
    }
    const sha256 = await sessionFiles.keepAttachment(session_id, bytes);
    kept.push({ media_type, bytes: bytes.length, sha256, name });
  }
  return kept;
}
