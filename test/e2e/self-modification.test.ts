// Whoever changes an object, every client sees it live, git holds it once under the name of its author, and it
// is still there when nothing but the environment's files is left.
import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Home } from "../support/home.ts";
import { type Killable, openPlace } from "../support/seats/place.ts";
import { type Seen, takeSeat } from "../support/seats/seat.ts";
import { interfaces } from "../support/seats/table.ts";
import type { WirePayload } from "../support/wire-client.ts";

const poet = (body: string) => `---\nname: poet\nmodel: offline/guide\n---\n${body}\n`;

function git(folder: string, ...words: string[]): string {
  const ran = Bun.spawnSync(["git", ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
  });
  if (!ran.success) throw new Error(`git ${words.join(" ")}: ${ran.stderr}`);
  return ran.stdout.toString().trim();
}

/** An environment that is a repository, and wants each change committed. */
function writeEnvironment(home: Home): void {
  const folder = dirname(home.state);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.yml"), "git: { commit: true }\n");
  git(folder, "init", "--quiet", "--initial-branch=main");
}

/** The object makes this call; whatever it asks for is approved as it was shown. */
async function callTool({ home }: Killable, name: string, args: object): Promise<void> {
  const wire = await home.connect();
  const follow = await wire.follow({ event_types: ["HumanRequestQueued", "TurnCompleted"] });
  const message = `/${name} ${JSON.stringify({ ...args, reason: `${name} was asked for` })}`;
  const { turn_id } = await wire.ask("SendMessage", { po_name: "poet", message });
  const { event_type, payload } = await follow.until("the question, or the end", (frame) => {
    return frame.type === "event" && frame.payload?.turn_id === turn_id;
  });
  if (event_type === "HumanRequestQueued") {
    const { request_id, hash } = payload ?? {};
    const response = { type: "decision", decision: "approve", scope: "once", hash };
    await wire.ask("RespondToRequest", { request_id, response });
  }
  expect(await wire.ask("WaitForTurn", { turn_id })).toMatchObject({ status: "completed" });
  wire.close();
}

async function run({ home }: Killable, args: string[], input = ""): Promise<void> {
  const { code, stderr } = await home.run(args, { input: new Blob([input]) });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
}

interface Row {
  what: string;
  object: string;
  /** What the author's name begins with, as a pattern. */
  author: string;
  change(place: Killable): Promise<void>;
}

const rows: Row[] = [
  {
    what: "made over HTTP",
    object: "poet",
    author: "api:",
    async change(place) {
      const response = await fetch(`${place.url()}/api/pos`, {
        method: "POST",
        headers: { authorization: `Bearer ${place.token()}` },
        body: JSON.stringify({ text: poet("You rhyme.") }),
      });
      expect(response.status).toBe(201);
    },
  },
  {
    what: "made by an object",
    object: "critic",
    author: "poet",
    change: (place) =>
      callTool(place, "create_object", {
        name: "critic",
        description: "Judges rhymes",
        prompt: "You judge.",
      }),
  },
  {
    what: "given a capability by itself",
    object: "poet",
    author: "poet",
    change: (place) => callTool(place, "add_capability", { capability: "critic" }),
  },
  {
    what: "deprived of it by itself",
    object: "poet",
    author: "poet",
    change: (place) => callTool(place, "remove_capability", { capability: "critic" }),
  },
  {
    what: "told more by itself",
    object: "poet",
    author: "poet",
    change: (place) =>
      callTool(place, "modify_prompt", { operation: "append", content: "Be brief." }),
  },
  {
    what: "edited on the command line",
    object: "poet",
    author: "\\S+ \\(cli\\)",
    change: (place) =>
      run(place, ["objects", "edit", "poet", "--file", "-"], poet("You rhyme, from the shell.")),
  },
  {
    what: "edited over HTTP",
    object: "poet",
    author: "api:",
    async change(place) {
      const response = await fetch(`${place.url()}/api/pos/poet`, {
        method: "PUT",
        headers: { authorization: `Bearer ${place.token()}` },
        body: JSON.stringify({ text: poet("You rhyme, from the web.") }),
      });
      expect(response.status).toBe(200);
    },
  },
  {
    what: "made on the command line",
    object: "singer",
    author: "\\S+ \\(cli\\)",
    change: (place) => run(place, ["objects", "new", "singer"]),
  },
  {
    what: "edited on disk",
    object: "poet",
    author: "disk",
    async change({ folder }) {
      writeFileSync(join(folder, "objects", "poet.md"), poet("You rhyme, from an editor."));
    },
  },
  {
    what: "made on disk",
    object: "dancer",
    author: "disk",
    async change({ folder }) {
      const text = "---\nname: dancer\n---\nYou dance.\n";
      writeFileSync(join(folder, "objects", "dancer.md"), text);
    },
  },
];

const isModified = ({ event_type }: Seen): boolean => event_type === "POModified";

async function objectsOf({ home }: Killable): Promise<WirePayload[]> {
  const wire = await home.connect();
  const names = ["poet", "critic", "singer", "dancer", "assistant"];
  const found = await Promise.all(names.map((po_name) => wire.ask("InspectPO", { po_name })));
  wire.close();
  return found.map(({ name, description, capabilities, prompt, version }) => ({
    ...{ name: String(name), description, capabilities, prompt, version },
  }));
}

test("changes are committed by their author also where the daemon is killed before git has them", async () => {
  await using place = await openPlace(writeEnvironment);
  await run(place, ["objects", "new", "poet"]);
  const wire = await place.home.connect();
  const edits = ["1", "2", "3", "4", "5"];
  for (const reason of edits) {
    await wire.ask("EditPO", { po_name: "poet", text: poet(`Edit ${reason}.`), reason });
  }
  await place.kill();
  const reasons = () =>
    git(place.folder, "log", "--reverse", "--format=%an %s")
      .split("\n")
      .flatMap((line) => /^(?:api:\S+|\S+ \(cli\)) poet: (.*)$/.exec(line)?.[1] ?? []);
  await run(place, ["daemon", "stop"]);
  // How much the dead one had committed is chance; it was no more than all, and nothing is there twice.
  expect(reasons()).toEqual(["made", ...edits]);
  // The next one knows where the file is that it never saw change.
  await run(place, ["daemon", "start"]);
  await run(place, ["objects", "delete", "poet", "--yes", "-q", "--reason", "too old"]);
  await place.kill();
  await run(place, ["daemon", "stop"]);
  expect(reasons()).toEqual(["made", ...edits, "too old"]);
}, 60_000);

test("every change of an object is seen by all, committed once by its author, and made of files alone", async () => {
  await using place = await openPlace(writeEnvironment);
  const wire = await place.home.connect();
  const follow = await wire.follow({ after: null });
  const { seq = 0 } = await follow.until("the end", ({ type }) => type === "caught_up");
  wire.close();
  const seats = Object.values(interfaces).map((row) => takeSeat(place, row.open(place), seq));
  for (const [index, row] of rows.entries()) {
    await row.change(place);
    // Some of it is a message too, and messages are seen as well.
    const modified = () => seats.map(({ seen }) => seen.filter(isModified).length);
    for (const seat of seats) await seat.when(() => seat.seen.filter(isModified).length > index);
    expect([row.what, modified()]).toEqual([row.what, seats.map(() => index + 1)]);
  }
  const [first] = seats;
  for (const seat of seats) {
    expect([seat.problems, seat.seen.map(({ seq, label }) => `${seq} ${label}`)]).toEqual([
      [],
      first?.seen.map(({ seq, label }) => `${seq} ${label}`) ?? [],
    ]);
    await seat.close();
  }
  const before = await objectsOf(place);
  // An orderly end waits for git.
  await run(place, ["daemon", "stop"]);
  const log = git(place.folder, "log", "--reverse", "--format=%an %s").split("\n");
  const own = log.filter((line) => !/ assistant: /.test(line));
  expect(own).toEqual(
    rows.map(({ object, author }) =>
      expect.stringMatching(new RegExp(`^${author}\\S* ${object}: `)),
    ),
  );
  expect(git(place.folder, "status", "--porcelain", "objects")).not.toMatch(
    /poet|critic|singer|dancer/,
  );
  // Nothing is left but what is in the repository.
  rmSync(place.home.state, { recursive: true });
  await run(place, ["daemon", "start"]);
  expect(await objectsOf(place)).toEqual(before);
}, 90_000);
