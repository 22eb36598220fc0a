// Finding the daemon, or what lies in its place. Over a real socket.
import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { type DaemonOptions, findDaemon, findOrStart } from "../../src/client/daemon.ts";
import { openLink } from "../../src/client/link.ts";
import { findEnvironment } from "../../src/client/places.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { type FakeDaemon, type FakeOptions, startFakeDaemon } from "../support/fake-daemon.ts";

const introduction = { client: "cli", workspace: "/w", variables: {}, call_id: null };
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function start(options: FakeOptions): FakeDaemon {
  const daemon = startFakeDaemon(options);
  cleanups.push(daemon.stop);
  return daemon;
}

function optionsFor(home: string): DaemonOptions {
  const variables = { JAMEY_HOME: home };
  return {
    ...findEnvironment({ flag: undefined, variables, directory: "/" }),
    variables,
    program: ["/nonexistent/jamey"],
    introduction,
    start: "never",
  };
}

const errorOf = async (promise: Promise<unknown>) => {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return thrown instanceof Error && "code" in thrown
    ? { code: thrown.code, message: thrown.message }
    : thrown;
};

test("a wait before the next attempt is ended by who asks, and a daemon may then be started", async () => {
  const waits: number[] = [];
  const starts: boolean[] = [];
  const waiting = Promise.withResolvers<void>();
  const restored = Promise.withResolvers<void>();
  // Stopped on purpose: nobody starts it again unasked.
  const daemon = start({ answer: (_, client) => client.close() });
  const link = await openLink({
    connect({ mayStart }) {
      starts.push(mayStart);
      return findOrStart(optionsFor(daemon.home));
    },
    // Longer than any test may last.
    delaysMs: [3_600_000],
    onWait(wait_ms) {
      waits.push(wait_ms);
      waiting.resolve();
    },
    onState: (state) => state.type === "restored" && restored.resolve(),
  });
  const lost = errorOf(link.call("Unsubscribe", { subscription_id: "s" }));
  await waiting.promise;
  link.reconnect();
  await restored.promise;
  await lost;
  link.close();
  expect([waits, starts]).toEqual([[3_600_000], [true, true]]);
});

describe("finding the daemon", () => {
  test("finds none where there is no socket, and none behind a dead one", async () => {
    const daemon = start({ answer: () => undefined });
    const options = optionsFor(daemon.home);
    await daemon.stop();
    expect(await findDaemon(options)).toBeUndefined();
    const code = `Bun.serve({ unix: ${JSON.stringify(daemon.socket)}, fetch: () => new Response() }); process.kill(process.pid, "SIGKILL")`;
    await Bun.spawn([process.execPath, "-e", code], { stdio: ["ignore", "ignore", "ignore"] })
      .exited;
    expect(lstatSync(daemon.socket).isSocket()).toBe(true);
    expect(await findDaemon(options)).toBeUndefined();
    expect(await errorOf(findOrStart(options))).toMatchObject({ code: "unavailable" });
  });

  test("refuses whatever lies in the socket's place, and leaves it there", async () => {
    const daemon = start({ answer: () => undefined });
    const options = optionsFor(daemon.home);
    await daemon.stop();
    writeFileSync(daemon.socket, "mine");
    expect(await errorOf(findDaemon(options))).toEqual({
      code: "config_invalid",
      message: `Refused to use ${daemon.socket}: it is not a socket. Nothing was changed.`,
    });
    expect(await Bun.file(daemon.socket).text()).toBe("mine");
    unlinkSync(daemon.socket);
    symlinkSync("/dev/null", daemon.socket);
    expect(await errorOf(findDaemon(options))).toMatchObject({ code: "config_invalid" });
  });

  test("refuses a folder that others may write into", async () => {
    const daemon = start({ answer: () => undefined });
    const options = optionsFor(daemon.home);
    chmodSync(options.places.run, 0o777);
    expect(await errorOf(findDaemon(options))).toEqual({
      code: "config_invalid",
      message: `Refused to use ${options.places.run}: other users may write into it. Nothing was changed.`,
    });
  });

  test("does not replace an older daemon that is busy", async () => {
    const daemon = start({
      protocol_version: 0,
      answer: (asked, client) =>
        asked.type === "GetStatus"
          ? client.reply(asked, "Status", { pid: 4711 })
          : client.fail(asked, "busy", "one turn runs"),
    });
    expect(await errorOf(findOrStart(optionsFor(daemon.home)))).toEqual({
      code: "version_mismatch",
      message: `The daemon is jamey 9.9.9 (protocol 0, pid 4711), this is jamey 0.1.0 (protocol ${PROTOCOL_VERSION}), and it is busy. When its work may be interrupted: jamey daemon restart`,
    });
    expect(daemon.asked.map(({ type, payload }) => ({ type, payload }))).toEqual([
      { type: "GetStatus", payload: {} },
      { type: "Shutdown", payload: { if_idle: true } },
    ]);
  });

  test("says which version a daemon has that answers nothing more", async () => {
    const newer = PROTOCOL_VERSION + 1;
    const daemon = start({ protocol_version: newer, answer: () => undefined });
    expect(await errorOf(findOrStart(optionsFor(daemon.home)))).toEqual({
      code: "version_mismatch",
      message: `The daemon is jamey 9.9.9 (protocol ${newer}), this is jamey 0.1.0 (protocol ${PROTOCOL_VERSION}). Update this one, or use the newer program.`,
    });
  });

  test("asks an older idle daemon to go, and waits until it is gone", async () => {
    const daemon = start({
      protocol_version: 0,
      answer(asked, client) {
        client.reply(asked, "Ok", {});
        if (asked.type === "Shutdown") void daemon.stop();
      },
    });
    expect(await errorOf(findOrStart(optionsFor(daemon.home)))).toMatchObject({
      code: "unavailable",
    });
  });
});
