// `jamey sessions …` with the real daemon: what each command prints, refuses and leaves behind.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseAge, parseSince } from "../../src/cli/input/parse-age.ts";
import { shortIds } from "../../src/cli/output/session-table.ts";
import { showAge } from "../../src/terminal/age.ts";
import { answerTurn, startFakeDaemon, temporaryHome } from "../support/fake-daemon.ts";
import { type CliOptions, runCli } from "../support/run-cli.ts";

const home = realpathSync(temporaryHome());
const elsewhere = join(home, "elsewhere");
const TIMEOUT_MS = 60_000;

const run = (args: string[], options: Partial<CliOptions> = {}) =>
  // A model that was chosen: nothing is said of one that is not connected.
  runCli(args, { home, variables: { JAMEY_MODEL: "offline/guide" }, ...options });

/** What it printed; anything on stderr or another code than 0 is a failure. */
async function printed(args: string[], options: Partial<CliOptions> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, options);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

const CODE = ["Here:", "```sh", "ls", "```", "and", "```", "no", "```"]
  .map((line) => `/say ${line}`)
  .join("\n");

const say = (session: string, text: string) =>
  printed(["run", "-q", "-r", session, `/say ${text}`]);

beforeAll(async () => {
  mkdirSync(elsewhere);
  await printed(["sessions", "new", "--session-id", "alpha-one", "--name", "The first"]);
  await printed(["sessions", "new", "--session-id", "alpha-two"], { directory: elsewhere });
  await say("alpha-one", "look: `a`");
  await printed(["run", "-q", "-r", "alpha-two", CODE]);
}, TIMEOUT_MS);

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
}, TIMEOUT_MS);

describe("jamey sessions", () => {
  test(
    "resume-queue says where nothing waits behind a stopped turn",
    async () => {
      expect(await run(["sessions", "resume-queue", "alpha-one"])).toEqual({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("there is nothing to resume"),
      });
    },
    TIMEOUT_MS,
  );

  test(
    "new and create-session begin one session under an id, however often",
    async () => {
      const given = ["--session-id", "alpha-one"];
      const first = await printed(["sessions", "new", ...given]);
      expect([first, await printed(["create-session", ...given])]).toEqual([
        "Created session: alpha-one\n",
        "Created session: alpha-one\n",
      ]);
      const other = await run(["sessions", "new", "--session-id", "short"]);
      expect([other.code, other.stdout]).toEqual([2, ""]);
    },
    TIMEOUT_MS,
  );

  test(
    "list says what each is about, where it is, and how to see more",
    async () => {
      const here = ["sessions", "list", "--here"];
      expect(await printed(here)).toBe(
        "alpha-on  The first  assistant  idle  2 messages  now  here\n",
      );
      const { stdout, stderr } = await run(["sessions", "list", "-n", "1"]);
      expect([stdout.split("\n").length, stderr]).toEqual([
        2,
        "There are more: ask for them with -n 2.\n",
      ]);
      const page = JSON.parse((await run(["sessions", "list", "-n", "1", "--json"])).stdout);
      expect([page.sessions.length, typeof page.next_cursor]).toEqual([1, "string"]);
      const all = JSON.parse(await printed(["sessions", "list", "-n", "5000", "--json"]));
      expect(all.next_cursor).toBeNull();
      expect(all.sessions.map((one: { session_id: string }) => one.session_id)).toContain(
        "alpha-two",
      );
      expect(Object.keys(all.sessions[0])).toEqual([
        "session_id",
        "po_name",
        "name",
        "source",
        "agent_mode",
        "state",
        "message_count",
        "title",
        "workspace",
        "parent",
        "forked_from",
        "ephemeral",
        "created_at",
        "updated_at",
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    "take an id, the beginning of one, or a name; what is ambiguous is named",
    async () => {
      for (const named of ["alpha-one", "alpha-o", "The first"]) {
        expect(await printed(["status", named])).toContain("Session   alpha-one\n");
      }
      const { code, stdout, stderr } = await run(["sessions", "show", "alpha"]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain("'alpha' fits 2 sessions: ");
      expect(stderr).toContain("alpha-one The first");
      const missing = await run(["status", "nothing"]);
      expect([missing.code, missing.stdout]).toEqual([1, ""]);
      expect(missing.stderr).toContain("There is no session 'nothing'. See 'jamey sessions list'.");
    },
    TIMEOUT_MS,
  );

  test(
    "show prints the last answer alone, or only its first code block",
    async () => {
      expect(await printed(["sessions", "show", "alpha-one", "--last"])).toBe("look: `a`\n");
      expect(await printed(["sessions", "show", "alpha-two", "-x"])).toBe("ls\n");
      const none = await run(["sessions", "show", "alpha-one", "-x"]);
      expect([none.code, none.stdout]).toEqual([65, ""]);
      expect(none.stderr).toContain("has no fenced code block");
    },
    TIMEOUT_MS,
  );

  test(
    "fork copies a session, up to a message",
    async () => {
      const { session } = JSON.parse(await printed(["sessions", "show", "alpha-one", "--json"]));
      const [first] = session.conversation;
      const fork = await printed(["sessions", "fork", "The first", "--name", "A copy"]);
      expect(fork).toMatch(/^Forked session: [0-9a-f-]{36}\n$/);
      const part = ["sessions", "fork", "alpha-one", "--at", first.message_id.slice(0, -1)];
      const cut = JSON.parse(await printed([...part, "--json"])).session;
      expect([cut.message_count, cut.forked_from]).toEqual([
        1,
        { session_id: "alpha-one", message_id: first.message_id },
      ]);
      const missing = await run(["sessions", "fork", "alpha-one", "--at", "none"]);
      expect([missing.code, missing.stdout]).toEqual([1, ""]);
    },
    TIMEOUT_MS,
  );

  test(
    "export and import carry a conversation from file to session, and refuse what is none",
    async () => {
      const file = join(home, "talk.json");
      const written = ["sessions", "export", "alpha-two", "-O", file, "--json"];
      const { bytes } = JSON.parse(await printed(written));
      expect(statSync(file).size).toBe(bytes);
      const document = readFileSync(file, "utf8");
      const name = ["--name", "Brought"];
      expect(await printed(["sessions", "import", file, ...name])).toStartWith(
        "Imported session: ",
      );
      const again = await printed(["sessions", "import", "-"], { stdin: document });
      expect(again).toStartWith("Imported session: ");
      expect(await printed(["sessions", "show", "Brought", "-x"])).toBe("ls\n");
      const markdown = await printed(["sessions", "export", "alpha-two", "--format", "markdown"]);
      expect(markdown).toContain("## assistant · offline/guide · ");

      const bad = join(home, "bad.json");
      const deep = document.replace(
        '"metadata": {}',
        `"metadata": {"a":${"[".repeat(200)}${"]".repeat(200)}}`,
      );
      expect(deep).not.toBe(document);
      for (const text of [
        "",
        "{",
        "[]",
        deep,
        document.replace("jamey-session", "zip"),
        "\u00ff",
      ]) {
        writeFileSync(bad, text, text === "\u00ff" ? "latin1" : "utf8");
        const { code, stdout, stderr } = await run(["sessions", "import", bad]);
        expect([code, stdout]).toEqual([65, ""]);
        expect(stderr).toContain(`${bad} is no exported session`);
      }
      expect((await run(["sessions", "import", join(home, "none")])).code).toBe(66);
      const failed = await run(["sessions", "export", "nothing", "-O", join(home, "left")]);
      expect([failed.code, existsSync(join(home, "left"))]).toEqual([1, false]);
    },
    TIMEOUT_MS,
  );

  test(
    "search takes filters, and says so when one of them is none",
    async () => {
      const hits = async (...filter: string[]) =>
        JSON.parse(await printed(["sessions", "search", "look", "--json", ...filter])).hits.length;
      expect(await hits("--since", "1d")).toBeGreaterThan(1);
      expect(await hits("--since", "2999-01-01")).toBe(0);
      expect(await hits("--model", "offline/guide", "--status", "completed")).toBe(2);
      expect(await hits("--tool", "shell")).toBe(0);
      const table = await printed(["sessions", "search", "look", "--status", "completed"]);
      expect(table).toMatch(/^alpha-on {2}The first {2}(user|assistant) +now {2}.*\[look\]/);
      for (const wrong of [
        ["--since", "soon"],
        ["--status", "good"],
      ]) {
        expect((await run(["sessions", "search", "look", ...wrong])).code).toBe(2);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "print no control character that somebody put into a session",
    async () => {
      const evil = "evil\u001b]52;c;eA==\u0007\u001b[2J\u202e\u009b31m";
      await printed(["sessions", "new", "--session-id", "evil-one", "--name", evil]);
      await printed(["run", "-q", "-r", "evil-one", `/say ${evil}`]);
      for (const args of [
        ["sessions", "list"],
        ["sessions", "show", "evil-one"],
        ["sessions", "search", "evil"],
        ["sessions", "export", "evil-one", "--format", "markdown"],
        ["status", "evil-one"],
      ]) {
        expect({ args, found: /[^\P{Cc}\n\t]/u.test(await printed(args)) }).toEqual({
          args,
          found: false,
        });
      }
    },
    TIMEOUT_MS,
  );

  test(
    "prune deletes what is old and says what, and nothing without a yes",
    async () => {
      const kept = await printed(["sessions", "prune", "--older-than", "1d"]);
      expect(kept).toBe("Deleted sessions: 0\n");
      expect((await run(["sessions", "prune"])).code).toBe(2);
      const other = { home: temporaryHome() };
      await runCli(["sessions", "new", "--session-id", "old-session"], other);
      // An age below every session's: the shortest that can be written.
      const old = ["sessions", "prune", "--older-than", "0.001m"];
      let refused = await runCli(old, other);
      // Until it is old enough, there is nothing to ask about.
      while (refused.code === 0) refused = await runCli(old, other);
      expect([refused.code, refused.stdout]).toEqual([2, ""]);
      expect(refused.stderr).toContain("Deleting 1 session cannot be undone. Say so with --yes.");
      expect(refused.stderr).toContain("old-sess  -  assistant  idle  0 messages  now");
      const done = await runCli([...old, "--yes"], other);
      expect([done.code, done.stdout]).toEqual([
        0,
        "old-sess  -  assistant  idle  0 messages  now  here\nDeleted sessions: 1\n",
      ]);
      await runCli(["daemon", "stop"], other);
    },
    TIMEOUT_MS,
  );
});

describe("sessions of a daemon", () => {
  const at = "2026-01-01T00:00:00.000Z";
  const session = (session_id: string, fields: object) => ({
    session_id,
    po_name: "assistant",
    name: null,
    source: "cli",
    agent_mode: "single",
    state: "idle",
    message_count: 1,
    title: session_id,
    workspace: "/x",
    forked_from: null,
    ephemeral: false,
    created_at: at,
    updated_at: at,
    ...fields,
  });
  const there = [
    session("idle", {}),
    session("working", { state: "working" }),
    session("waiting", { state: "waiting" }),
    session("ephemeral", { ephemeral: true }),
    session("used-meanwhile", {}),
  ];

  test("are gone on with where they stay: one that goes with its client is nobody else's", async () => {
    const fake = startFakeDaemon({
      answer(asked, client) {
        if (asked.type !== "ListSessions") return answerTurn(asked, client, { response: "ok" });
        const sessions = there.filter((one) => one.ephemeral || one.session_id === "idle");
        client.reply(asked, "SessionList", { sessions: sessions.toReversed(), next_cursor: null });
      },
    });
    const { code, stderr } = await runCli(["run", "-q", "-c", "hi"], { home: fake.home });
    await fake.stop();
    const sent = fake.asked.find((one) => one.type === "SendMessage");
    expect({ code, stderr, to: sent?.payload.session_id }).toEqual({
      code: 0,
      stderr: "",
      to: "idle",
    });
  });

  test("that are pruned are neither running, waiting, about to go by themselves, nor used since", async () => {
    const deleted: unknown[] = [];
    const fake = startFakeDaemon({
      answer(asked, client) {
        const { match, session_id } = asked.payload;
        if (asked.type === "DeleteSession") deleted.push(session_id);
        if (asked.type !== "ListSessions") return client.reply(asked, "Ok", {});
        const found = there.filter(
          (one) => match === undefined || (one.session_id === match && match !== "used-meanwhile"),
        );
        client.reply(asked, "SessionList", { sessions: found, next_cursor: null });
      },
    });
    const given = ["sessions", "prune", "--older-than", "90d", "--yes", "--json"];
    const { code, stdout } = await runCli(given, { home: fake.home });
    await fake.stop();
    expect([code, JSON.parse(stdout), deleted]).toEqual([0, { deleted: ["idle"] }, ["idle"]]);
  });
});

describe("ages", () => {
  const now = Date.parse("2026-03-04T05:06:07.000Z");

  test("are read in minutes, hours, days, weeks and years, or as a date", () => {
    expect(["30m", "1.5h", "2d", "1w", "1y"].map((text) => parseAge(text, "--x"))).toEqual([
      1_800_000, 5_400_000, 172_800_000, 604_800_000, 31_536_000_000,
    ]);
    expect(parseSince("2d", "--since", now)).toBe("2026-03-02T05:06:07.000Z");
    expect(parseSince("2026-01-31", "--since", now)).toBe("2026-01-31T00:00:00.000Z");
    for (const wrong of ["", "2", "d", "-1d", "0d", "1e9d", "2 d", "2026-13-01", "200y"]) {
      expect(() => parseSince(wrong, "--since", now)).toThrow("--since");
    }
  });

  test("are shown in the largest unit that is whole", () => {
    const ages = ["05:05:30", "05:01:07", "03:00:00", "00:00:00"].map((time) =>
      showAge(`2026-03-04T${time}.000Z`, now),
    );
    expect(ages).toEqual(["now", "5m", "2h", "5h"]);
    expect(showAge("2026-02-01T00:00:00.000Z", now)).toBe("31d");
    expect(showAge("2020-02-01T00:00:00.000Z", now)).toBe("6y");
    expect(showAge("2027-01-01T00:00:00.000Z", now)).toBe("now");
  });
});

describe("short ids", () => {
  test("are as long as it takes to tell them apart", () => {
    expect(shortIds(["abcdefgh-1", "abcdefgh-22", "abcdefgh-21", "x", "zzzzzzzzzz"])).toEqual([
      "abcdefgh-1",
      "abcdefgh-22",
      "abcdefgh-21",
      "x",
      "zzzzzzzz",
    ]);
  });
});
