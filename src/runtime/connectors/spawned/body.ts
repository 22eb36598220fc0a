// The bodies of requests while they come: how large one may be, how long it may take, how many come at once. Whoever
// sends half a body keeps nobody else from a page.
import type { SpawnedAnswer } from "../../spawned-port.ts";
import { refused } from "./response.ts";

/** Of one request; what the model reads costs. */
export const MAX_BODY_BYTES = 256 * 1024;
/** From the head of a request to the end of its body. Milliseconds. */
export const BODY_TIMEOUT_MS = 10_000;
/** Of one server at once; for a further one the body is given up that has been coming for the longest. */
export const MAX_COMING = 64;

export type ReadBody = (request: Request) => Promise<string | SpawnedAnswer>;

export function createBodies(timeoutMs: number): ReadBody {
  const coming = new Set<() => void>();
  return async (request) => {
    if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return large;
    if (!request.body) return "";
    const reader = request.body.getReader();
    let isGivenUp = false;
    const giveUp = () => {
      isGivenUp = true;
      coming.delete(giveUp);
      // Its end is read then; one that broke off before has nothing to cancel.
      reader.cancel().catch(() => undefined);
    };
    const [longest] = coming;
    if (coming.size >= MAX_COMING) longest?.();
    coming.add(giveUp);
    const timer = setTimeout(giveUp, timeoutMs);
    try {
      const body = await readAll(reader);
      return isGivenUp ? late : body;
    } finally {
      clearTimeout(timer);
      coming.delete(giveUp);
    }
  };
}

async function readAll(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
): Promise<string | SpawnedAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MAX_BODY_BYTES) return large;
    chunks.push(part.value);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (_notText) {
    return refused(400, "The body is not UTF-8.");
  }
}

const large = refused(413, `A body has at most ${MAX_BODY_BYTES} bytes.`);
const late = refused(408, "The body did not come in time.");
