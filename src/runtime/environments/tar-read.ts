// Reads a compressed tar file that may be anybody's: bounded in every respect, its names plain paths beneath
// one folder, every member a file or a folder and there once. Rules:
// 1. Nothing is made outside of the fresh folder that the caller gives, and nothing in it is followed.
// 2. Any fault refuses the whole file.
import { closeSync, createReadStream, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createGunzip } from "node:zlib";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { BLOCK_BYTES, damaged, type Header, paddingOf, readHeader, readPax } from "./tar-format.ts";

export interface ReadLimits {
  members: number;
  /** Of one member, and of all together, unpacked. */
  memberBytes: number;
  totalBytes: number;
  /** Unpacked bytes for one packed byte; not asked below a size that harms nobody. */
  ratio: number;
}

/** Of a name, in bytes, and in folders. */
const MAX_NAME_BYTES = 1_000;
const MAX_NAME_DEPTH = 32;
const MAX_PAX_BYTES = 64 * 1024;
/** Below this no ratio is asked: a file of zeros packs well. */
const RATIO_FROM_BYTES = 8 * 1024 * 1024;
/** Control characters, those that turn text around, and the other slash. */
const ODD_CHARACTER = /[\p{Cc}\u202a-\u202e\u2066-\u2069\\]/u;

export interface ReadMember {
  name: string;
  type: "file" | "folder";
  size: number;
  /** SHA-256 of the content; undefined for a folder. */
  hash: string | undefined;
}

/** Where a member goes: into a file of that path, or nowhere. */
export type Place = (member: { name: string; type: "file" | "folder" }) => string | undefined;

export async function readTar(
  file: string,
  options: { limits: ReadLimits; place: Place },
): Promise<ReadMember[]> {
  const { limits, place } = options;
  const reader = openReader(file, limits);
  const members: ReadMember[] = [];
  const seen = new Set<string>();
  try {
    for (;;) {
      const header = await nextHeader(reader);
      if (!header) break;
      const name = checkedName(header);
      const type = header.type === "folder" ? "folder" : "file";
      // Of a folder that is named twice nothing is lost.
      if (type === "file" && seen.has(name)) throw damaged(`'${name}' is in it twice`);
      seen.add(name);
      if (seen.size > limits.members) throw tooMuch(`more than ${limits.members} members`);
      if (header.size > limits.memberBytes) {
        throw tooMuch(`'${name}', a member of more than ${limits.memberBytes} bytes`);
      }
      if (name === "") continue;
      const target = place({ name, type });
      if (type === "folder" && target !== undefined) makeFolder(target);
      const hash = await takeContent(reader, header, type === "file" ? target : undefined);
      members.push({ name, type, size: header.size, hash: type === "file" ? hash : undefined });
    }
    return members;
  } catch (cause) {
    if (cause instanceof JameyError) throw cause;
    throw damaged(messageOf(cause), cause);
  } finally {
    reader.close();
  }
}

/** The next file or folder, with what the pax header before it says; undefined at the end. */
async function nextHeader(reader: Reader): Promise<Header | undefined> {
  let said: ReturnType<typeof readPax> = {};
  for (;;) {
    const header = readHeader(await reader.take(BLOCK_BYTES));
    if (!header) return undefined;
    if (header.type === "file" || header.type === "folder") return { ...header, ...said };
    if (header.size > MAX_PAX_BYTES) throw damaged("a pax header is too long");
    const bytes = await reader.take(header.size);
    await reader.take(paddingOf(header.size));
    if (header.type === "pax") said = readPax(bytes);
  }
}

/** Without a leading `./` and the slash of a folder; empty for the folder that holds all. */
function checkedName({ name: given, type }: Header): string {
  const name = given.replace(/^(?:\.\/)+/, "").replace(type === "folder" ? /\/+$/ : /$^/, "");
  if (type === "folder" && (name === "." || name === "")) return "";
  const parts = name.split("/");
  const wrong =
    (Buffer.byteLength(name) > MAX_NAME_BYTES && "is too long") ||
    (parts.length > MAX_NAME_DEPTH && "lies too deep") ||
    (name.startsWith("/") && "is an absolute path") ||
    (parts.includes("..") && "leads out of its folder") ||
    (ODD_CHARACTER.test(name) && "has characters that no name has") ||
    (parts.some((part) => part === "" || part === ".") && "is no plain path");
  if (wrong) throw damaged(`the name ${JSON.stringify(name.slice(0, 200))} ${wrong}`);
  return name;
}

async function takeContent(
  reader: Reader,
  header: Header,
  target: string | undefined,
): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const file = target === undefined ? undefined : openNew(target, header);
  try {
    for (let left = header.size; left > 0; ) {
      const chunk = await reader.some(left);
      hasher.update(chunk);
      for (let at = 0; file !== undefined && at < chunk.length; ) {
        at += writeSync(file, chunk, at);
      }
      left -= chunk.length;
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
  await reader.take(paddingOf(header.size));
  return hasher.digest("hex");
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Never one that is there, not even through a link: on some systems two names are one file. */
function openNew(target: string, { name, isExecutable }: Header): number {
  try {
    makeFolder(dirname(target));
    return openSync(target, "wx", isExecutable ? 0o700 : 0o600);
  } catch (cause) {
    throw damaged(`'${name}' has no place of its own (${messageOf(cause)})`, cause);
  }
}

interface Reader {
  /** Exactly so many bytes. */
  take(count: number): Promise<Uint8Array>;
  /** At least one byte, at most so many. */
  some(most: number): Promise<Uint8Array>;
  close(): void;
}

function openReader(file: string, limits: ReadLimits): Reader {
  const packed = packedSize(file);
  const source = createReadStream(file);
  const gunzip = source.pipe(createGunzip());
  source.on("error", (error) => gunzip.destroy(error));
  const chunks: AsyncIterator<Uint8Array> = gunzip[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  let unpacked = 0;

  async function fill(): Promise<void> {
    const next = await chunks.next();
    if (next.done) throw damaged("it ends too early");
    held = next.value;
    unpacked += held.length;
    if (unpacked > limits.totalBytes) throw tooMuch(`more than ${limits.totalBytes} bytes`);
    if (unpacked > RATIO_FROM_BYTES && unpacked > packed * limits.ratio) {
      throw tooMuch(`more than ${limits.ratio} times the bytes of the file`);
    }
  }

  async function some(most: number): Promise<Uint8Array> {
    while (held.length === 0) await fill();
    const given = held.subarray(0, most);
    held = held.subarray(given.length);
    return given;
  }

  return {
    some,
    async take(count) {
      const taken = new Uint8Array(count);
      for (let at = 0; at < count; ) {
        const chunk = await some(count - at);
        taken.set(chunk, at);
        at += chunk.length;
      }
      return taken;
    },
    close() {
      gunzip.destroy();
      source.destroy();
    },
  };
}

function packedSize(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile()) return found.size;
  const message = `Cannot read ${file}: ${found ? "it is no file" : "it does not exist"}.`;
  throw new JameyError("input_missing", message);
}

function tooMuch(what: string): JameyError {
  const message = `The archive holds ${what}: it was not taken, and nothing was made of it.`;
  return new JameyError("too_large", message);
}
