// Images in the composer: a pasted path becomes one letter, is sent beside the text, and is a path where it is kept.
import { describe, expect, test } from "bun:test";
import {
  type ComposerState,
  draftOf,
  emptyComposer,
  insertWithImages,
  restoreText,
  updateComposer,
  viewComposer,
  withPaths,
} from "../../../src/tui/composer/index.ts";
import type { Image } from "../../../src/tui/composer/state.ts";
import { plainText } from "../../../src/tui/text.ts";
import { composing, pasted, play, shown } from "../../support/composing.ts";

const image = (name: string, bytes = 3): Image => {
  return { media_type: "image/png", data: "AAAA", name, bytes, written: `/tmp/${name}` };
};

const answer = (state: ComposerState, one: Image | null, problem: string | null = null) =>
  updateComposer(
    state,
    { type: "image", written: one?.written ?? "/tmp/a.png", image: one, problem },
    composing(),
  ).state;

const look = (state: ComposerState) =>
  viewComposer(state, { columns: 70, rows: 10 }).lines.map(plainText);

const attached = (before: string, one: Image) =>
  answer(pasted(play(before).state, one.written), one);

describe("a path that is pasted", () => {
  test("is looked at where it may be an image, and nowhere else", () => {
    const looks = (text: string) =>
      updateComposer(emptyComposer(), { type: "paste", text }, composing()).effects;
    const paths = ["/tmp/a.png ", "'/tmp/a b.JPG'", "file:///tmp/a.webp", "~/a\\ b.gif"];
    expect(paths.map(looks)).toEqual(
      paths.map((text) => [{ type: "read_image", written: text.trim() }]),
    );
    expect(["/tmp/a.txt", "a.png\nb", "png", "words"].flatMap(looks)).toEqual([]);
  });

  test("becomes one letter, which is sent beside the text", () => {
    const state = play(" please", { from: attached("what is ", image("a.png")) }).state;
    expect(look(state)).toEqual(["› what is [image a.png] please"]);
    expect(play("<enter>", { from: state }).submitted).toEqual({
      text: "what is [image a.png] please",
      how: "send",
      isLiteral: false,
      images: [image("a.png")],
    });
    const erased = play("<backspace>", { from: attached("", image("a.png")) }).state;
    expect(play("x<enter>", { from: erased }).submitted?.images).toEqual([]);
  });

  test("keeps the cursor where it was typed on meanwhile", () => {
    const typed = play(" and", { from: pasted(emptyComposer(), "/tmp/a.png") }).state;
    const state = play("!", { from: answer(typed, image("a.png")) }).state;
    expect(look(state)).toEqual(["› [image a.png] and!"]);
  });

  test("stays a text where there is no such file, or it is no longer there; else why is said", () => {
    const state = pasted(emptyComposer(), "/tmp/a.png");
    expect(answer(state, null)).toEqual(state);
    expect(answer(emptyComposer(), image("a.png")).text).toBe("");
    expect(look(answer(state, null, "a.png is no image."))).toEqual([
      "› /tmp/a.png",
      "  a.png is no image.",
    ]);
  });

  test("is the path again by undo", () => {
    const state = play("<ctrl+_>", { from: attached("see ", image("a.png")) }).state;
    expect(shown(state)).toBe("see /tmp/a.png|");
  });

  test("is no image any more by Alt+X, and one again by undo", () => {
    const state = attached("", image("a.png"));
    const unfolded = play("<alt+x>", { from: state }).state;
    expect([unfolded.text, shown(play("<ctrl+_>", { from: unfolded }).state)]).toEqual([
      "/tmp/a.png",
      shown(state),
    ]);
  });

  test("is refused beyond what one message carries", () => {
    const full = attached("", image("a.png", 8 * 1024 * 1024));
    const state = answer(pasted(full, "/tmp/b.png"), image("b.png"));
    expect(look(state)).toEqual([
      "› [image a.png]/tmp/b.png",
      "  A message takes at most 16 images of 8 MiB together.",
    ]);
  });
});

describe("a text with images", () => {
  test("is kept with their paths", () => {
    const state = attached("see ", image("a.png"));
    expect(draftOf(state)).toBe("see /tmp/a.png");
    expect(withPaths("see [image a.png]!", [image("a.png")])).toBe("see /tmp/a.png!");
    expect(play("<enter><up>", { from: state }).state.text).toBe("see /tmp/a.png");
  });

  test("that was not sent is typed again with them", () => {
    const images = [image("a.png"), image("b.png")];
    const text = "a [image a.png] b [image b.png] c";
    const state = insertWithImages(emptyComposer(), text, images);
    const again = play("<enter>", { from: state }).submitted;
    expect(again).toEqual({ text, how: "send", isLiteral: false, images });
    const mended = again && restoreText(play("old").state, again);
    expect(mended && look(mended)).toEqual([`› ${text}`]);
  });
});
