// The doctor: each thing that can be wrong is found, named and answered; what is well is left alone.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { JameyError } from "../../../src/protocol/errors.ts";
import type { Finding } from "../../../src/protocol/upkeep.ts";
import { markUntrusted, removeMark } from "../../../src/runtime/environment/untrusted.ts";
import { createKeys } from "../../../src/runtime/keys.ts";
import { takeLock } from "../../../src/runtime/lock.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { openStore } from "../../../src/runtime/store/open.ts";
import { openUpkeepHome } from "../../support/upkeep-home.ts";
import { randomEvents, streamOf } from "../store/random-events.ts";
import { add } from "../store/samples.ts";

type Home = ReturnType<typeof openUpkeepHome>;

const examine = async ({ upkeep }: Home, name: string): Promise<Finding[]> =>
  (await upkeep.examine("default")).filter((one) => one.name === name);

const now = () => new Date().toISOString();

/** A journal with some history; its clock is ours. */
async function makeStore(home: Home): Promise<void> {
  const store = openStore({ folder: home.state, onError: () => undefined });
  for (const event of randomEvents(2, 60)) await add(store.journal, streamOf(event), [event]);
  await store.close();
}

function listen(path: string, answer?: string): Disposable {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const data = (socket: Bun.Socket) => void (answer && socket.write(answer));
  const server = Bun.listen({ unix: path, socket: { data } });
  return { [Symbol.dispose]: () => server.stop(true) };
}

describe("the doctor", () => {
  test("finds nothing broken in a fresh install, and makes nothing", async () => {
    using home = openUpkeepHome();
    const findings = await home.upkeep.examine("default");
    expect(findings.filter(({ level }) => level === "broken")).toEqual([]);
    expect(new Set(findings.map(({ name }) => name))).toContain("model");
    expect(readdirSync(home.home)).toEqual([]);
  });

  test("names a file of settings that keeps the daemon from starting, and goes on", async () => {
    using home = openUpkeepHome();
    home.write(home.manifest, "limits: [\n");
    expect(await examine(home, "settings")).toMatchObject([
      { level: "broken", what: expect.stringContaining(`${home.manifest}:1: `) },
    ]);
  });

  test("names folders in which nothing can be kept", async () => {
    using home = openUpkeepHome({ JAMEY_HOME: "/dev/null" });
    expect(await examine(home, "folders")).toMatchObject([
      { level: "broken", why: "/dev/null: it is not a folder" },
    ]);
  });

  test("names an object that is not loaded, with its line", async () => {
    using home = openUpkeepHome();
    home.write(join(home.objects, "good.md"), "---\nname: good\n---\nHello.\n");
    home.write(join(home.objects, "bad.md"), "---\nname: bad\nmode: magic\n---\nHello.\n");
    expect(await examine(home, "objects")).toMatchObject([
      { level: "broken", what: expect.stringContaining(`${home.objects}/bad.md:3: `) },
    ]);
  });

  test("goes on where a file is a link that leads nowhere, and says it of this file alone", async () => {
    using home = openUpkeepHome();
    mkdirSync(home.objects, { recursive: true });
    const file = join(home.objects, "circle.md");
    symlinkSync("circle.md", file);
    expect(await examine(home, "objects")).toMatchObject([
      { level: "broken", what: expect.stringContaining(`${file}: ELOOP`) },
    ]);
    expect(await examine(home, "permissions")).toMatchObject([{ level: "ok" }]);
  });

  test("names secrets that others may read, and the command that ends it", async () => {
    using home = openUpkeepHome();
    home.write(home.credentials, "OPENAI_API_KEY=sk-canary\n", 0o644);
    home.write(home.daemonFile, "auto_start: true\n", 0o666);
    const findings = await examine(home, "permissions");
    expect(findings.map(({ level, advice }) => [level, advice])).toEqual([
      ["weak", `chmod 600 ${home.credentials}`],
      ["weak", `chmod go-w ${home.daemonFile}`],
    ]);
    expect(JSON.stringify(await home.upkeep.examine("default"))).not.toContain("canary");
  });

  test("names what a killed daemon left, and says that it does no harm", async () => {
    using home = openUpkeepHome();
    {
      using _ = listen(`${home.socket}.new`);
      renameSync(`${home.socket}.new`, home.socket);
    }
    home.write(join(home.state, "daemon.json"), '{"pid":1,"version":"0.0.1"}\n');
    expect(await examine(home, "socket")).toMatchObject([
      { level: "note", what: `stale: ${home.socket}, ${home.state}/daemon.json` },
    ]);
  });

  test("names what is no socket, and one that is not jamey's", async () => {
    using home = openUpkeepHome();
    home.write(home.socket, "a file\n");
    expect(await examine(home, "socket")).toMatchObject([
      { level: "broken", what: `${home.socket} is not a socket of yours` },
    ]);
    using other = openUpkeepHome();
    using _ = listen(other.socket);
    expect(await examine(other, "socket")).toMatchObject([
      { level: "broken", what: expect.stringContaining("no daemon holds the lock") },
    ]);
  });

  test("names a daemon that hangs, and one of another version", async () => {
    using home = openUpkeepHome();
    home.write(join(home.state, "daemon.json"), '{"pid":7,"version":"0.0.1"}\n');
    const lock = takeLock(join(home.state, "lock.db"));
    try {
      expect(await examine(home, "daemon")).toMatchObject([
        { level: "broken", what: expect.stringContaining("the daemon (pid 7) holds the lock") },
      ]);
      {
        // As one that was suspended: the kernel takes the connection, and nobody answers.
        using _ = listen(home.socket);
        expect(await examine(home, "daemon")).toMatchObject([
          { level: "broken", what: expect.stringContaining("does not answer") },
        ]);
      }
      using _ = listen(home.socket, "HTTP/1.1 200 OK\r\n\r\n");
      expect(await examine(home, "daemon")).toMatchObject([{ level: "ok" }]);
      expect(await examine(home, "version")).toMatchObject([
        { level: "weak", advice: "jamey daemon restart" },
      ]);
    } finally {
      lock?.release();
    }
  });

  test("shows the last errors of the log", async () => {
    using home = openUpkeepHome();
    home.write(join(home.state, "daemon.log"), "t info  fine\nt error it broke reason=x\n");
    expect(await examine(home, "log")).toMatchObject([
      { level: "note", why: "t error it broke reason=x" },
    ]);
  });

  test("names keys without an end, keys for everything, and a listener without TLS", async () => {
    using home = openUpkeepHome();
    home.write(home.manifest, 'connectors:\n  http: {enabled: true, host: "0.0.0.0"}\n');
    const log = createLog({ level: "error", now, write: () => undefined });
    const keys = createKeys({ file: home.keys, log, now });
    const { text } = keys.create({ name: "robot", scopes: ["read"], expires_at: null });
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    keys.create({ name: "boss", scopes: ["read", "chat", "admin"], expires_at });
    expect((await examine(home, "keys")).map(({ what }) => what)).toEqual([
      "1 keys that never expire: robot",
      "1 keys that may do everything: boss",
    ]);
    expect(await examine(home, "listener")).toMatchObject([{ level: "weak" }]);
    expect(JSON.stringify(await home.upkeep.examine("default"))).not.toContain(text);
  });

  test("says which model would be asked, not that it answers, and never with which key", async () => {
    using home = openUpkeepHome();
    home.write(home.credentials, "ANTHROPIC_API_KEY=sk-canary\n");
    const [model] = await examine(home, "model");
    expect([model?.level, model?.what.startsWith("anthropic/")]).toEqual(["ok", true]);
    expect(model?.what).toEndWith("; whether it answers was not tried");
    expect(model?.what).not.toContain("canary");
  });

  test("says when every command is allowed", async () => {
    using home = openUpkeepHome();
    home.write(home.manifest, "permissions: {shell(git *): allow}\n");
    expect(await examine(home, "shell")).toMatchObject([{ level: "note" }]);
    for (const rules of ["shell: allow", '"s*": allow', '"*": allow', '"shell(*)": allow']) {
      home.write(home.manifest, `permissions: {${rules}}\n`);
      expect({ rules, found: await examine(home, "shell") }).toMatchObject({
        rules,
        found: [{ level: "weak" }],
      });
    }
    const asked: [string, string][] = [
      ['shell: ask, "*": allow', "Each is asked for, but for *."],
      ['shell: deny, "*": allow', "Each is denied."],
      ['"file_*": allow', "Each is asked for."],
    ];
    for (const [rules, why] of asked) {
      home.write(home.manifest, `permissions: {${rules}}\n`);
      expect(await examine(home, "shell")).toMatchObject([{ level: "note", why }]);
    }
  });
});

describe("the doctor's look at the database", () => {
  test("finds a whole one whole, and leaves every byte of it as it was", async () => {
    using home = openUpkeepHome();
    await makeStore(home);
    const file = join(home.state, "jamey.db");
    const before = Bun.hash(readFileSync(file));
    expect(await examine(home, "database")).toMatchObject([{ level: "ok" }]);
    expect(await examine(home, "views")).toMatchObject([{ level: "ok" }]);
    expect([Bun.hash(readFileSync(file)), readdirSync(home.state).toSorted()]).toEqual([
      before,
      ["jamey.db"],
    ]);
  });

  test("sees it while it is open, with what was written a moment ago", async () => {
    using home = openUpkeepHome();
    const store = openStore({ folder: home.state, onError: () => undefined });
    try {
      for (const event of randomEvents(1, 9)) await add(store.journal, streamOf(event), [event]);
      expect((await examine(home, "database"))[0]?.what).toContain(": 9 events, ");
      expect(await examine(home, "views")).toMatchObject([{ level: "ok" }]);
    } finally {
      await store.close();
    }
  });

  test("finds views that lie, and a rebuild makes them good", async () => {
    using home = openUpkeepHome();
    await makeStore(home);
    const client = new Database(join(home.state, "jamey.db"));
    client.run("UPDATE sessions SET name = 'a lie'");
    client.close();
    expect(await examine(home, "views")).toMatchObject([
      { level: "broken", what: "not what the journal says: sessions" },
    ]);
    expect((await home.upkeep.rebuild("default")).events).toBe(60);
    expect(await examine(home, "views")).toMatchObject([{ level: "ok" }]);
  });

  test("finds an event that was tampered with", async () => {
    using home = openUpkeepHome();
    await makeStore(home);
    const client = new Database(join(home.state, "jamey.db"));
    client.run("UPDATE events SET payload = payload || ' ' WHERE seq = 8");
    client.close();
    expect(await examine(home, "database")).toMatchObject([
      { level: "broken", why: expect.stringContaining("event 8: its checksum does not fit") },
    ]);
  });

  test("finds one that is no database, and one of a newer jamey", async () => {
    using home = openUpkeepHome();
    home.write(join(home.state, "jamey.db"), "not a database at all, but long enough to be read\n");
    expect(await examine(home, "database")).toMatchObject([
      { level: "broken", what: expect.stringContaining("damaged") },
    ]);
    using other = openUpkeepHome();
    await makeStore(other);
    const client = new Database(join(other.state, "jamey.db"));
    client.run("PRAGMA user_version = 999");
    client.close();
    expect(await examine(other, "database")).toMatchObject([
      { level: "broken", what: expect.stringContaining("update jamey") },
    ]);
  });

  test("is no rebuild while a daemon has it, nor where there is none", async () => {
    using home = openUpkeepHome();
    const refusal = async () => {
      const thrown = await home.upkeep.rebuild("default").catch((error: unknown) => error);
      return thrown instanceof JameyError ? `${thrown.code} ${thrown.message}` : "none";
    };
    expect(await refusal()).toStartWith("not_found There is no journal yet");
    await makeStore(home);
    writeFileSync(join(home.state, "daemon.json"), '{"pid":7}\n');
    const lock = takeLock(join(home.state, "lock.db"));
    expect(await refusal()).toBe(
      "conflict The daemon of 'default' runs (pid 7). Stop it first: jamey daemon stop",
    );
    lock?.release();
    expect(await refusal()).toBe("none");
  });
});

describe("an environment that came from elsewhere", () => {
  test("is named with what of it is inert, until it is trusted, whichever is examined", async () => {
    using home = openUpkeepHome();
    const guest = join(home.home, "data/environments/guest");
    home.write(join(guest, "manifest.yml"), "name: guest\npermissions: {shell: allow}\n");
    const woken = "---\nname: watcher\non_start: Begin.\n---\nYou watch.\n";
    home.write(join(guest, "objects/watcher.md"), woken);
    home.write(join(guest, "workflows/build.yml"), "nodes: []\n");
    expect(await examine(home, "trust")).toEqual([]);
    markUntrusted(join(guest, ".state"), "a file.tar.gz");
    expect(await examine(home, "trust")).toEqual([
      {
        name: "trust",
        level: "note",
        what: "'guest' is not trusted: it came from a file.tar.gz",
        why: "Inert until then: messages to watcher; settings permissions.shell; files workflows/build.yml.",
        advice: "jamey env trust guest",
      },
    ]);
    removeMark(join(guest, ".state"));
    expect(await examine(home, "trust")).toEqual([]);
  });
});
