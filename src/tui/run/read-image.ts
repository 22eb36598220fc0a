// The file of a path that was pasted: read where it is an image that a message can carry.
// Rule: a path that names no file is nothing worth a word: it may have been part of a text.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../protocol/errors.ts";
import { MAX_ATTACHMENTS_BYTES } from "../../protocol/limits.ts";
import { mediaTypeOf } from "../../terminal/media-type.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Image } from "../composer/state.ts";

export interface ReadImage {
  image: Image | null;
  problem: string | null;
}

const nothing: ReadImage = { image: null, problem: null };

const MIB = 1024 * 1024;
/** Of a name in a sentence, and as it is sent. Characters. */
const MAX_SHOWN_NAME = 60;
const MAX_NAME_LENGTH = 255;

export async function readImage(written: string, directory: string): Promise<ReadImage> {
  const path = pathOf(written, directory);
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !found?.isFile()) return nothing;
  const name = basename(path).slice(0, MAX_NAME_LENGTH);
  const shown = oneLine(name, MAX_SHOWN_NAME);
  if (found.size > MAX_ATTACHMENTS_BYTES) {
    const most = MAX_ATTACHMENTS_BYTES / MIB;
    return { image: null, problem: `${shown} is not attached: images have at most ${most} MiB.` };
  }
  try {
    const bytes = await Bun.file(path).bytes();
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
