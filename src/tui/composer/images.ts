// Images in the text: a pasted path becomes a letter that stands for its file, which is sent beside the text.
// Rules: 1. A path whose file is none that can be sent stays the text that it is; so does one in a command, or in a
//           line for the shell. 2. It is the path that was pasted which becomes the image, wherever it stands by then.
import { MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES } from "../../protocol/limits.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Effect } from "../shapes.ts";
import { foldPaste, replace } from "./edit.ts";
import { pasteAt } from "./letters.ts";
import { cleanText, insertLong } from "./pastes.ts";
import type { ComposerState, Image, Reading } from "./state.ts";

/** A path is no longer, in UTF-16 units; nor is the name of its file, as it is shown. */
const MAX_PATH_LENGTH = 1_024;
const MAX_SHOWN_NAME = 60;
/** What the images of one message have together. */
export const MAX_IMAGES_MIB = MAX_ATTACHMENTS_BYTES / (1024 * 1024);
const TOO_MANY = `A message takes at most ${MAX_ATTACHMENTS} images of ${MAX_IMAGES_MIB} MiB together.`;

/** A line for the shell, or a command by name. */
const DOES = /^(?:[ \t]*\n)*(?:!|\/[\p{L}\p{N}_-]+(?:\s|$))/u;

/** What is typed is said to an agent, as far as its beginning tells. */
export const isMessage = ({ text }: ComposerState): boolean => !DOES.test(text);

export interface Asked {
  state: ComposerState;
  effects: readonly Effect[];
}

/** As terminals write a file that is dropped on them: quoted, with escaped blanks, or as an address. */
export function lookForImage(state: ComposerState, pasted: string): Asked {
  const nothing: Asked = { state, effects: [] };
  if (pasted.length > MAX_PATH_LENGTH || !isMessage(state)) return nothing;
  const text = cleanText(pasted);
  const written = text.trim();
  if (written.includes("\n") || !/\.(?:png|jpe?g|gif|webp)['"]?$/i.test(written)) return nothing;
  const from = state.text.lastIndexOf(written, state.cursor - written.length);
  // A full text has folded it.
  if (from < state.cursor - text.length) return nothing;
  return asking(state, [{ from, written, wasImage: false }]);
}

/** Paths of a text that had images, where it is said again. */
export function lookAgain(state: ComposerState): Asked {
  const places: Omit<Reading, "id">[] = [];
  let end = 0;
  for (const written of state.known) {
    const from = state.text.indexOf(written, end);
    const isAsked = state.reading.some((one) => one.from === from);
    if (from >= 0 && !isAsked) places.push({ from, written, wasImage: true });
    if (from >= 0) end = from + written.length;
  }
  return asking({ ...state, known: [] }, places);
}

function asking(state: ComposerState, places: readonly Omit<Reading, "id">[]): Asked {
  const room = MAX_ATTACHMENTS - state.reading.length;
  const asked = places.slice(0, room).map((one, index) => ({ ...one, id: state.asked + index }));
  const reading = [...state.reading, ...asked];
  const notice = places.length > room ? TOO_MANY : state.notice;
  const next = { ...state, reading, notice, asked: state.asked + asked.length };
  return { state: next, effects: asked.map(({ id, written }) => readEffect(id, written)) };
}

const readEffect = (id: number, written: string): Effect => ({ type: "read_image", id, written });

/** The path that was asked for becomes the image. What was changed meanwhile stays as it is. */
export function withImage(
  before: ComposerState,
  { id, image, problem }: { id: number; image: Image | null; problem: string | null },
): ComposerState {
  const place = before.reading.find((one) => one.id === id);
  if (!place) return before;
  const state = { ...before, reading: before.reading.filter((one) => one !== place) };
  if (problem !== null) return refused(state, problem);
  if (image === null && place.wasImage) return refused(state, goneOf(place));
  if (image === null || !isMessage(state)) return state;
  if (tooMany([...imagesIn(state), image])) return refused(state, TOO_MANY);
  const { from } = place;
  const to = from + place.written.length;
  const isBehind = state.cursor >= to;
  const removed = replace(state, { from, to }, "", "other");
  const chip = putImage({ ...removed, cursor: from }, image);
  if (chip === null) return refused(state, "Send this text first: it is full of pastes.");
  const cursor = isBehind ? state.cursor - (to - from) + 1 : Math.min(state.cursor, from);
  // One step: undo brings the path back, not the gap between the two.
  return { ...chip, cursor, undo: chip.undo.slice(0, -1) };
}

const goneOf = ({ written }: Reading): string =>
  `${shownName(written)} is not there any more: Enter sends its path.`;

/** It stays a text, and is not sent before somebody has read why. */
const refused = (state: ComposerState, notice: string): ComposerState => {
  return { ...state, notice, waits: null };
};

/** Why they cannot be sent together; null where they can. */
export function tooMany(images: readonly Image[]): string | null {
  const bytes = images.reduce((sum, one) => sum + one.bytes, 0);
  return images.length > MAX_ATTACHMENTS || bytes > MAX_ATTACHMENTS_BYTES ? TOO_MANY : null;
}

const putImage = (state: ComposerState, image: Image): ComposerState | null => {
  const label = labelOf(image);
  return foldPaste(state, { text: image.written, label, bytes: Buffer.byteLength(label), image });
};

/** Of a file, in a sentence. */
export const shownName = (name: string): string => oneLine(name, MAX_SHOWN_NAME);

const labelOf = ({ name }: Image): string => `[image ${shownName(name)}]`;

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
  return piecesOf(text, images).reduce((next, piece) => {
    if (typeof piece === "string") return insertLong(next, cleanText(piece));
    return putImage(next, piece) ?? insertLong(next, piece.written);
  }, state);
}

/** A text as it can be kept without its images: their paths stand in it. */
export const withPaths = (text: string, images: readonly Image[]): string =>
  piecesOf(text, images)
    .map((piece) => (typeof piece === "string" ? piece : piece.written))
    .join("");

/** The text at the labels of its images, in whichever order these stand there. */
function piecesOf(text: string, images: readonly Image[]): readonly (string | Image)[] {
  const pieces: (string | Image)[] = [];
  let [rest, left] = [text, images];
  while (left.length > 0) {
    const places = left.map((image) => ({ image, at: rest.indexOf(labelOf(image)) }));
    const found = places.filter(({ at }) => at >= 0);
    const [first, ...others] = found.toSorted((one, other) => one.at - other.at);
    if (!first) break;
    pieces.push(rest.slice(0, first.at), first.image);
    rest = rest.slice(first.at + labelOf(first.image).length);
    // What does not stand in the rest stands nowhere.
    left = others.map(({ image }) => image);
  }
  return [...pieces, rest];
}
