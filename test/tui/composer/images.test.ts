// Images in the composer: a pasted path becomes one letter, is sent beside the text, and is a path where it is kept.
import { describe, expect, test } from "bun:test";
import {
  type ComposerState,
  draftOf,
  editedText,
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

/** To what was asked for last. */
const answer = (state: ComposerState, one: Image | null, problem: string | null = null) =>
  updateComposer(state, { type: "image", id: state.asked - 1, image: one, problem }, composing())
    .state;

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
      paths.map((text) => [{ type: "read_image", id: 0, written: text.trim() }]),
    );
    expect(["/tmp/a.txt", "a.png\nb", "png", "words"].flatMap(looks)).toEqual([]);
  });

  test("becomes one letter, which is sent beside the text", () => {
    const state = play(" please", { from: attached("what is ", image("a.png")) }).state;
    expect(look(state)).toEqual(["› what is [image a.png] please"]);
    expect(play("<enter>", { from: state }).submitted).toEqual({
      text: "what is [image a.png] please",
      written: "what is /tmp/a.png please",
      how: "send",
      isLiteral: false,
      images: [image("a.png")],
    });
    const erased = play("<backspace>", { from: attached("", image("a.png")) }).state;
    expect(play("x<enter>", { from: erased }).submitted?.images).toEqual([]);
  });

  test("is the one that was pasted, wherever it stands by then and whatever looks like it", () => {
    const again = pasted(play("look at ba.png<home>").state, "a.png");
    expect(look(answer(again, image("a.png")))).toEqual(["› [image a.png]look at ba.png"]);
    const before = pasted(play("a.png<home>").state, "a.png");
    expect(look(answer(before, image("a.png")))).toEqual(["› [image a.png]a.png"]);
    const moved = play("<home>so: <end>, a.png?", { from: pasted(emptyComposer(), "a.png") }).state;
    expect(look(answer(moved, image("a.png")))).toEqual(["› so: [image a.png], a.png?"]);
    const changed = play("<left><backspace>", { from: pasted(emptyComposer(), "a.png") }).state;
    expect(look(answer(changed, image("a.png")))).toEqual(["› a.pg"]);
    const undone = play("x<ctrl+_><ctrl+_>", {
      from: pasted(play("ba.png ").state, "a.png"),
    }).state;
    expect(shown(answer(undone, image("a.png")))).toBe("ba.png |");
  });

  test("of two is each its own, in whichever order their files are there", () => {
    const two = pasted(
      play(" ", { from: pasted(emptyComposer(), "/tmp/a.png") }).state,
      "/tmp/b.png",
    );
    const give = (state: ComposerState, id: number, one: Image) =>
      updateComposer(state, { type: "image", id, image: one, problem: null }, composing()).state;
    const state = give(give(two, 1, image("b.png")), 0, image("a.png"));
    expect(look(state)).toEqual(["› [image a.png] [image b.png]"]);
  });

  test("stays a path in a line for the shell and in a command", () => {
    for (const line of ["! file ", "/rename ", "\n!ls "]) {
      const typed = play(line.replace("\n", "<ctrl+j>")).state;
      const result = updateComposer(typed, { type: "paste", text: "/tmp/a.png" }, composing());
      expect([result.effects, shown(result.state)]).toEqual([[], `${line}/tmp/a.png|`]);
    }
    const late = play("<home>!", { from: pasted(emptyComposer(), "/tmp/a.png") }).state;
    expect(shown(answer(late, image("a.png")))).toBe("!|/tmp/a.png");
    const later = play("<home>! file <end><enter>", { from: attached("", image("a.png")) });
    expect(later.submitted).toMatchObject({ written: "! file /tmp/a.png" });
    expect(later.state.history.at(-1)).not.toHaveProperty("images");
  });

  test("keeps the cursor where it was typed on meanwhile", () => {
    const typed = play(" and", { from: pasted(emptyComposer(), "/tmp/a.png") }).state;
    const state = play("!", { from: answer(typed, image("a.png")) }).state;
    expect(look(state)).toEqual(["› [image a.png] and!"]);
  });

  test("stays a text where there is no such file, or it is no longer there; else why is said", () => {
    const state = pasted(emptyComposer(), "/tmp/a.png");
    expect(answer(state, null)).toEqual({ ...state, reading: [] });
    expect(answer(play("<ctrl+u>", { from: state }).state, image("a.png")).text).toBe("");
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

describe("Enter before the file was read", () => {
  const waiting = play("<enter>", { from: pasted(play("see ").state, "/tmp/a.png") });
  const give = (state: ComposerState, one: Image | null, problem: string | null = null) =>
    updateComposer(state, { type: "image", id: state.asked - 1, image: one, problem }, composing());

  test("sends once it is, with the image, or without where there is none", () => {
    expect([waiting.submitted, look(waiting.state)]).toEqual([
      undefined,
      ["› see /tmp/a.png", "  Its images are still being read: it is sent when they are there."],
    ]);
    const twice = play("<enter>", { from: waiting.state }).state;
    const sent = give(twice, image("a.png"));
    expect([sent.submitted, sent.state.text]).toEqual([
      {
        text: "see [image a.png]",
        written: "see /tmp/a.png",
        how: "send",
        isLiteral: false,
        images: [image("a.png")],
      },
      "",
    ]);
    expect(give(waiting.state, null).submitted).toMatchObject({
      text: "see /tmp/a.png",
      images: [],
    });
  });

  test("sends nothing where it cannot be one, or where somebody types on, and says so", () => {
    const refused = give(waiting.state, null, "a.png is no image.");
    expect([refused.submitted, look(refused.state)]).toEqual([
      undefined,
      ["› see /tmp/a.png", "  a.png is no image."],
    ]);
    const typed = play("!", { from: waiting.state }).state;
    const after = give(typed, image("a.png"));
    expect([look(typed), after.submitted, look(after.state)]).toEqual([
      ["› see /tmp/a.png!", "  Not sent yet: its images were still being read."],
      undefined,
      ["› see [image a.png]!"],
    ]);
    const elsewhere = updateComposer(
      waiting.state,
      { type: "image", id: 0, image: image("a.png"), problem: null },
      composing({ session_id: "s2" }),
    );
    expect([elsewhere.submitted, look(elsewhere.state)]).toEqual([
      undefined,
      ["› see [image a.png]", "  Not sent yet: its images were still being read."],
    ]);
  });

  test("on a message that was called back reads its images again", () => {
    const first = play("<enter>", { from: attached("see ", image("a.png")) }).state;
    for (const keys of ["<up>", "<ctrl+r>see<enter>"]) {
      const back = play(keys, { from: first }).state;
      const entered = play("<enter>", { from: back });
      expect([shown(back), entered.submitted, entered.effects]).toEqual([
        "see /tmp/a.png|",
        undefined,
        [{ type: "read_image", id: 1, written: "/tmp/a.png" }],
      ]);
      expect(give(entered.state, image("a.png")).submitted?.images).toEqual([image("a.png")]);
      const gone = give(entered.state, null);
      expect([gone.submitted, gone.state.notice]).toEqual([
        undefined,
        "/tmp/a.png is not there any more: Enter sends its path.",
      ]);
      expect(play("<enter>", { from: gone.state }).submitted?.text).toBe("see /tmp/a.png");
    }
  });
});

describe("a text with images", () => {
  test("keeps them when it comes back from an editor, wherever they stand in it", () => {
    const state = attached("a ", image("a.png"));
    const both = answer(pasted(state, "/tmp/b.png"), image("b.png"));
    const edited = editedText(both, "[image b.png] before [image a.png] [image c.png]");
    expect(look(edited)).toEqual(["› [image b.png] before [image a.png] [image c.png]"]);
    const { submitted } = play("<enter>", { from: edited });
    expect(submitted?.images).toEqual([image("b.png"), image("a.png")]);
    expect(look(play("<ctrl+_>", { from: edited }).state)).toEqual(look(both));
    const read = editedText(pasted(emptyComposer(), "/tmp/a.png"), "see /tmp/a.png");
    expect(play("<enter>", { from: read }).effects).toEqual([
      { type: "read_image", id: 1, written: "/tmp/a.png" },
    ]);
  });

  test("that is cut and put back several times has them as often", () => {
    const cut = play("<ctrl+u><ctrl+y><ctrl+y>", { from: attached("", image("a.png")) }).state;
    const { submitted } = play("<enter>", { from: cut });
    expect(submitted?.images).toEqual([image("a.png"), image("a.png")]);
    const again = submitted && restoreText(emptyComposer(), submitted);
    expect(again && look(again)).toEqual(["› [image a.png][image a.png]"]);
  });

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
    const written = "a /tmp/a.png b /tmp/b.png c";
    expect(again).toEqual({ text, written, how: "send", isLiteral: false, images });
    const mended = again && restoreText(play("old").state, again);
    expect(mended && look(mended)).toEqual([`› ${text}`]);
  });
});
