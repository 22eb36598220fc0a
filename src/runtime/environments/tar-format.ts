// The headers of a tar file (POSIX ustar, with pax records for long names and large files). Pure: bytes in,
// a header out or an error; members that are no plain files or folders have no shape here.
import { JameyError } from "../../protocol/errors.ts";

export const BLOCK_BYTES = 512;
/** What an octal field of eleven digits holds. */
const MAX_OCTAL_BYTES = 8 ** 11 - 1;
const NAME_BYTES = 100;

export interface Header {
  name: string;
  type: "file" | "folder" | "pax" | "skip";
  size: number;
  /** Whoever owns it may run it. */
  isExecutable: boolean;
}

export const paddingOf = (size: number): number =>
  (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;

/** The blocks before a member's content. */
export function encodeHeader(header: Header): Uint8Array[] {
  const isLong = Buffer.byteLength(header.name) > NAME_BYTES || header.size > MAX_OCTAL_BYTES;
  if (!isLong) return [block(header, header.name, header.size)];
  const records = Buffer.from(`${record("path", header.name)}${record("size", header.size)}`);
  const pax = { ...header, type: "pax" as const };
  return [
    block(pax, "pax", records.length),
    Buffer.concat([records, Buffer.alloc(paddingOf(records.length))]),
    block(header, "long", header.size > MAX_OCTAL_BYTES ? 0 : header.size),
  ];
}

/** `length key=value`, where the length counts its own digits. */
function record(key: string, value: string | number): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const length = bytes + String(bytes + String(bytes).length).length;
  return `${length}${rest}`;
}

const TYPES = { file: "0", folder: "5", pax: "x", skip: "g" } as const;

function block({ type, isExecutable }: Header, name: string, size: number): Uint8Array {
  const bytes = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(value.toString(8).padStart(digits, "0"), at, "latin1");
  bytes.write(name, 0);
  octal(isExecutable || type === "folder" ? 0o700 : 0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  bytes.write(TYPES[type], 156, "latin1");
  bytes.write("ustar\u000000", 257, "latin1");
  octal(checksumOf(bytes), 148, 6);
  bytes.write("\0 ", 154, "latin1");
  return bytes;
}

/** undefined for a block of zeros, which ends an archive. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.every((byte) => byte === 0)) return undefined;
  if (octalAt(bytes, 148, 8) !== checksumOf(bytes)) throw damaged("a header has another checksum");
  const type = textAt(bytes, 156, 1);
  const isPosix = textAt(bytes, 257, 5) === "ustar";
  const prefix = isPosix && textAt(bytes, 262, 1) !== " " ? textAt(bytes, 345, 155) : "";
  const name = [prefix, textAt(bytes, 0, NAME_BYTES)].filter(Boolean).join("/");
  const known = kinds[type];
  if (!known) throw damaged(`'${name}' is ${others[type] ?? "of an unknown kind"}`);
  const isExecutable = (octalAt(bytes, 100, 8) & 0o100) !== 0;
  return { name, type: known, size: octalAt(bytes, 124, 12), isExecutable };
}

const kinds: Readonly<Record<string, Header["type"]>> = {
  "": "file",
  "0": "file",
  "5": "folder",
  x: "pax",
  g: "skip",
};

const others: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a named pipe",
};

/** The records of a pax header that say something of the next member. */
export function readPax(bytes: Uint8Array): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(space < 0 ? Number.NaN : decode(bytes.subarray(at, space)));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > bytes.length) {
      throw damaged("a pax header cannot be read");
    }
    const text = decode(bytes.subarray(space + 1, at + length - 1));
    const equals = text.indexOf("=");
    const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
    if (key === "path") found.name = value;
    if (key === "size") found.size = Number(value);
    at += length;
  }
  const { size = 0 } = found;
  if (!Number.isSafeInteger(size) || size < 0) throw damaged("a pax header says an odd size");
  return found;
}

/** The sum of all bytes, its own field counted as spaces. */
function checksumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of bytes.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return sum;
}

function octalAt(bytes: Uint8Array, at: number, length: number): number {
  const text = textAt(bytes, at, length).trim();
  if (!/^[0-7]*$/.test(text)) throw damaged("a number in a header is none");
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw damaged("a name is no UTF-8", cause);
  }
}

export function damaged(why: string, cause?: unknown): JameyError {
  const message = `This is no archive of an environment that can be taken: ${why}. Nothing was made of it.`;
  return new JameyError("bad_data", message, { cause });
}
