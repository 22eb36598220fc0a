// The images of a conversation as a model call carries them: read when they are needed, the newest first,
// up to a limit. What is no longer there, or has no room, is said in words: a session outlives its images.
import type { RequestMessage } from "../../core/model.ts";
import { MAX_ATTACHMENTS_BYTES } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/messages.ts";
import type { SessionFiles } from "../session-files.ts";

/** Of all images in one request, decoded; the newest message's always fit. */
const MAX_REQUEST_IMAGE_BYTES = 2 * MAX_ATTACHMENTS_BYTES;

export interface Shown {
  content: string;
  images: RequestMessage["images"];
}

/** For each message its text and images, in the order of the messages. */
export async function showImages(
  messages: readonly Pick<Message, "content" | "attachments">[],
  session_id: string,
  sessionFiles: Pick<SessionFiles, "readAttachment">,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  let left = MAX_REQUEST_IMAGE_BYTES;
  for (const { content, attachments } of messages.toReversed()) {
    const images: Shown["images"] = [];
    const missing: string[] = [];
    for (const { media_type, sha256, bytes, name } of attachments) {
      const label = name ?? media_type;
      if (bytes > left) {
        // Older ones stay out too: what a model sees has no holes.
        left = 0;
        missing.push(`[attachment ${label} is left out: newer images fill the request]`);
        continue;
      }
      const found = await sessionFiles.readAttachment(session_id, sha256);
      if (found) images.push({ media_type, data: Buffer.from(found).toString("base64") });
      else missing.push(`[attachment ${label} is no longer kept]`);
      left -= found?.length ?? 0;
    }
    shown.push({ content: [content, ...missing].filter((text) => text !== "").join("\n"), images });
  }
  return shown.reverse();
}
