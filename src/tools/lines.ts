// Bytes in pieces → lines of text in batches; memory is bounded by the longest line that is kept.

export interface Line {
  text: string;
  /** UTF-16 units of the line that were not kept. */
  cut: number;
}

/** A byte that no text holds, near the start. */
const BINARY_PROBE_BYTES = 8192;

export function looksBinary(start: Uint8Array): boolean {
  return start.subarray(0, BINARY_PROBE_BYTES).includes(0);
}

/** Lines without their ends (LF or CRLF) and without a byte order mark. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineUnits: number,
): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder();
  let open: Line = { text: "", cut: 0 };
  let hasOpen = false;
  const extend = (line: Line, text: string) => {
    const kept = text.slice(0, maxLineUnits - line.text.length);
    return { text: line.text + kept, cut: line.cut + text.length - kept.length };
  };
  const closed = (line: Line) => ({
    text: line.text.endsWith("\r") && line.cut === 0 ? line.text.slice(0, -1) : line.text,
    cut: line.cut,
  });
  for await (const chunk of chunks) {
    const batch: Line[] = [];
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      batch.push(closed(extend(open, text.slice(from, end))));
      open = { text: "", cut: 0 };
      from = end + 1;
    }
    open = extend(open, text.slice(from));
    hasOpen = from < text.length || (hasOpen && from === 0);
    if (batch.length > 0) yield batch;
  }
  const rest = decoder.decode();
  if (hasOpen || rest !== "") yield [closed(extend(open, rest))];
}
