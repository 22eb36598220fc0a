// Bytes of a process → lines of text, and the end of what it says on stderr. Both bounded.

/** One line of a program that speaks in lines. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** What of stderr is kept: its end. */
const MAX_ERROR_BYTES = 8 * 1024;

/** Lines without their end; empty ones left out. Throws where one has no end. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  max_bytes = MAX_LINE_BYTES,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  const take = (): string => {
    const text = new TextDecoder().decode(Buffer.concat(parts)).replace(/\r$/, "");
    parts = [];
    held = 0;
    return text;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      parts.push(chunk.subarray(from, at));
      from = at + 1;
      const line = take();
      if (line !== "") yield line;
    }
    held += chunk.length - from;
    if (held > max_bytes) throw new Error(`it wrote a line longer than ${max_bytes} bytes`);
    if (from < chunk.length) parts.push(chunk.slice(from));
  }
  const rest = take();
  if (rest !== "") yield rest;
}

export interface Tail {
  /** Resolves when the stream has ended. */
  read(chunks: AsyncIterable<Uint8Array>, heard?: (text: string) => void): Promise<void>;
  text(): string;
}

/** Keeps the end of a stream. */
export function createTail(max_bytes = MAX_ERROR_BYTES): Tail {
  let held: Uint8Array = new Uint8Array(0);
  return {
    async read(chunks, heard) {
      const decoder = new TextDecoder();
      for await (const chunk of chunks) {
        const end = chunk.subarray(-max_bytes);
        held = Buffer.concat([held, end]).subarray(-max_bytes);
        heard?.(decoder.decode(end, { stream: true }));
      }
    },
    text: () => new TextDecoder().decode(held).trim(),
  };
}
