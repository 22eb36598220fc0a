// ExportSession: one session as a document that ImportSession takes, or as Markdown to read.
import { JameyError } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES, MAX_IMPORTED_MESSAGES, MAX_LIST_LENGTH } from "../../protocol/limits.ts";
import type { Message, SessionDocument, SessionView } from "../../protocol/messages.ts";
import type { Handlers } from "../handle.ts";
import type { Services } from "../services.ts";
import type { Views } from "../store/views/index.ts";
import { markdownOf } from "./export-markdown.ts";
import { sessionNotFound } from "./new-session.ts";

/** A document as JSON text, in bytes: it travels back as one frame, with room for what goes around it. */
export const MAX_DOCUMENT_BYTES = MAX_FRAME_BYTES - 64 * 1024;

/** What it takes to write a document: a daemon has it, and so has who carries a whole environment. */
export interface ExportContext {
  views: Pick<Views, "getSession" | "getRun" | "sharedData" | "descendants">;
  services: Pick<Services, "log" | "sessionFiles"> & { world: Pick<Services["world"], "now"> };
}

export function createExportSession(context: ExportContext): Handlers["ExportSession"] {
  const { views, services } = context;

  function modelOf(turn_id: string): string | null {
    const run = views.getRun(turn_id);
    return run === undefined || run === "open" ? null : run.model;
  }

  return async ({ session_id, format }) => {
    const session = views.getSession(session_id);
    if (!session) throw sessionNotFound(session_id);
    if (format === "markdown") {
      const text = bounded(session, markdownOf(session, modelOf, calledBelow(session_id, views)));
      return { format, media_type: "text/markdown", text };
    }
    const document = await documentOf(session, context);
    const text = bounded(session, `${JSON.stringify(document, null, 2)}\n`);
    services.log.info("Session exported", { session: session_id });
    return { format, media_type: "application/json", text };
  };
}

async function documentOf(
  session: SessionView,
  { services, views }: ExportContext,
): Promise<SessionDocument> {
  const { session_id, conversation } = session;
  if (conversation.length > MAX_IMPORTED_MESSAGES) {
    throw tooLarge(session, `more than ${MAX_IMPORTED_MESSAGES} messages`);
  }
  const { po_name, name, agent_mode, created_at, session_state, metadata } = session;
  return {
    format: "jamey-session",
    format_version: 1,
    exported_at: services.world.now(),
    session: { session_id, po_name, name, agent_mode, created_at, session_state, metadata },
    messages: conversation.map(portable),
    attachments: await bytesOf(session, services),
    shared_data: views.sharedData(session_id),
    delegations: delegationsOf(session, views),
  };
}

/** The sessions that answered calls below this one, by the ids of those calls. */
function calledBelow(
  session_id: string,
  views: Pick<Views, "getSession" | "descendants">,
): ReadonlyMap<string, SessionView> {
  const ids = views.descendants(session_id).toReversed();
  const found = ids.map((id) => views.getSession(id)).filter((one) => one !== undefined);
  return new Map(found.map((one) => [one.parent?.call_id ?? "", one]));
}

function delegationsOf(
  session: SessionView,
  views: Pick<Views, "getSession" | "descendants">,
): SessionDocument["delegations"] {
  const below = [...calledBelow(session.session_id, views)];
  if (below.length > MAX_LIST_LENGTH) {
    throw tooLarge(session, `more than ${MAX_LIST_LENGTH} calls of other objects`);
  }
  return below.map(([call_id, { session_id, po_name, parent, conversation }]) => ({
    call_id,
    parent_session_id: parent?.session_id ?? "",
    session_id,
    po_name,
    messages: conversation.map(portable),
  }));
}

/** Without what means something only here: its turn, and what a vendor wants back from this very jamey. */
function portable(message: Message): Message {
  const { reasoning } = message;
  return { ...message, turn_id: null, reasoning: reasoning && { ...reasoning, opaque: null } };
}

async function bytesOf(
  session: SessionView,
  { sessionFiles }: ExportContext["services"],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  let length = 0;
  for (const { sha256 } of session.conversation.flatMap((message) => message.attachments)) {
    if (Object.hasOwn(found, sha256)) continue;
    const bytes = await sessionFiles.readAttachment(session.session_id, sha256);
    if (!bytes) continue;
    const text = Buffer.from(bytes).toString("base64");
    length += text.length;
    if (length > MAX_DOCUMENT_BYTES) throw tooLarge(session, "larger attachments");
    found[sha256] = text;
  }
  return found;
}

/** As it travels: a text within JSON, where quotes count twice. */
function bounded(session: SessionView, text: string): string {
  const bytes = Buffer.byteLength(JSON.stringify(text));
  if (bytes <= MAX_DOCUMENT_BYTES) return text;
  throw tooLarge(session, `${bytes} bytes`);
}

function tooLarge({ session_id }: SessionView, what: string): JameyError {
  const message = `The session ${session_id} has ${what}; a document holds up to ${MAX_DOCUMENT_BYTES} bytes. Fork it at an earlier message and export the fork, or export it as Markdown, which has no attachments.`;
  return new JameyError("too_large", message, { details: { max_bytes: MAX_DOCUMENT_BYTES } });
}
