// The body of a request: bounded, UTF-8, JSON, whatever content type it says it has.
import { parseJson } from "../../../protocol/decode.ts";
import { JameyError } from "../../../protocol/errors.ts";
import { isObject } from "../../../protocol/json.ts";
import { MAX_FRAME_BYTES } from "../../../protocol/limits.ts";

/**
 * What a listener lets come: more than we read, so that it is we who say what is wrong. Nothing of it is
 * kept that nobody reads.
 */
export const MAX_INCOMING_BYTES = 2 ** 40;

/** An object; nothing at all is an empty one. */
export async function readBody(request: Request): Promise<Record<string, unknown>> {
  const value = (await readJson(request)) ?? {};
  if (isObject(value)) return value;
  throw new JameyError("invalid_request", "The body must be a JSON object.");
}

/** undefined: there is no body. */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBytes(request);
  return bytes.length === 0 ? undefined : parseJson(decoded(bytes));
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const said = request.headers.get("content-length");
  if (Number(said ?? 0) > MAX_FRAME_BYTES) throw tooLarge();
  if (said !== null) return await request.bytes();
  // Only reading it shows how long it is.
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_FRAME_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = () =>
  new JameyError("too_large", `A request has at most ${MAX_FRAME_BYTES} bytes.`);

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new JameyError("invalid_request", "The body is not UTF-8.", { cause });
  }
}
