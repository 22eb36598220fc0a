// ImportSession: a session that begins with the conversation of a document. The document is somebody
// else's: it is taken whole or refused whole, and nothing in it is sent to a vendor as the vendor's own.
import { copyHistory } from "../../core/session/copied-history.ts";
import { dataRefusal, withData } from "../../core/session/shared-data.ts";
import type { Asked } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import { IMAGE_TYPES, MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES } from "../../protocol/limits.ts";
import type { Message, SessionDocument } from "../../protocol/messages.ts";
import type { Handlers } from "../handle.ts";
import type { Services } from "../services.ts";
import type { BeginSession } from "./begin-session.ts";
import { newSession } from "./new-session.ts";

/** What a daemon has, and who takes in a whole environment. */
type ImportServices = Pick<Services, "catalog" | "sessionFiles"> & {
  world: Pick<Services["world"], "hash" | "newId">;
};

export function createImportSession(
  { services }: { services: ImportServices },
  begin: BeginSession,
): Handlers["ImportSession"] {
  const { world, sessionFiles, catalog } = services;

  function objectOf({ document, po_name }: Asked<"ImportSession">): string {
    const wanted = po_name ?? document.session.po_name;
    if (po_name !== null || catalog.refresh(wanted)) return wanted;
    const known = catalog.list().map((one) => one.name);
    const message = `The document is a session of '${wanted}', and there is no such object (PO not found): name the one to import it for (po_name, --object). There are: ${known.join(", ") || "none"}.`;
    throw new JameyError("po_not_found", message, { details: { po_name: wanted, known } });
  }

  return async (asked, caller) => {
    const { document } = asked;
    for (const [index, message] of document.messages.entries()) checkMessage(message, index);
    checkData(document);
    const files = readAttachments(document, world.hash);
    const { agent_mode, metadata, session_state } = document.session;
    const po_name = objectOf(asked);
    const name = asked.name ?? document.session.name;
    const like = { po_name, name, agent_mode, metadata, context: session_state.context };
    return await begin({
      caller,
      chosen_id: null,
      ephemeral: false,
      mismatch: () => undefined,
      async make(session_id) {
        const session = newSession({ ...like, session_id, caller, services });
        for (const bytes of files) await sessionFiles.keepAttachment(session_id, bytes);
        const { messages } = document;
        const history = copyHistory({ messages, compactions: [], newId: world.newId });
        return { session, history: { ...history, data: document.shared_data } };
      },
    });
  };
}

/** Fields where no conversation of ours has them. */
function checkMessage(message: Message, index: number): void {
  const { role, tool_calls, tool_call_id, attachments, reasoning } = message;
  const wrong = [
    role === "system" && "its role is 'system', which no conversation has",
    role !== "assistant" && tool_calls.length > 0 && `a message of role '${role}' has tool_calls`,
    role !== "assistant" && reasoning && `a message of role '${role}' has reasoning`,
    role !== "user" && attachments.length > 0 && `a message of role '${role}' has attachments`,
    (role === "tool") !== (tool_call_id !== null) && "tool_call_id belongs to the role 'tool'",
    reasoning?.opaque && "reasoning.opaque is a vendor's own and no part of a document",
    attachments.length > MAX_ATTACHMENTS && `it has more than ${MAX_ATTACHMENTS} attachments`,
    attachments.reduce((sum, one) => sum + one.bytes, 0) > MAX_ATTACHMENTS_BYTES &&
      `its attachments have more than ${MAX_ATTACHMENTS_BYTES} bytes`,
    attachments.some((one) => !IMAGE_TYPES.includes(one.media_type)) &&
      `attachments are images (${IMAGE_TYPES.join(", ")})`,
    attachments.some((one) => !/^[0-9a-f]{64}$/.test(one.sha256)) &&
      "the sha256 of an attachment is no SHA-256 in hex",
  ].find((problem) => typeof problem === "string");
  if (wrong) throw refused(`messages[${index}]: ${wrong}`, { index });
}

/** As objects could have stored it, one after another. */
function checkData({ shared_data }: SessionDocument): void {
  let data: ReturnType<typeof withData> = [];
  for (const [index, entry] of shared_data.entries()) {
    const isTwice = data.some((one) => one.key === entry.key);
    const wrong = isTwice ? "the key is there twice" : dataRefusal({ data }, entry)?.message;
    if (wrong) throw refused(`shared_data[${index}]: ${wrong}`, { index });
    data = withData(data, entry);
  }
}

/** The bytes under their own hash; what the document has no bytes for is no longer kept. */
function readAttachments(
  { messages, attachments }: SessionDocument,
  hash: (bytes: Uint8Array) => string,
): Uint8Array[] {
  const named = new Map(
    messages.flatMap((message) => message.attachments.map((one) => [one.sha256, one.bytes])),
  );
  return Object.entries(attachments).map(([sha256, text]) => {
    const bytes = Buffer.from(text, "base64");
    const wrong =
      (!named.has(sha256) && "no message has it") ||
      (bytes.length !== named.get(sha256) && "it has not the bytes that its message says") ||
      (hash(bytes) !== sha256 && "its bytes have another hash");
    if (wrong) throw refused(`attachments['${sha256.slice(0, 64)}']: ${wrong}`, { sha256 });
    return bytes;
  });
}

function refused(why: string, details: Record<string, unknown>): JameyError {
  const message = `The document was not imported. ${why}.`;
  return new JameyError("bad_data", message, { details });
}
