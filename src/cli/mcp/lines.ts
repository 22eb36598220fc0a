// Lines of stdin as they come, each of bounded length (in UTF-16 units).
import { JameyError } from "../../protocol/errors.ts";

export async function* readLines(
  input: ReadableStream<Uint8Array>,
  maxLength: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const bytes of input) {
    const [first = "", ...more] = decoder.decode(bytes, { stream: true }).split("\n");
    parts.push(first);
    length += first.length;
    if (length > maxLength) throw tooLong(maxLength);
    if (more.length === 0) continue;
    yield parts.join("");
    const last = more.pop() ?? "";
    yield* more;
    parts = [last];
    length = last.length;
  }
  if (length > 0) yield parts.join("");
}

const tooLong = (maxLength: number) =>
  new JameyError(
    "too_large",
    `A line on stdin is longer than ${maxLength} characters: it is no message.`,
  );
