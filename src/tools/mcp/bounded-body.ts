// The body of an HTTP answer, bounded as a line of stdio is: one that is gathered in all, of a stream of events each
// event. Counted as it is read, which is after it was unpacked.
import { MAX_LINE_BYTES } from "../external/lines.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What a body is counted by: it may turn out later that even a stream of events is gathered. */
export interface Counting {
  isGathered: boolean;
}

/** Throws where it is too long, after it has told `refused` why; nothing of it is read after that. */
export async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  counting: Readonly<Counting>,
  refused: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  const eventBytes = createEventCount();
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const held = counting.isGathered ? bytes : eventBytes(chunk);
    if (held > MAX_LINE_BYTES) {
      const what = counting.isGathered ? "an answer" : "an event";
      const why = `it sent ${what} longer than ${MAX_LINE_BYTES} bytes`;
      refused(why);
      throw new Error(why);
    }
    yield chunk;
  }
}

/** Bytes of the longest event that ended in a chunk, or goes on after it: an empty line ends one. */
function createEventCount(): (chunk: Uint8Array) => number {
  let held = 0;
  let isLineEmpty = true;
  let last = 0;
  return (chunk) => {
    let longest = 0;
    // By index: an iterator over bytes takes ten times as long.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      held += 1;
      const isPair = byte === LINE_FEED && last === CARRIAGE_RETURN;
      const isEnd = byte === LINE_FEED || byte === CARRIAGE_RETURN;
      last = byte;
      // The second half of a line's end says nothing new.
      if (isPair) continue;
      if (isEnd && isLineEmpty) {
        longest = Math.max(longest, held);
        held = 0;
      }
      isLineEmpty = isEnd;
    }
    return Math.max(longest, held);
  };
}
