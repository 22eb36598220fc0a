// An object edited in the interface: what it says next follows the new text, in the conversation that was open.
import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { dialects } from "../support/fake-vendors/dialects.ts";
import { readRequest } from "../support/fake-vendors/readers.ts";
import { startFakeVendor } from "../support/fake-vendors/server.ts";
import { openHome } from "../support/home.ts";
import { keys, openInterface, READY, says } from "../support/interface-run.ts";

test("the next message goes to the object as it was edited, and the one before did not", async () => {
  const dialect = dialects.find(({ vendor }) => vendor === "anthropic");
  if (!dialect) throw new Error("there is no dialect anthropic");
  await using vendor = await startFakeVendor(({ body }) => {
    const { items } = readRequest(dialect.read, body);
    const isRhyming = items.some(
      ({ role, text }) => role === "system" && /Always rhyme/.test(text),
    );
    return {
      type: "answer",
      headers: { "content-type": dialect.content_type },
      pieces: dialect.encode({ text: isRhyming ? "a tree, a bee" : "a tree", calls: [] }),
      end: "whole",
    };
  });
  await using home = await openHome(dialect.variables(vendor.origin, "sk-test-of-objects"));
  const editor = `${home.folder}/editor`;
  await Bun.write(editor, '#!/bin/sh\necho "Always rhyme." >> "$1"\n');
  chmodSync(editor, 0o755);
  await using run = openInterface(home, {
    args: ["tui", "--model", dialect.model],
    variables: { EDITOR: editor },
  });
  await run.shows(READY);
  run.type("say a thing\r");
  await run.until("the answer of before", ({ lines }) => lines().some(isPlain));
  run.type(keys.objects);
  await run.shows("[prompt]");
  run.type("e");
  await run.shows("assistant is saved");
  await run.shows("Always rhyme.");
  run.type(keys.escape);
  await run.until("the conversation", ({ lines }) => lines().some(isPlain));
  run.type("say another\r");
  await run.until("the answer of the new text", says("a tree, a bee"));
  expect(run.screen.lines().filter(isPlain)).toHaveLength(1);
});

const isPlain = (line: string): boolean => /^ ◆ a tree(?: |$)/.test(line);
