// A key stands for one message: given with another one it is a mistake of the caller, who would take the first
// answer for the second's.
import type { Asked } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Attachment } from "../../protocol/messages.ts";
import type { HandlerContext } from "./index.ts";

/** What was accepted under the key. */
type Accepted = NonNullable<ReturnType<HandlerContext["views"]["findMessageKey"]>>;

/** Throws where the message that was accepted under this key is another one. */
export function requireSameMessage(
  asked: Asked<"SendMessage">,
  { session_id, message_id, seq }: Accepted,
  { journal, views, services }: Pick<HandlerContext, "journal" | "views" | "services">,
): void {
  // An object has another name after a while: only one that is there is another one.
  const isOther =
    asked.po_name !== views.findSession(session_id)?.po_name &&
    services.catalog.get(asked.po_name) !== undefined;
  if (isOther || (asked.session_id ?? session_id) !== session_id) throw another(asked);
  const filter = { types: ["MessageQueued" as const], session_id };
  const [row] = journal.read(seq - 1, filter, { rows: 1, bytes: 0 }).rows;
  // Deleted meanwhile, it can be compared with nothing.
  if (row?.type !== "MessageQueued" || row.payload.message_id !== message_id) return;
  const { content, attachments } = row.payload;
  const isSame = content === asked.message && haveSameBytes(attachments, asked, services);
  if (!isSame) throw another(asked);
}

/** The same for two that are sent at once. */
export function requireSameSending(first: Asked<"SendMessage">, asked: Asked<"SendMessage">): void {
  if (!Bun.deepEquals(saidIn(first), saidIn(asked))) throw another(asked);
}

const saidIn = ({ po_name, session_id, message, attachments }: Asked<"SendMessage">) => ({
  po_name,
  session_id,
  message,
  attachments,
});

function haveSameBytes(
  kept: readonly Attachment[],
  { attachments }: Asked<"SendMessage">,
  { world }: HandlerContext["services"],
): boolean {
  const hashes = attachments.map(({ data }) => world.hash(Buffer.from(data, "base64")));
  return Bun.deepEquals(
    kept.map((one) => one.sha256),
    hashes,
  );
}

function another({ message_key }: Asked<"SendMessage">): JameyError {
  const message = `The key '${message_key}' stands for another message, which was accepted before: give each message a key of its own.`;
  return new JameyError("already_exists", message, { details: { message_key } });
}
