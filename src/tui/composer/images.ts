// Images in the text: a pasted path becomes a letter that stands for its file, which is sent beside the text.
// Rule: a path whose file is none that can be sent stays the text that it is.
import { MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES } from "../../protocol/limits.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Effect } from "../shapes.ts";
import { foldPaste, insert, replace } from "./edit.ts";
import { pasteAt } from "./letters.ts";
import { cleanText } from "./pastes.ts";
import type { ComposerState, Image } from "./state.ts";

/** A path is no longer, in UTF-16 units; nor is the name of its file, as it is shown. */
const MAX_PATH_LENGTH = 1_024;
const MAX_SHOWN_NAME = 60;
const MIB = 1024 * 1024;

/** As terminals write a file that is dropped on them: quoted, with escaped blanks, or as an address. */
export function lookForImage(pasted: string): readonly Effect[] {
  if (pasted.length > MAX_PATH_LENGTH) return [];
  const written = cleanText(pasted).trim();
  if (written.includes("\n") || !/\.(?:png|jpe?g|gif|webp)['"]?$/i.test(written)) return [];
  return [{ type: "read_image", written }];
}

/** The path that stands there becomes the image. What was changed meanwhile stays as it is. */
export function withImage(
  state: ComposerState,
  { written, image, problem }: { written: string; image: Image | null; problem: string | null },
): ComposerState {
  if (problem !== null) return { ...state, notice: problem };
  const from = state.text.lastIndexOf(written);
  if (image === null || from < 0) return state;
  const images = imagesIn(state);
  const bytes = images.reduce((sum, one) => sum + one.bytes, image.bytes);
  if (images.length >= MAX_ATTACHMENTS || bytes > MAX_ATTACHMENTS_BYTES) {
    const most = `${MAX_ATTACHMENTS} images of ${MAX_ATTACHMENTS_BYTES / MIB} MiB together`;
    return { ...state, notice: `A message takes at most ${most}.` };
  }
  const to = from + written.length;
  const isBehind = state.cursor >= to;
  const removed = replace(state, { from, to }, "", "other");
  const chip = putImage(removed, image);
  if (chip === null) return { ...state, notice: "Send this text first: it is full of pastes." };
  const cursor = isBehind ? state.cursor - written.length + 1 : Math.min(state.cursor, from);
  // One step: undo brings the path back, not the gap between the two.
  return { ...chip, cursor, undo: chip.undo.slice(0, -1) };
}

const putImage = (state: ComposerState, image: Image): ComposerState | null => {
  const label = labelOf(image);
  return foldPaste(state, { text: image.written, label, bytes: Buffer.byteLength(label), image });
};

const labelOf = ({ name }: Image): string => `[image ${oneLine(name, MAX_SHOWN_NAME)}]`;

/** Those that stand in the text, in their order. */
export const imagesIn = ({ text, pastes }: ComposerState): readonly Image[] =>
  Array.from({ length: text.length }, (_, offset) => pasteAt(text, offset)).flatMap((place) => {
    const image = place === null ? undefined : pastes[place]?.image;
    return image ? [image] : [];
  });

/** A text that was sent, written where the cursor stands: its images are letters again. */
export function insertWithImages(
  state: ComposerState,
  text: string,
  images: readonly Image[],
): ComposerState {
  let [next, rest] = [state, text];
  for (const image of images) {
    const label = labelOf(image);
    const at = rest.indexOf(label);
    if (at < 0) continue;
    const before = insert(next, cleanText(rest.slice(0, at)), "other");
    next = putImage(before, image) ?? insert(before, image.written, "other");
    rest = rest.slice(at + label.length);
  }
  return insert(next, cleanText(rest), "other");
}

/** A text as it can be kept without its images: their paths stand in it. */
export const withPaths = (text: string, images: readonly Image[]): string =>
  images.reduce((kept, image) => kept.replace(labelOf(image), () => image.written), text);
