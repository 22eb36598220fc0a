// The daemon as a real process: how it starts, what it leaves on the disk, and how it ends.
import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../src/protocol/version.ts";
import { configSchema } from "../../src/runtime/config.ts";
import { type DaemonHome, openDaemonHome } from "../support/daemon-process.ts";
import { isAlive } from "../support/processes.ts";
import { openRawWire } from "../support/raw-wire.ts";

// Processes from source take their time where many tests share a processor.
setDefaultTimeout(60_000);

const mode = (path: string) => (lstatSync(path).mode & 0o777).toString(8);

const attached = async (home: DaemonHome) => {
  const wire = await openRawWire(home.socket);
  expect((await wire.attach()).type).toBe("hello");
  return wire;
};

/** An environment whose model answers after `first`, or never. */
const scripted = (home: DaemonHome, step: string) => {
  home.write("script.yml", step);
  home.write(
    "data/environments/default/manifest.yml",
    `model: scripted/${home.folder}/script.yml\npermissions: { shell: allow }\n`,
  );
};

describe("a daemon that starts", () => {
  test("has loaded its objects when its socket is there, and says who it is", async () => {
    await using home = openDaemonHome();
    const daemon = home.start();
    await daemon.ready;
    const wire = await attached(home);
    const { payload } = await wire.ask("ListPOs");
    expect(payload).toMatchObject({ prompt_objects: [{ name: "assistant", state: "idle" }] });
    const pidFile = JSON.parse(readFileSync(join(home.state, "daemon.json"), "utf8"));
    const ofManifest = { limits: { max_iterations: 200, max_tool_iterations: 200 } };
    expect(pidFile).toEqual({
      pid: daemon.pid,
      version: VERSION,
      socket: home.socket,
      url: null,
      flags: {},
      again: false,
      settings: configSchema.parse(ofManifest),
    });
    expect(readdirSync(home.environment).toSorted()).toEqual([
      ".gitignore",
      ".state",
      "manifest.yml",
      "objects",
    ]);
    const log = readFileSync(join(home.state, "daemon.log"), "utf8");
    expect(log).toContain(`Jamey Runtime started socket=${home.socket} pid=${daemon.pid}`);
  });

  test("under a mask of 0 leaves nothing that others could read or write", async () => {
    await using home = openDaemonHome();
    await home.start({ umask: "000" }).ready;
    expect(mode(home.socket)).toBe("600");
    for (const folder of [
      home.state,
      join(home.folder, "state/run"),
      join(home.environment, "objects"),
    ]) {
      expect(`${mode(folder)} ${folder}`).toBe(`700 ${folder}`);
    }
    for (const file of ["daemon.json", "daemon.log", "lock.db"]) {
      expect(`${mode(join(home.state, file))} ${file}`).toBe(`600 ${file}`);
    }
    for (const file of ["manifest.yml", ".gitignore", "objects/assistant.md"]) {
      expect(`${mode(join(home.environment, file))} ${file}`).toBe(`600 ${file}`);
    }
  });

  test("after kill -9 takes over: the stale socket and pid file are no hindrance", async () => {
    await using home = openDaemonHome();
    const first = home.start();
    await first.ready;
    first.kill("SIGKILL");
    await first.exited;
    expect(lstatSync(home.socket).isSocket()).toBe(true);
    const second = home.start();
    await second.ready;
    await attached(home);
    expect(readFileSync(join(home.state, "daemon.json"), "utf8")).toContain(`"pid":${second.pid},`);
  });

  test("second loses: it says whose the environment is, and the first goes on", async () => {
    await using home = openDaemonHome();
    const first = home.start();
    await first.ready;
    const wire = await attached(home);
    const second = home.start();
    expect(await second.exited).toBe(75);
    expect(second.said()).toContain(`already runs (pid ${first.pid})`);
    // One that a client started in the background just lets the other have it.
    expect(await home.start({ mode: "background" }).exited).toBe(0);
    expect((await wire.ask("GetStatus")).payload).toMatchObject({ pid: first.pid });
    expect(existsSync(join(home.state, "daemon.json"))).toBe(true);
    await attached(home);
  });

  test("as one of ten in a new home is the only one, and the others lose in order", async () => {
    await using home = openDaemonHome();
    const daemons = Array.from({ length: 10 }, () => home.start());
    const outcomes = await Promise.all(
      daemons.map(
        async (daemon) => await Promise.race([daemon.exited, daemon.ready.then(() => "serves")]),
      ),
    );
    expect(outcomes.toSorted()).toEqual(
      [...Array.from({ length: 9 }, () => 75), "serves"].toSorted(),
    );
    await attached(home);
  });

  test("where a foreign file lies at its socket's place refuses, and leaves it alone", async () => {
    await using home = openDaemonHome();
    home.write("state/run/default.sock", "precious");
    const daemon = home.start({ mode: "background" });
    expect(await daemon.exited).toBe(78);
    expect(daemon.said()).toBe(
      `jamey: ${home.socket} is in the way and no socket: move it, then start again.\n`,
    );
    expect(readFileSync(home.socket, "utf8")).toBe("precious");
    expect(existsSync(join(home.state, "daemon.json"))).toBe(false);
    expect(readdirSync(join(home.folder, "state/run"))).toEqual(["default.sock"]);
    // It was looked at before anything was opened.
    expect(existsSync(join(home.state, "jamey.db"))).toBe(false);
  });

  test("does not take the place of a live daemon of another data folder", async () => {
    await using home = openDaemonHome();
    await home.start().ready;
    const elsewhere = join(home.folder, "elsewhere");
    mkdirSync(elsewhere, { recursive: true });
    const other = home.start({
      variables: {
        JAMEY_HOME: "",
        XDG_DATA_HOME: elsewhere,
        XDG_CONFIG_HOME: elsewhere,
        XDG_STATE_HOME: join(home.folder, "xdg"),
      },
    });
    await other.ready;
    await attached(home);
    const third = home.start({
      variables: {
        JAMEY_HOME: "",
        XDG_DATA_HOME: join(home.folder, "third"),
        XDG_CONFIG_HOME: elsewhere,
        XDG_STATE_HOME: join(home.folder, "xdg"),
      },
    });
    expect(await third.exited).toBe(75);
    expect(third.said()).toContain("Another program answers on");
    const wire = await openRawWire(join(home.folder, "xdg/jamey/run/default.sock"));
    expect((await wire.attach()).type).toBe("hello");
  });

  test("refuses a run folder that is a link", async () => {
    await using home = openDaemonHome();
    home.write("state/real/x", "");
    symlinkSync(join(home.folder, "state/real"), join(home.folder, "state/run"));
    const daemon = home.start({ mode: "background" });
    expect(await daemon.exited).toBe(78);
    expect(daemon.said()).toContain("must be a folder of your own");
    expect(readdirSync(join(home.folder, "state/real"))).toEqual(["x"]);
  });

  test("with a wrong setting ends with 78 and names file and line, or the variable", async () => {
    await using home = openDaemonHome();
    home.write(
      "data/environments/default/manifest.yml",
      "name: x\nlimits:\n  max_iterations: many\n",
    );
    const daemon = home.start({ mode: "background" });
    expect(await daemon.exited).toBe(78);
    expect(daemon.said()).toStartWith(
      `jamey: ${home.environment}/manifest.yml:3: limits.max_iterations: must be a number`,
    );
    home.write("data/environments/default/manifest.yml", "name: [x\n");
    const broken = home.start({ mode: "background" });
    expect(await broken.exited).toBe(78);
    expect(broken.said()).toStartWith(`jamey: ${home.environment}/manifest.yml:1: `);
    home.write("data/environments/default/manifest.yml", "");
    const variable = home.start({ mode: "background", variables: { JAMEY_IDLE_TIMEOUT: "soon" } });
    expect(await variable.exited).toBe(78);
    expect(variable.said()).toStartWith("jamey: JAMEY_IDLE_TIMEOUT: idle_timeout: ");
  });

  test("with a key that nobody knows warns in its log, and runs", async () => {
    await using home = openDaemonHome();
    home.write("config/daemon.yml", "idle_timeout: 5\ncolour: blue\n");
    await home.start().ready;
    expect(readFileSync(join(home.state, "daemon.log"), "utf8")).toContain(
      `warn  ${home.folder}/config/daemon.yml:2: unknown key 'colour' is ignored`,
    );
  });

  test("in an environment that is not there says where it looked", async () => {
    await using home = openDaemonHome();
    const daemon = home.start({ environment: "nowhere", mode: "background" });
    expect(await daemon.exited).toBe(1);
    expect(daemon.said()).toContain("There is no environment 'nowhere' (looked in ");
  });

  test("over a newer database refuses, and changes nothing in it", async () => {
    await using home = openDaemonHome();
    mkdirSync(home.state, { recursive: true, mode: 0o700 });
    const file = join(home.state, "jamey.db");
    const database = new Database(file);
    database.run("PRAGMA user_version = 9999");
    database.run("CREATE TABLE tomorrow (x)");
    database.close();
    const before = readFileSync(file);
    const daemon = home.start({ mode: "background" });
    expect(await daemon.exited).toBe(69);
    expect(daemon.said()).toMatch(/newer|update/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("with one broken object reports it and serves the others", async () => {
    await using home = openDaemonHome();
    home.write("data/environments/default/objects/good.md", "---\nname: good\n---\nGood.\n");
    home.write("data/environments/default/objects/bad.md", "---\nname: good\nmodel: 7\n---\n");
    await home.start().ready;
    const wire = await attached(home);
    const { payload } = await wire.ask("ListPOs");
    expect(payload).toMatchObject({ prompt_objects: [{ name: "good" }] });
    expect(readFileSync(join(home.state, "daemon.log"), "utf8")).toContain("bad.md:3: model: ");
  });
});

describe("a daemon that is told to end", () => {
  const ended = (home: DaemonHome) => {
    expect(existsSync(home.socket)).toBe(false);
    expect(existsSync(join(home.state, "daemon.json"))).toBe(false);
    expect(readdirSync(home.state).filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([]);
  };

  test.each(["SIGTERM", "SIGINT"] as const)(
    "by %s in the middle of a turn ends in order within 5 s, and the next one goes on",
    async (signal) => {
      await using home = openDaemonHome();
      scripted(home, "- text: Half an\n  fault: hang\n");
      const daemon = home.start();
      await daemon.ready;
      const wire = await attached(home);
      await wire.ask("Subscribe", { signal_types: ["TextDelta"] });
      const { payload } = await wire.ask("SendMessage", { po_name: "assistant", message: "hi" });
      const { turn_id } = payload as { turn_id: string };
      await wire.until((frame) => frame.type === "signal");
      const begun = performance.now();
      daemon.kill(signal);
      expect(await daemon.exited).toBe(0);
      expect(performance.now() - begun).toBeLessThan(5_000);
      expect((await wire.closed).code).toBe(1001);
      ended(home);
      scripted(home, "- text: The whole answer.\n");
      const next = home.start();
      await next.ready;
      const again = await attached(home);
      expect((await again.ask("WaitForTurn", { turn_id })).payload).toMatchObject({
        status: "completed",
        response: "The whole answer.",
      });
    },
  );

  /** A turn whose tool obeys no signal but the last; resolves to the tool's pid once it runs. */
  async function startStubborn(home: DaemonHome): Promise<{ pid: number; session_id: string }> {
    const mark = join(home.folder, "started");
    const command = `trap '' TERM INT HUP; echo $$ > ${mark}.new; mv ${mark}.new ${mark}; while :; do sleep 0.1; done`;
    scripted(
      home,
      `- tool_calls: [{ name: shell, args: { command: "${command}" } }]\n- text: ok\n`,
    );
    await home.start().ready;
    const wire = await attached(home);
    const rules = [{ tool: "shell", match: null, action: "allow" }];
    const { payload } = await wire.ask("SendMessage", {
      po_name: "assistant",
      message: "kept",
      settings: { rules },
    });
    await appeared(mark);
    const { session_id } = payload as { session_id: string };
    return { pid: Number(readFileSync(mark, "utf8")), session_id };
  }

  test("while a tool will not stop still ends within 5 s, and the tool with it", async () => {
    await using home = openDaemonHome();
    const tool = await startStubborn(home);
    const [daemon] = home.started;
    const begun = performance.now();
    daemon?.kill("SIGTERM");
    expect(await daemon?.exited).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5_000);
    ended(home);
    expect(isAlive(tool.pid)).toBe(false);
  });

  test("twice ends at once; the next start finds what was acknowledged, and ends the tool", async () => {
    await using home = openDaemonHome();
    const tool = await startStubborn(home);
    const [daemon] = home.started;
    daemon?.kill("SIGTERM");
    while (!daemon?.said().includes("stopping reason=SIGTERM")) await new Promise(setImmediate);
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(1);
    await home.start().ready;
    expect(isAlive(tool.pid)).toBe(false);
    const again = await attached(home);
    const reply = await again.ask("GetSession", { session_id: tool.session_id });
    expect(JSON.stringify(reply.payload)).toContain("kept");
  });

  test("by a client answers it first", async () => {
    await using home = openDaemonHome();
    const daemon = home.start();
    await daemon.ready;
    const wire = await attached(home);
    expect(await wire.ask("Shutdown")).toEqual({ type: "Ok", payload: {} });
    expect(await daemon.exited).toBe(0);
    ended(home);
  });

  test("by nobody needing it ends by itself", async () => {
    await using home = openDaemonHome();
    const daemon = home.start({ variables: { JAMEY_IDLE_TIMEOUT: "1" } });
    expect(await daemon.exited).toBe(0);
    expect(readFileSync(join(home.state, "daemon.log"), "utf8")).toContain(
      'stopping reason="nobody needed it"',
    );
    ended(home);
  });

  test("leaves alone what another daemon has put in its places", async () => {
    await using home = openDaemonHome();
    const daemon = home.start();
    await daemon.ready;
    writeFileSync(join(home.state, "daemon.json"), '{"pid":1,"socket":"other"}\n');
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect(readFileSync(join(home.state, "daemon.json"), "utf8")).toContain('"pid":1,');
  });

  test("by SIGHUP in the background goes on", async () => {
    await using home = openDaemonHome();
    const daemon = home.start({ mode: "background" });
    await appeared(home.socket);
    const wire = await attached(home);
    daemon.kill("SIGHUP");
    expect((await wire.ask("ListPOs")).type).toBe("POList");
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect(daemon.said()).toBe("");
    expect(statSync(join(home.state, "daemon.log")).size).toBeGreaterThan(0);
  });
});

/** Another process writes a file and rings nobody. */
async function appeared(file: string): Promise<void> {
  while (!existsSync(file)) await new Promise(setImmediate);
}
