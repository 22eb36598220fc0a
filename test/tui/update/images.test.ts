// Images in the whole interface: where they go, and what becomes of them when a message comes back.
import { expect, test } from "bun:test";
import type { Image } from "../../../src/tui/composer/state.ts";
import { createFrames } from "../../support/tui-frames.ts";
import { ids, type PlayedInterface, playSession, said } from "../../support/tui-whole.ts";

const image = (name: string): Image => {
  return { media_type: "image/png", data: "AAAA", name, bytes: 3, written: `/tmp/${name}` };
};

const attached = { media_type: "image/png", data: "AAAA", name: "a.png" };

/** The file of what was pasted last. */
const read = (played: PlayedInterface, name: string) =>
  played.give({
    type: "image",
    id: played.state.composer.asked - 1,
    image: image(name),
    problem: null,
  });

function paste(played: PlayedInterface, name: string) {
  played.give({ type: "paste", text: `/tmp/${name}` });
  read(played, name);
}

const sent = (played: PlayedInterface) =>
  played.calls("SendMessage").map(({ params }) => [params.message, params.attachments]);

test("a message that was entered before its image was read is sent once it is", () => {
  const played = playSession([]);
  played.give({ type: "paste", text: "/tmp/a.png" });
  played.press("enter");
  expect([sent(played), played.screen().includes("still being read")]).toEqual([[], true]);
  read(played, "a.png");
  expect(sent(played)).toEqual([["[image a.png]", [attached]]]);
});

test("a name that a conversation is given holds the path, not the image", () => {
  const played = playSession([]);
  paste(played, "a.png");
  played.press("home");
  played.type("/rename ");
  played.press("enter");
  const names = played.calls("RenameSession").map(({ params }) => params.name);
  expect(names).toEqual(["/tmp/a.png"]);
});

test("an image is still one after the human's own editor", () => {
  const played = playSession([]);
  played.type("see ");
  paste(played, "a.png");
  played.press("ctrl+g");
  const [edit] = played.effects().filter(({ type }) => type === "edit");
  expect(edit).toMatchObject({ text: "see [image a.png]" });
  played.give({ type: "edited", purpose: "composer", text: "look: [image a.png]\n" });
  played.press("enter");
  expect(sent(played)).toEqual([["look: [image a.png]", [attached]]]);
});

test("more than a message takes is not sent, and stands there again with why", () => {
  const played = playSession([]);
  const large = { ...image("a.png"), bytes: 5 * 1024 * 1024 };
  played.give({ type: "paste", text: "/tmp/a.png" });
  played.give({ type: "image", id: 0, image: large, problem: null });
  played.press("ctrl+u", "ctrl+y", "ctrl+y", "enter");
  const screen = played.screen();
  expect([
    sent(played),
    screen.includes("[image a.png][image a.png]"),
    screen.includes("A message takes at most 16 images of 8 MiB together."),
  ]).toEqual([[], true, true]);
});

/** A message that waits, told by the daemon. */
function queued(content: string, count: number, message_key = "elsewhere") {
  const { frames, add } = createFrames();
  const attachments = Array.from({ length: count }, () => {
    return { media_type: "image/png", bytes: 3, sha256: "0".repeat(64), name: "a.png" };
  });
  add("MessageQueued", {
    ...ids,
    message_id: "m9",
    message_key,
    content,
    attachments,
    delivery: "queue",
    source: "tui",
    settings: { model: null, mode: null, output: null, rules: [] } as never,
  });
  return frames;
}

test("images of a message that is taken back are missed where it had some, and only there", () => {
  const told = [0, 1].map((count) => {
    const played = playSession([said("m1", "hello")]);
    played.frames(...queued("see the [image 3] in the paper", count));
    played.press("up");
    paste(played, "b.png");
    played.replied("WithdrawMessage", "root:take-back", {});
    const screen = played.screen();
    played.press("enter");
    return [screen.includes("Its images are left out"), sent(played)];
  });
  const message = "see the [image 3] in the paper\n\n[image b.png]";
  const attachments = [{ ...attached, name: "b.png" }];
  expect(told).toEqual([
    [false, [[message, attachments]]],
    [true, [[message, attachments]]],
  ]);
});

test("an image of a message that waits is taken back with it, where this interface sent it", () => {
  const played = playSession([said("m1", "hello")]);
  paste(played, "a.png");
  played.press("enter");
  played.frames(...queued("[image a.png]", 1, "seed-1"));
  played.press("up");
  const { frames: gone, add } = createFrames();
  add("MessageWithdrawn", { ...ids, message_id: "m9" });
  played.frames(...gone);
  played.effects();
  played.replied("WithdrawMessage", "root:take-back", {});
  played.press("enter");
  expect(sent(played)).toEqual([["[image a.png]", [attached]]]);
});
