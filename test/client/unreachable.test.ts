// A daemon that runs although its socket is gone is named, and one that is gone is not.
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findUnreachable } from "../../src/client/daemon.ts";

test("Only a live process without a socket is a daemon out of reach", async () => {
  const folder = mkdtempSync(join(tmpdir(), "jamey-reach-"));
  const run = join(folder, "run");
  mkdirSync(run, { mode: 0o700 });
  const places = {
    id: "x",
    folder,
    state: folder,
    run,
    socket: join(run, "x.sock"),
    token: join(run, "x"),
  };
  const named = (pid: unknown) => {
    writeFileSync(join(folder, "daemon.json"), JSON.stringify({ pid }));
    return findUnreachable({ places });
  };
  const ended = Bun.spawn(["true"]);
  await ended.exited;
  expect(findUnreachable({ places })).toBeUndefined();
  expect([process.pid, ended.pid, 0, -1, "1"].map(named)).toEqual([
    process.pid,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  const server = Bun.listen({ unix: places.socket, socket: { data: () => undefined } });
  expect(named(process.pid)).toBeUndefined();
  server.stop(true);
  rmSync(folder, { recursive: true });
});
