// A daemon where another runs without its lock, or where another was killed.
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDaemonHome } from "../support/daemon-process.ts";
import { openRawWire } from "../support/raw-wire.ts";

// Processes from source take their time where many tests share a processor.
setDefaultTimeout(60_000);

test("A second daemon loses before it opens anything, also where somebody removed the lock", async () => {
  await using home = openDaemonHome();
  const first = home.start();
  await first.ready;
  const wire = await openRawWire(home.socket);
  await wire.attach();
  const { payload: before } = await wire.ask("GetStatus");
  rmSync(join(home.state, "lock.db"));
  const log = readFileSync(join(home.state, "daemon.log"), "utf8");
  const second = home.start({ mode: "background" });
  expect(await second.exited).toBe(75);
  expect(second.said()).toContain(`Another program answers on ${home.socket}`);
  const { seq } = before as { seq: number };
  expect((await wire.ask("GetStatus")).payload).toMatchObject({ pid: first.pid, seq });
  expect(readFileSync(join(home.state, "daemon.log"), "utf8")).toBe(log);
});

test("A daemon that starts after a crash has the options of the one before, and says so", async () => {
  await using home = openDaemonHome();
  const flags = { connectors: { http: { enabled: true, port: 0 } } };
  const file = join(home.state, "daemon.json");
  home.write("data/environments/default/.state/daemon.json", JSON.stringify({ pid: 2, flags }));
  const daemon = home.start({ mode: "background" });
  let about: Record<string, unknown> = {};
  let isOver = false;
  void daemon.exited.then(() => {
    isOver = true;
  });
  while (about.pid !== daemon.pid && !isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    about = JSON.parse(readFileSync(file, "utf8"));
  }
  expect(about).toMatchObject({ flags, again: true, url: expect.stringMatching(/^http:/) });
  expect(readFileSync(join(home.state, "daemon.log"), "utf8")).toContain(
    "options of the daemon before, which did not end in order, count again",
  );
});

test("A daemon that cannot write down who it is serves all the same", async () => {
  await using home = openDaemonHome();
  // As a full disk would, a folder in its place refuses it.
  mkdirSync(join(home.state, "daemon.json"), { recursive: true, mode: 0o700 });
  await home.start().ready;
  const wire = await openRawWire(home.socket);
  expect((await wire.attach()).type).toBe("hello");
  expect(readFileSync(join(home.state, "daemon.log"), "utf8")).toContain(
    "could not be written down",
  );
});
