// The panes in a real terminal: what waits is read and answered, conversations are switched, objects edited.
import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { openHome } from "../support/home.ts";
import { startTerminalRun, type TerminalRun } from "../support/terminal-run.ts";

const READY = "Say something";
const keys = { inbox: "\u001b[20~", sessions: "\u0013", objects: "\u001bOR", escape: "\u001b" };

type Home = Awaited<ReturnType<typeof openHome>>;

const open = (home: Home, variables: Record<string, string> = {}): TerminalRun =>
  startTerminalRun({
    command: [home.binary],
    directory: home.workspace,
    variables: { ...home.variables, ...variables },
    columns: 110,
    rows: 30,
  });

const file = (home: Home, name: string) => Bun.file(`${home.workspace}/${name}`);

test("an approval is shown whole in the inbox, and runs once it has been seen and allowed", async () => {
  await using home = await openHome();
  await using run = open(home);
  await run.shows(READY);
  run.type(`//shell {"command":"echo done > made.txt"}\r`);
  await run.shows("NEEDS YOU (1)");
  // Both at once: the letter was typed before the question was seen.
  run.type(`${keys.inbox}y`);
  await run.shows('"command": "echo done > made.txt"');
  await run.shows("enter do it");
  expect(await file(home, "made.txt").exists()).toBe(false);
  run.type("y");
  await run.shows("ENDED (1)");
  expect(await file(home, "made.txt").text()).toBe("done\n");
});

test("another conversation is found by what was said in it, and opened", async () => {
  await using home = await openHome();
  await home.run(["/say the heron is blue"]);
  await home.run(["/say the fox is red"]);
  await using run = open(home);
  await run.shows(READY);
  run.type(keys.sessions);
  await run.shows("the fox is red");
  run.type("/heron");
  await run.until("only what fits", ({ text }) => !text().includes("the fox is red"));
  run.type("\r");
  await run.until("the conversation", ({ lines }) =>
    lines().some((line) => /^ ◆ the heron/.test(line)),
  );
});

test("an object is edited in the human's editor, and its history shows the change", async () => {
  await using home = await openHome();
  const editor = `${home.folder}/editor`;
  await Bun.write(editor, '#!/bin/sh\necho "Always rhyme." >> "$1"\n');
  chmodSync(editor, 0o755);
  await using run = open(home, { EDITOR: editor });
  await run.shows(READY);
  run.type(keys.objects);
  await run.shows("[prompt]");
  run.type("e");
  await run.shows("assistant is saved");
  run.type("\t\t");
  await run.shows("+ Always rhyme.");
  const shown = await home.run(["objects", "show", "assistant"]);
  expect(shown.stdout).toContain("Always rhyme.");
});
