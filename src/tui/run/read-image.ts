// The file of a path that was pasted: read where it is an image that a message can carry.
// Rule: a path that names no file is nothing worth a word: it may have been part of a text.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../protocol/errors.ts";
import { MAX_ATTACHMENTS_BYTES } from "../../protocol/limits.ts";
import { mediaTypeOf } from "../../terminal/media-type.ts";
import { MAX_IMAGES_MIB, shownName } from "../composer/images.ts";
import type { Image } from "../composer/state.ts";

export interface ReadImage {
  image: Image | null;
  problem: string | null;
}

const nothing: ReadImage = { image: null, problem: null };

/** Of a name as it is sent. Characters. */
const MAX_NAME_LENGTH = 255;
/** A folder of another machine may not answer: somebody waits to send what was typed. Milliseconds. */
const MAX_READ_MS = 5_000;

export async function readImage(
  written: string,
  directory: string,
  maxMs = MAX_READ_MS,
): Promise<ReadImage> {
  const late = Promise.withResolvers<ReadImage>();
  const problem = `${shownName(basename(written))} is not attached: it could not be read in ${maxMs / 1000} s.`;
  const timer = setTimeout(() => late.resolve({ image: null, problem }), maxMs);
  try {
    return await Promise.race([readFound(written, directory), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function readFound(written: string, directory: string): Promise<ReadImage> {
  const path = pathOf(written, directory);
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !found?.isFile()) return nothing;
  const name = basename(path).slice(0, MAX_NAME_LENGTH);
  const shown = shownName(name);
  try {
    // It may have grown since: what is read is what counts.
    const bytes = await Bun.file(path)
      .slice(0, MAX_ATTACHMENTS_BYTES + 1)
      .bytes();
    if (bytes.length > MAX_ATTACHMENTS_BYTES) {
      const problem = `${shown} is not attached: images have at most ${MAX_IMAGES_MIB} MiB.`;
      return { image: null, problem };
    }
    const media_type = mediaTypeOf(bytes);
    if (media_type === undefined) {
      return { image: null, problem: `${shown} is not attached: its bytes are those of no image.` };
    }
    const data = Buffer.from(bytes).toString("base64");
    return { image: { media_type, data, name, bytes: bytes.length, written }, problem: null };
  } catch (thrown) {
    return { image: null, problem: `${shown} is not attached: ${messageOf(thrown)}` };
  }
}

/** null where it is written as no path can be. */
function pathOf(written: string, directory: string): string | null {
  const quoted = /^(['"])(.*)\1$/s.exec(written)?.[2];
  if (quoted === undefined && written.startsWith("file://")) {
    try {
      return fileURLToPath(written);
    } catch (_elsewhere) {
      return null;
    }
  }
  // A shell's way to write a blank, as terminals do it for a file that is dropped on them.
  const plain = quoted ?? written.replace(/\\(.)/g, "$1");
  if (plain.includes("\0")) return null;
  return plain.startsWith("~/") ? join(homedir(), plain.slice(2)) : resolve(directory, plain);
}
