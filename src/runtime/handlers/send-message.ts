// SendMessage: admitted, committed, acknowledged; then it runs. The same key is the same message.
import type { NewSession } from "../../core/session/inputs.ts";
import type { PermissionRule } from "../../protocol/agents.ts";
import type { Asked, Reply } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_ATTACHMENTS_BYTES, MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import type { AgentMode, Attachment, Json } from "../../protocol/messages.ts";
import { type Caller, callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { Services } from "../services.ts";
import type { HandlerContext } from "./index.ts";

type Accepted = Reply<"SendMessage">;

const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export function createSendMessage(context: HandlerContext): Handlers["SendMessage"] {
  const { views } = context;
  /** Sends under a key that are not yet in the views. */
  const underway = new Map<string, Promise<Accepted>>();

  return async (asked, caller) => {
    const key = asked.message_key;
    if (key === null) return await send(context, asked, caller);
    const accepted = views.findMessageKey(key);
    if (accepted) {
      const { session_id, turn_id, message_id, seq } = accepted;
      context.services.keyring.remember(session_id, caller.variables);
      return { session_id, turn_id, message_id, seq };
    }
    const sending = underway.get(key) ?? send(context, asked, caller);
    underway.set(key, sending);
    try {
      return await sending;
    } finally {
      underway.delete(key);
    }
  };
}

async function send(
  context: HandlerContext,
  asked: Asked<"SendMessage">,
  caller: Caller,
): Promise<Accepted> {
  const { services, sessions } = context;
  const { world, keyring } = services;
  if (Buffer.byteLength(asked.message) > MAX_MESSAGE_BYTES) {
    throw new JameyError("too_large", `A message holds at most ${MAX_MESSAGE_BYTES} bytes.`);
  }
  if (!services.catalog.refresh(asked.po_name)) throw unknownObject(asked.po_name, services);
  const attachments = await keepAttachments(asked.attachments, services);
  const create =
    asked.session_id === null
      ? newSession({ po_name: asked.po_name, name: null, caller, services })
      : null;
  const session_id = asked.session_id ?? create?.session_id ?? "";
  if (!create) requireSession(context, session_id, asked.po_name);
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
    settings: {
      ...asked.settings,
      rules: allowedRules(asked.settings.rules, caller),
      model: await chosenModel(asked, caller, services),
    },
  };
  const from = { caller: callerName(caller), causation_id: null };
  const begin = create ? sessions.create : sessions.take;
  const { happened, seq } = await begin(session_id, said, from);
  const queued = happened.find((event) => event.type === "MessageQueued");
  if (!queued) throw new JameyError("internal", "The message was not queued.");
  return { session_id, turn_id: queued.payload.turn_id, message_id, seq };
}

/** The session is there and the object's own. */
export function requireSession(
  { views }: Pick<HandlerContext, "views">,
  session_id: string,
  po_name: string,
): void {
  const found = views.findSession(session_id);
  if (!found) throw sessionNotFound(session_id);
  if (found.po_name === po_name) return;
  const message = `The session ${session_id} belongs to '${found.po_name}', not '${po_name}'.`;
  throw new JameyError("session_mismatch", message);
}

export const sessionNotFound = (session_id: string): JameyError =>
  new JameyError("session_not_found", `Session not found: ${session_id}`);

/**
 * The model that the caller wants, or what stands in where nobody names one: chosen now, with the
 * caller's keys, so that a restart cannot make it another. null leaves it to the object and settings.
 */
async function chosenModel(
  asked: Asked<"SendMessage">,
  caller: Caller,
  { catalog, config, models, keyring }: Services,
): Promise<string | null> {
  const named = asked.settings.model ?? caller.variables.JAMEY_MODEL;
  if (named) return named;
  if (catalog.get(asked.po_name)?.model || config.model) return null;
  return (await models.choose(keyring.forVariables(caller.variables))).name;
}

/** Humans may allow; what an agent's process sends can only narrow. */
function allowedRules(rules: PermissionRule[], caller: Caller): PermissionRule[] {
  return caller.isHuman ? rules : rules.filter((rule) => rule.action !== "allow");
}

export function newSession(options: {
  po_name: string;
  name: string | null;
  caller: Caller;
  services: Services;
  agent_mode?: AgentMode;
  context?: Record<string, string>;
  metadata?: Record<string, Json>;
}): NewSession {
  const { po_name, caller, services } = options;
  if (!services.catalog.refresh(po_name)) throw unknownObject(po_name, services);
  return {
    session_id: crypto.randomUUID(),
    po_name,
    source: caller.source,
    name: options.name,
    agent_mode: options.agent_mode ?? "single",
    workspace: caller.workspace,
    context: options.context ?? {},
    metadata: options.metadata ?? {},
  };
}

export function unknownObject(po_name: string, { catalog }: Services): JameyError {
  const names = catalog.list().map((one) => one.name);
  const problem = [...catalog.problems().values()].find((text) => text.includes(`${po_name}.md`));
  const why = problem ? ` ${problem}` : ` There are: ${names.join(", ") || "none"}.`;
  return new JameyError("po_not_found", `PO not found: '${po_name}'.${why}`, {
    details: { po_name, known: names },
  });
}

async function keepAttachments(
  given: Asked<"SendMessage">["attachments"],
  { blobs }: Services,
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
    kept.push({ media_type, bytes: bytes.length, sha256: await blobs.put(bytes), name });
  }
  return kept;
}
