// The flags of a daemon's start, read and then in force: HTTP, MCP, and what is kept over a restart.
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "../../src/cli/input/arguments.ts";
import { readServeSettings, serveFlags } from "../../src/cli/table/serve-flags.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { killAll, processesWith } from "../support/processes.ts";
import { runCli, spawnCli } from "../support/run-cli.ts";
import { openUpkeepHome } from "../support/upkeep-home.ts";

const settings = (...raw: string[]): unknown => {
  try {
    return readServeSettings(readArguments(serveFlags, raw), "/work-dir");
  } catch (thrown) {
    return thrown instanceof JameyError ? thrown.message : thrown;
  }
};

describe("the flags of serve", () => {
  test("are settings of the same names, and nothing where nothing is given", () => {
    expect(settings()).toEqual({});
    expect(settings("--http")).toEqual({ connectors: { http: { enabled: true } } });
    expect(settings("--http", "8080", "--mcp")).toEqual({
      connectors: { http: { enabled: true, port: 8080 }, mcp: { enabled: true } },
    });
    expect(settings("--http=0", "--host", "0.0.0.0", "--log-level", "debug")).toEqual({
      connectors: { http: { enabled: true, port: 0, host: "0.0.0.0" } },
      log_level: "debug",
    });
    expect(
      settings("--http", "--static", "site", "--tls-cert", "/c.pem", "--tls-key", "k.pem"),
    ).toEqual({
      connectors: {
        http: {
          enabled: true,
          static_dir: "/work-dir/site",
          tls: { cert: "/c.pem", key: "/work-dir/k.pem" },
        },
      },
    });
    expect(settings("--http", "--allow-host", "a", "--allow-host", "b")).toEqual({
      connectors: { http: { enabled: true, allowed_hosts: ["a", "b"] } },
    });
  });

  test("that cannot be meant are an error", () => {
    expect(settings("--http=80a")).toBe("--http takes a port from 0 to 65535; not '80a'.");
    expect(settings("--http", "65536")).toBe("--http takes a port from 0 to 65535; not '65536'.");
    expect(settings("--tls-cert", "a")).toBe(
      "--tls-cert and --tls-key belong together: give both.",
    );
    expect(settings("--log-level", "loud")).toContain("--log-level takes debug, info, warn, error");
  });
});

const homes: ReturnType<typeof openUpkeepHome>[] = [];

function openHome() {
  const home = openUpkeepHome();
  homes.push(home);
  return home;
}

// HOME names the folder in every process that was started for it.
afterEach(async () => {
  for (const home of homes.splice(0)) {
    await killAll(() => processesWith(home.home));
    home[Symbol.dispose]();
  }
});

describe("a daemon that is started with flags", () => {
  test("makes the environment that it names, listens, and says where", async () => {
    const home = openHome();
    const line = ["daemon", "start", "--env", "prod", "--http", "0", "--mcp"];
    const ran = await runCli(line, home);
    expect(ran.stderr).toBe(`Environment 'prod' was made in ${home.home}/data/environments/prod\n`);
    const url = /^Daemon started: pid \d+, socket \S+, (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(
      ran.stdout,
    )?.[1];
    expect([ran.code, typeof url]).toEqual([0, "string"]);
    expect(await (await fetch(`${url}/health`)).text()).toStartWith("OK");
    expect(existsSync(join(home.home, "data/environments/prod/objects/assistant.md"))).toBe(true);
  });

  test("keeps them: the same again is fine, others are refused, a restart says them again", async () => {
    const home = openHome();
    const start = (...flags: string[]) =>
      runCli(["daemon", "start", "--env", "prod", ...flags], home);
    await start("--http", "0");
    expect((await start("--http", "0")).code).toBe(0);
    expect((await start()).code).toBe(0);
    const other = await start("--http", "1", "--log-level", "debug");
    expect([other.code, other.stdout]).toEqual([75, ""]);
    expect(other.stderr).toContain(
      "already runs with another connectors.http.port, log_level. To change that: jamey daemon restart",
    );
    const shown = await runCli(["config", "show", "--env", "prod"], home);
    expect(shown.stderr).toBe(
      "note: the running daemon has connectors.http.enabled true, by its command line\n" +
        "note: the running daemon has connectors.http.port 0, by its command line\n",
    );
    const again = await runCli(["daemon", "restart", "--env", "prod", "--json"], home);
    expect(JSON.parse(again.stdout).url).toStartWith("http://127.0.0.1:");
  });

  test("says in one line of JSON when it is ready, and with -q nothing else", async () => {
    using home = openUpkeepHome();
    const child = spawnCli(["serve", "--http", "0", "--json", "-q"], home);
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    const { url, socket, pid } = JSON.parse(new TextDecoder().decode(value));
    expect([socket, pid]).toEqual([home.socket, child.pid]);
    const ran = await runCli(["daemon", "status", "--url", url, "--json"], home);
    expect(JSON.parse(ran.stdout)).toMatchObject({ running: true, url });
    // Another home finds its environment taken, and says by whom.
    using other = openUpkeepHome();
    const folder = home.manifest.slice(0, home.manifest.lastIndexOf("/"));
    const refused = await runCli(["--env", folder, "sessions", "list"], other);
    expect([refused.code, refused.stderr]).toEqual([
      69,
      expect.stringContaining(`is held by a daemon (pid ${child.pid}) that listens on ${socket}`),
    ]);
    child.kill("SIGTERM");
    expect([await child.exited, await child.stderr.text()]).toEqual([0, ""]);
  });

  test("that ask for something without a listener do not start", async () => {
    const home = openHome();
    const ran = await runCli(["daemon", "start", "--host", "127.0.0.1"], home);
    expect(ran.code).toBe(78);
    expect(ran.stderr).toContain(
      "The command line says --host, but nothing listens on TCP: add --http.",
    );
    const missing = await runCli(["serve", "--http", "0", "--static", "nowhere"], home);
    expect([missing.code, missing.stderr]).toEqual([
      78,
      `jamey: connectors.http.static_dir (--static): there is no folder ${home.home}/nowhere.\n`,
    ]);
  });

  test("is changed by a setting only after a restart, and that is said", async () => {
    const home = openHome();
    await runCli(["daemon", "start"], home);
    const ran = await runCli(["config", "set", "connectors.mcp.enabled", "false"], home);
    expect(ran.stderr).toBe("The daemon that runs has the old one until: jamey daemon restart\n");
    const rebuild = await runCli(["doctor", "--rebuild"], home);
    expect([rebuild.code, rebuild.stderr.includes("Stop it first: jamey daemon stop")]).toEqual([
      75,
      true,
    ]);
    const doctor = await runCli(["doctor", "--json"], home);
    const names = JSON.parse(doctor.stdout).findings.map(
      ({ name, level }: { name: string; level: string }) => `${name} ${level}`,
    );
    expect(names).toEqual(expect.arrayContaining(["daemon ok", "version ok", "views ok"]));
    const log = readFileSync(join(home.state, "daemon.log"), "utf8");
    expect(log).toContain("Jamey Runtime started");
  });
});
