// Writes a compressed tar file, member by member: a file of any size passes through bounded memory. The file
// appears under its name when it is whole and on the disk.
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { BLOCK_BYTES, encodeHeader, paddingOf } from "./tar-format.ts";

/** What goes into an archive: a folder, a file as it lies on the disk, or a text. */
export interface Source {
  name: string;
  from: { file: string } | { text: string } | "folder";
}

/** Gives the SHA-256 of every member, as it was written. */
export async function writeTar(
  file: string,
  sources: readonly Source[],
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const partial = join(dirname(file), `.${basename(file)}.${crypto.randomUUID()}`);
  try {
    const target = createWriteStream(partial, { flags: "wx", mode: 0o600 });
    await pipeline(Readable.from(blocksOf(sources, hashes)), createGzip(), target);
    const handle = await open(partial, "r");
    await handle.sync().finally(() => handle.close());
    renameSync(partial, file);
    return hashes;
  } catch (cause) {
    rmSync(partial, { force: true });
    if (cause instanceof JameyError) throw cause;
    const message = `${file} could not be written (${messageOf(cause)}). Nothing was changed.`;
    throw new JameyError("storage_failed", message, { cause });
  }
}

async function* blocksOf(sources: readonly Source[], hashes: Map<string, string>) {
  for (const { name, from } of sources) {
    if (from === "folder") {
      yield* encodeHeader({ name: `${name}/`, type: "folder", size: 0, isExecutable: true });
      continue;
    }
    const content = "text" in from ? textContent(from.text) : fileContent(from.file);
    const { size, isExecutable } = content;
    yield* encodeHeader({ name, type: "file", size, isExecutable });
    const hasher = new Bun.CryptoHasher("sha256");
    let written = 0;
    for await (const chunk of content.chunks) {
      written += chunk.length;
      hasher.update(chunk);
      yield chunk;
    }
    // A header that lies would take the next members along.
    if (written !== size) {
      throw new JameyError("conflict", `${name} changed while it was read: try again.`);
    }
    yield Buffer.alloc(paddingOf(size));
    hashes.set(name, hasher.digest("hex"));
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

interface Content {
  size: number;
  isExecutable: boolean;
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
}

function textContent(text: string): Content {
  const bytes = Buffer.from(text);
  return { size: bytes.length, isExecutable: false, chunks: [bytes] };
}

function fileContent(file: string): Content {
  const { size, mode } = statSync(file);
  // Never beyond the size that the header says: what grows is found out by the next look.
  const chunks = size === 0 ? [] : createReadStream(file, { end: size - 1 });
  return { size, isExecutable: (mode & 0o100) !== 0, chunks };
}
