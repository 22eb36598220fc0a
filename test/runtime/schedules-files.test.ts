// Files that wake objects: changed by others, by the object itself, by two that answer each other.
import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testTool } from "../support/test-tools.ts";
import { atRest, openTimed, told } from "../support/timed.ts";
import { objectText, type TestWorld } from "../support/world.ts";

describe("files", () => {
  const inbox = '{watch: "inbox/*.txt", message: read it, cooldown: 0}';

  function write(world: TestWorld, name: string, text: string): void {
    mkdirSync(join(world.folder, "inbox"), { recursive: true });
    writeFileSync(join(world.folder, "inbox", name), text);
  }

  test("that are new, other or gone wake the object, and say which", async () => {
    const { world, pass } = await openTimed(inbox);
    await using _ = world;
    write(world, "b.md", "no");
    await pass(1);
    write(world, "a.txt", "one");
    await pass(1);
    await atRest(world, 1);
    await pass(1);
    write(world, "a.txt", "more than one");
    await pass(1);
    await atRest(world, 2);
    await pass(1);
    rmSync(join(world.folder, "inbox"), { recursive: true });
    await pass(1);
    await atRest(world, 3);
    expect(told(world, "ScheduleFired")).toEqual([
      ["ScheduleFired", 'new "inbox/a.txt"', 0],
      ["ScheduleFired", 'changed "inbox/a.txt"', 0],
      ["ScheduleFired", 'gone "inbox/a.txt"', 0],
    ]);
  });

  test("that changed while no daemon ran wake it at the next start", async () => {
    const { world, sleep } = await openTimed(inbox);
    await using _ = world;
    world.crash();
    write(world, "a.txt", "one");
    await sleep(1);
    expect(told(world, "ScheduleFired")).toEqual([
      ["ScheduleFired", "files changed while nobody looked", 0],
    ]);
  });

  test("that the object writes itself wake it a few times in a row and no more", async () => {
    let count = 0;
    const world: { folder: string } = { folder: "" };
    const note = testTool("note", {
      risk: "read",
      run: async () => {
        count += 1;
        mkdirSync(join(world.folder, "inbox"), { recursive: true });
        writeFileSync(join(world.folder, "inbox", "own.txt"), "x".repeat(count));
        return "written";
      },
    });
    const opened = await openTimed(inbox, {
      tools: [note],
      objects: {
        "night.md": objectText({
          name: "night",
          front: `capabilities: [note]\nwake: [${inbox}]`,
        }),
      },
      script: ({ messages: said }) =>
        said.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "note", args: {} }] },
    });
    await using _ = opened.world;
    world.folder = opened.world.folder;
    write(opened.world, "a.txt", "from outside");
    for (let turn = 1; turn <= 3; turn += 1) {
      await opened.pass(1);
      await atRest(opened.world, turn);
    }
    for (let more = 0; more < 5; more += 1) await opened.pass(1);
    expect(told(opened.world, "ScheduleFired", "WakeSkipped")).toEqual([
      ["ScheduleFired", 'new "inbox/a.txt"', 0],
      ["ScheduleFired", 'new "inbox/own.txt"', 1],
      ["ScheduleFired", 'changed "inbox/own.txt"', 2],
      ["WakeSkipped", "own_writes"],
    ]);
    write(opened.world, "a.txt", "from outside again");
    await opened.pass(1);
    expect(told(opened.world, "ScheduleFired").at(-1)).toEqual([
      "ScheduleFired",
      'changed "inbox/a.txt"',
      0,
    ]);
  });
});

describe("two objects that watch what the other writes", () => {
  const asks = (folder: string) => `{watch: "${folder}/*.txt", message: answer, cooldown: 0}`;

  /** Each writes into the folder that the other watches; one of them lets another object do it. */
  async function openPair() {
    let count = 0;
    const place = { folder: "" };
    const write = (name: string, text: string) => {
      mkdirSync(join(place.folder, name), { recursive: true });
      writeFileSync(join(place.folder, name, "letter.txt"), text);
    };
    const tool = (name: string) =>
      testTool(`to_${name}`, {
        risk: "read",
        run: async () => {
          count += 1;
          write(name, "x".repeat(count));
          return "written";
        },
      });
    const object = (name: string, front: string) => objectText({ name, front, body: name });
    const { world, pass } = await openTimed("", {
      tools: [tool("left"), tool("right")],
      objects: {
        "left.md": object("left", `capabilities: [clerk]\nwake: [${asks("left")}]`),
        "right.md": object("right", `capabilities: [to_left]\nwake: [${asks("right")}]`),
        "clerk.md": object("clerk", "capabilities: [to_right]"),
      },
      script({ messages: said, tools }) {
        if (said.at(-1)?.role === "tool") return "Done.";
        const [name = ""] = tools.map((one) => one.name).filter((one) => /^(to_|clerk)/.test(one));
        return { calls: [{ name, args: name === "clerk" ? { message: "Write." } : {} }] };
      },
    });
    place.folder = world.folder;
    return { world, pass, write };
  }

  test("wake each other a few times and no more, until somebody else changes a file", async () => {
    const { world, pass, write } = await openPair();
    await using _ = world;
    write("left", "from outside");
    // The turns of left are two: its own and its clerk's.
    for (const turns of [2, 3, 5]) {
      await pass(1);
      await atRest(world, turns);
    }
    for (let more = 0; more < 6; more += 1) await pass(1);
    expect(told(world, "ScheduleFired", "WakeSkipped")).toEqual([
      ["ScheduleFired", 'new "left/letter.txt"', 0],
      ["ScheduleFired", 'new "right/letter.txt"', 1],
      ["ScheduleFired", 'changed "left/letter.txt"', 2],
      ["WakeSkipped", "own_writes"],
    ]);
    write("right", "from outside, and longer than any");
    await pass(1);
    expect(told(world, "ScheduleFired").at(-1)).toEqual([
      "ScheduleFired",
      'changed "right/letter.txt"',
      0,
    ]);
  });
});
