// The images of one request are bounded: the newest are shown, the others are named.
import { expect, test } from "bun:test";
import { MAX_ATTACHMENTS_BYTES } from "../../src/protocol/limits.ts";
import { showImages } from "../../src/runtime/perform/images.ts";

const image = (sha256: string, bytes: number, name: string | null = sha256) => ({
  media_type: "image/png",
  bytes,
  sha256,
  name,
});

test("a request carries the newest images up to its limit and says which older ones are left out", async () => {
  const read: string[] = [];
  const sessionFiles = {
    async readAttachment(_: string, sha256: string) {
      read.push(sha256);
      return await Promise.resolve(new Uint8Array(sha256 === "tiny" ? 1 : MAX_ATTACHMENTS_BYTES));
    },
  };
  const full = MAX_ATTACHMENTS_BYTES;
  const messages = [
    { content: "one", attachments: [image("tiny", 1), image("first", full, null)] },
    { content: "", attachments: [image("second", full)] },
    { content: "three", attachments: [image("third", full)] },
    { content: "four", attachments: [] },
  ];
  const shown = await showImages(messages, "session", sessionFiles);
  expect(shown.map(({ content, images }) => [content, images.length])).toEqual([
    [
      "one\n[attachment tiny is left out: newer images fill the request]\n" +
        "[attachment image/png is left out: newer images fill the request]",
      0,
    ],
    ["", 1],
    ["three", 1],
    ["four", 0],
  ]);
  expect(read).toEqual(["third", "second"]);
});
