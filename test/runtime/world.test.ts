// The real world: ids, hashes, the environment of children, and that nothing a call started is
// left.
import { describe, expect, test } from "bun:test";
import { createIds } from "../../src/runtime/world/ids.ts";
import { endLeftovers, findMarked } from "../../src/runtime/world/leftovers.ts";
import { childVariables } from "../../src/runtime/world/variables.ts";
import { createWorld } from "../../src/runtime/world.ts";
import { openToolWorld, type ToolWorld } from "../support/tool-world.ts";

const world = createWorld({ http: { allow_private: false, ownPorts: () => [] } });

describe("an id", () => {
  test("is its prefix and 20 characters that ascend in time, also within one instant", () => {
    const ids = Array.from({ length: 10_000 }, () => world.newId("ses_"));
    for (const id of ids) expect(id).toMatch(/^ses_[0-9a-z]{20}$/);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids.map((id) => id.slice(-11))).size).toBe(10_000);
  });

  test("ascends although the clock goes back, and sorts after those of earlier times", () => {
    let now = 1_700_000_000_000;
    const newId = createIds(() => now);
    const first = newId("");
    now -= 3_600_000;
    const second = newId("");
    now += 7_200_000;
    const third = newId("");
    const farAhead = createIds(() => Date.UTC(2150, 0))("");
    expect([first, second, third, farAhead].toSorted()).toEqual([first, second, third, farAhead]);
    expect(farAhead.length).toBe(20);
  });
});

describe("the world", () => {
  test("hashes text and bytes with SHA-256", () => {
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect([world.hash("abc"), world.hash(new Uint8Array([97, 98, 99]))]).toEqual([abc, abc]);
  });

  test("tells UTC with milliseconds, and a time that does not go back", () => {
    expect(world.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const before = world.monotonicMs();
    expect(world.monotonicMs()).toBeGreaterThanOrEqual(before);
  });
});

describe("the environment of a child", () => {
  test("is an allow-list: no key and no switch of a runtime or loader gets through", () => {
    const parent = {
      PATH: "/bin",
      HOME: "/home/a",
      LANG: "de_DE.UTF-8",
      LC_ALL: "C",
      TERM: "xterm",
      TMPDIR: "/tmp",
      USER: "a",
      SHELL: "/bin/zsh",
      TZ: "UTC",
      ...Object.fromEntries(
        [
          "OPENAI_API_KEY ANTHROPIC_API_KEY AZURE_OPENAI_API_KEY OLLAMA_HOST JAMEY_TOKEN JAMEY_MODEL",
          "BUN_OPTIONS BUN_BE_BUN NODE_OPTIONS LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES",
          "GIT_DIR GIT_SSH_COMMAND BASH_ENV ENV PROMPT_COMMAND PS4 IFS BASH_FUNC_ls%% LC_lower",
          "SSH_AUTH_SOCK HTTP_PROXY AWS_SECRET_ACCESS_KEY JAMEY_CALL_ID",
        ]
          .join(" ")
          .split(" ")
          .map((name) => [name, "secret"]),
      ),
    };
    expect(childVariables(parent, { journal_id: "j1", call_id: "c1" })).toEqual({
      PATH: "/bin",
      HOME: "/home/a",
      LANG: "de_DE.UTF-8",
      LC_ALL: "C",
      TERM: "dumb",
      TMPDIR: "/tmp",
      USER: "a",
      SHELL: "/bin/zsh",
      TZ: "UTC",
      JAMEY_JOURNAL_ID: "j1",
      JAMEY_CALL_ID: "c1",
    });
  });
});

/** A process and its child in a session of its own; both ignore being asked. `over` is their end. */
async function startWithEscape(rig: ToolWorld, marks: { journal_id: string; call_id: string }) {
  const nap = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
  const inner = `${nap} console.log('escaped', process.pid);`;
  const outer = `
    Bun.spawn([process.execPath, "-e", ${JSON.stringify(inner)}], { detached: true, stdio: ["ignore", "inherit", "inherit"] });
    ${nap} console.log('main', process.pid);`;
  const started = rig.world.processes.start({
    argv: [process.execPath, "-e", outer],
    folder: rig.workspace,
    variables: childVariables(process.env, marks),
  });
  if (!started.ok) throw new Error(started.problem);
  const ready = Promise.withResolvers<number[]>();
  let text = "";
  const over = (async () => {
    for await (const chunk of started.value.output) {
      text += Buffer.from(chunk).toString();
      const pids = text.match(/\d+/g) ?? [];
      if (pids.length === 2) ready.resolve(pids.map(Number));
    }
  })();
  return { running: started.value, pids: await ready.promise, over };
}

describe("what calls left behind", () => {
  test("is found and ended by its journal, other sessions included, and running calls are kept", async () => {
    await using rig = await openToolWorld({ kill_grace_ms: 100 });
    const { journal_id } = rig;
    const marks = (call_id: string) => ({ journal_id, call_id });
    const lost = await startWithEscape(rig, marks("call_lost"));
    const kept = await startWithEscape(rig, marks("call_kept"));
    const foreign = await startWithEscape(rig, {
      journal_id: `${journal_id}x`,
      call_id: "call_lost",
    });
    const pidsOf = async (journal: string) =>
      (await findMarked({ journal_id: journal })).map(({ pid }) => pid).toSorted((a, b) => a - b);
    const sorted = (...pids: number[]) => pids.toSorted((a, b) => a - b);
    expect(await pidsOf(journal_id)).toEqual(sorted(...lost.pids, ...kept.pids));

    const keep = new Set(["call_kept"]);
    expect(await endLeftovers({ journal_id, keep, grace_ms: 100 })).toBe(2);
    // Both held the pipe: that it ended shows that they are gone.
    await lost.over;
    expect(await pidsOf(journal_id)).toEqual(sorted(...kept.pids));
    expect(await pidsOf(`${journal_id}x`)).toEqual(sorted(...foreign.pids));
    expect(await endLeftovers({ journal_id, keep, grace_ms: 100 })).toBe(0);

    // The end of a call takes the same care.
    await Promise.all([kept.running.end(), foreign.running.end()]);
    await Promise.all([kept.over, foreign.over]);
    expect(await pidsOf(journal_id)).toEqual([]);
    expect(await pidsOf(`${journal_id}x`)).toEqual([]);
  });

  test("without any mark may hold the pipe, but not the call", async () => {
    await using rig = await openToolWorld({ kill_grace_ms: 100 });
    const unmarked = `Bun.spawn(["sleep", "60"], { detached: true, env: {}, stdio: ["ignore", "inherit", "inherit"] }).pid`;
    const started = rig.world.processes.start({
      argv: [process.execPath, "-e", `console.log(${unmarked}); process.exit(0)`],
      folder: rig.workspace,
      variables: childVariables(process.env, { journal_id: rig.journal_id, call_id: "call_1" }),
    });
    if (!started.ok) throw new Error(started.problem);
    let text = "";
    const reading = (async () => {
      for await (const chunk of started.value.output) text += Buffer.from(chunk).toString();
    })();
    expect(await started.value.exited).toEqual({ code: 0, signal: null });
    await started.value.end();
    await reading;
    expect(Number(text)).toBeGreaterThan(1);
    process.kill(Number(text), "SIGKILL");
  });

  test("a program that does not exist is a problem, not a crash", async () => {
    await using rig = await openToolWorld();
    const argv = ["/nowhere/at/all"] as const;
    const started = rig.world.processes.start({ argv, folder: rig.workspace, variables: {} });
    expect(started.ok ? "started" : started.problem).toStartWith(
      "/nowhere/at/all could not be started: ",
    );
  });
});
