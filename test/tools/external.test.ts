// Programs as tools, against real processes: what they are given, what comes of what they say, what is left.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { plugins } from "../../src/cli/help/topics/plugins.ts";
import type { RunContext } from "../../src/tools/define.ts";
import { callEndpoint } from "../../src/tools/external/endpoint.ts";
import { linesOf } from "../../src/tools/external/lines.ts";
import { MAX_ARGUMENT_BYTES, runOnce } from "../../src/tools/external/once.ts";
import { speakWith } from "../../src/tools/external/spoken.ts";
import { MAX_BREAKS, supervise } from "../../src/tools/external/supervised.ts";
import { isAlive } from "../support/processes.ts";
import { openToolWorld, type ToolWorld } from "../support/tool-world.ts";

function listening(world: ToolWorld, signal = new AbortController().signal) {
  const written: string[] = [];
  const context: RunContext = {
    ...world.context({ signal }),
    unhurried: async (waiting) => await waiting,
    write: async (content) => {
      written.push(typeof content === "string" ? content : new TextDecoder().decode(content));
    },
  };
  return { context, output: () => written.join("") };
}

const sh = (script: string, input: "argument" | "stdin" = "argument") => ({
  argv: ["/bin/sh", "-c", script, "tool"] as const,
  variables: { EXTRA: "given" },
  input,
});

describe("a program run once", () => {
  test("gets its arguments as one JSON text, in the workspace, with its variables", async () => {
    await using world = await openToolWorld();
    const { context, output } = listening(world);
    const args = { text: "ü '\"$(x)`\n" };
    const ran = await runOnce(sh('printf "%s %s %s" "$EXTRA" "$PWD" "$1"'), args, context);
    expect(ran).toEqual({ success: true });
    expect(output()).toBe(`given ${world.workspace} ${JSON.stringify(args)}`);
  });

  test("gets what no argument holds on stdin, and `-` instead", async () => {
    await using world = await openToolWorld();
    const { context, output } = listening(world);
    const args = { text: "x".repeat(MAX_ARGUMENT_BYTES) };
    await runOnce(sh('printf "%s " "$1"; wc -c'), args, context);
    expect(output().replace(/\s+/g, " ").trim()).toBe(`- ${JSON.stringify(args).length}`);
    const small = listening(world);
    await runOnce(sh('printf "%s:" "$#"; cat', "stdin"), { a: 1 }, small.context);
    expect(small.output()).toBe('0:{"a":1}');
  });

  test("that does not read its input is not waited for", async () => {
    await using world = await openToolWorld();
    const { context, output } = listening(world);
    const args = { text: "x".repeat(4 * 1024 * 1024) };
    expect(await runOnce(sh("echo done"), args, context)).toEqual({ success: true });
    expect(output()).toBe("done\n");
  });

  test("that fails shows stderr and how it ended, one that succeeds does not", async () => {
    await using world = await openToolWorld();
    const { context } = listening(world);
    expect(await runOnce(sh("echo why >&2; exit 3"), {}, context)).toEqual({
      success: false,
      output: "\n[stderr]\nwhy",
      note: "exit code 3",
    });
    expect(await runOnce(sh("kill -TERM $$"), {}, context)).toEqual({
      success: false,
      output: "",
      note: "killed by SIGTERM",
    });
    expect(await runOnce(sh("echo why >&2"), {}, context)).toEqual({ success: true });
    const gone = { ...sh(""), argv: ["/no/such/program"] as const };
    const { output } = await runOnce(gone, {}, context);
    expect(output).toStartWith("/no/such/program could not be started: ");
  });

  test("leaves nothing behind when it is stopped", async () => {
    await using world = await openToolWorld();
    const stop = new AbortController();
    const { context } = listening(world, stop.signal);
    const script = 'setsid sh -c "echo \\$\\$ > escaped; sleep 600" & echo here; sleep 600';
    const running = runOnce(
      sh(script),
      {},
      {
        ...context,
        write: async () => {
          while (!existsSync(join(world.workspace, "escaped"))) await new Promise(setImmediate);
          stop.abort();
        },
      },
    );
    expect((await running).success).toBe(false);
    const pid = Number(readFileSync(join(world.workspace, "escaped"), "utf8"));
    expect(isAlive(pid)).toBe(false);
  });

  /** Leaves its group with an empty environment, and says who it is. */
  const leave = (closing: string) =>
    `env -i setsid sh -c 'echo $$ > named; mv named gone; exec sleep 600' > /dev/null 2>&1 ${closing} & until [ -e gone ]; do :; done`;
  const isLeft = async (closing: string) => {
    await using world = await openToolWorld();
    const { context } = listening(world);
    expect(await runOnce(sh(leave(closing)), {}, context)).toEqual({ success: true });
    const pid = Number(readFileSync(join(world.workspace, "gone"), "utf8"));
    if (!isAlive(pid)) return false;
    process.kill(pid, "SIGKILL");
    return true;
  };

  test("leaves nothing behind that left its group with an empty environment; where it also closed what it was started with, it is not found, as its help says", async () => {
    const isLinux = process.platform === "linux";
    expect([await isLeft(""), await isLeft("3<&-")]).toEqual([!isLinux, true]);
    const said = plugins.find(({ title }) => title === "mode: once")?.text?.join(" ");
    expect(said).toContain(
      "(env -i setsid … 3<&-; Python and node close it by themselves) is not found",
    );
  });
});

describe("a program that goes on running", () => {
  const serve = (world: ToolWorld, script: string) => {
    const opened = world.world.processes.open({
      argv: ["/bin/sh", "-c", script],
      folder: world.workspace,
      variables: world.context().child_variables,
    });
    if (!opened.ok) throw new Error(opened.problem);
    return speakWith(opened.value);
  };
  const call = (signal = new AbortController().signal, heard: string[] = []) => ({
    args: { a: 1 },
    about: { workspace: "/w", session_id: "s", call_id: "c" },
    signal,
    heard: async (chunk: string) => void heard.push(chunk),
  });

  test("answers calls in its own order, says something before, and what nobody asked is dropped", async () => {
    await using world = await openToolWorld();
    const spoken = serve(
      world,
      `read -r a; read -r b; echo '{"id":"9","output":"nobody","success":true}'
       printf '%s' "$a" > asked
       echo '{"id":"2","chunk":"half "}'; echo '{"id":"2","output":{"n":2},"success":true}'
       echo '{"id":"1","output":"one","success":false}'; sleep 600`,
    );
    const heard: string[] = [];
    const answers = await Promise.all([spoken.call(call()), spoken.call(call(undefined, heard))]);
    expect(answers).toEqual([
      { output: "one", success: false },
      { output: '{"n":2}', success: true },
    ]);
    expect(heard).toEqual(["half "]);
    await spoken.stop();
    expect(JSON.parse(readFileSync(join(world.workspace, "asked"), "utf8"))).toEqual({
      ...{ id: "1", method: "call", args: { a: 1 } },
      ...{ workspace: "/w", session_id: "s", call_id: "c" },
    });
  });

  test("that says nonsense, or ends, fails what waits and says why", async () => {
    await using world = await openToolWorld();
    const odd = serve(world, "read -r a; echo nonsense; sleep 600");
    await expect(odd.call(call())).rejects.toThrow('it wrote a line that is no answer: "nonsense"');
    expect(await odd.ended).toContain("nonsense");
    const over = serve(world, "read -r a; echo because >&2; exit 4");
    await expect(over.call(call())).rejects.toThrow("it ended: exit code 4\n[stderr]\nbecause");
    await over.ended;
  });

  test("that has ended fails a call that comes too late, and one that was given up is not asked", async () => {
    await using world = await openToolWorld();
    const gone = serve(world, "echo because >&2; exit 4");
    await gone.ended;
    await expect(gone.call(call())).rejects.toThrow("it ended: exit code 4\n[stderr]\nbecause");
    const there = serve(world, 'while read -r line; do echo "$line" >> asked; done');
    await expect(there.call(call(AbortSignal.abort()))).rejects.toThrow("cancelled");
    await there.stop();
    expect(existsSync(join(world.workspace, "asked"))).toBe(false);
  });

  test("that does not give a call up is ended", async () => {
    await using world = await openToolWorld();
    const stop = new AbortController();
    const deaf = serve(world, `read -r a; echo '{"id":"1","chunk":"on it"}'; read -r b; sleep 600`);
    const asked = deaf.call({ ...call(stop.signal), heard: async () => stop.abort() });
    await expect(asked).rejects.toThrow("it ended: killed by SIGTERM");
    await deaf.ended;
  });

  test("ends where a line has no end", async () => {
    const flood = async function* () {
      for (let n = 0; n < 3; n += 1) yield new Uint8Array(8).fill(0x61);
    };
    const read = async () => {
      for await (const _line of linesOf(flood(), 16));
    };
    await expect(read()).rejects.toThrow("it wrote a line longer than 16 bytes");
  });
});

describe("what is supervised", () => {
  const thing = () => {
    const ended = Promise.withResolvers<string>();
    return { ended: ended.promise, stop: async () => ended.resolve("stopped"), end: ended.resolve };
  };

  test("is started again after it broke, later each time, and no more after too often", async () => {
    let now = 0;
    const waits: number[] = [];
    const broke: string[] = [];
    let latest = thing();
    const { signal } = new AbortController();
    const supervised = supervise({
      // The time passes by looking at it: what waits is told that it is over.
      nowMs: () => now,
      broke: (reason) => broke.push(reason),
      start: async () => {
        latest = thing();
        waits.push(now);
        return latest;
      },
    });
    for (let n = 0; n < MAX_BREAKS; n += 1) {
      await supervised.get(signal);
      latest.end(`broke ${n}`);
      await latest.ended;
      now += 60_000;
    }
    await expect(supervised.get(signal)).rejects.toThrow(`it broke ${MAX_BREAKS} times in a row`);
    expect(broke).toEqual(["broke 0", "broke 1", "broke 2", "broke 3", "broke 4"]);
    expect(waits).toEqual([0, 60_000, 120_000, 180_000, 240_000]);
  });

  test("that was of use may break again", async () => {
    let now = 0;
    let latest = thing();
    const { signal } = new AbortController();
    const supervised = supervise({
      nowMs: () => now,
      broke: () => undefined,
      start: async () => (latest = thing()),
    });
    for (let n = 0; n < 3 * MAX_BREAKS; n += 1) {
      await supervised.get(signal);
      supervised.proved();
      latest.end("broke");
      await latest.ended;
      now += 60_000;
    }
    expect(await supervised.get(signal)).toBe(latest);
    await supervised.stop();
    await expect(supervised.get(signal)).rejects.toThrow("it was stopped");
  });
});

describe("an endpoint", () => {
  test("gets the arguments as JSON and gives its body; its status is the success", async () => {
    await using world = await openToolWorld();
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        const said = `${request.method} ${request.headers.get("x-key")} ${await request.text()}`;
        return new Response(said, { status: request.url.endsWith("/bad") ? 503 : 200 });
      },
    });
    const endpoint = (path: string) => ({
      url: `http://127.0.0.1:${server.port}${path}`,
      headers: { "X-Key": "k" },
      http: world.world.http,
    });
    const good = listening(world);
    expect(await callEndpoint(endpoint("/"), { a: "ü" }, good.context)).toEqual({ success: true });
    expect(good.output()).toBe('POST k {"a":"ü"}');
    const bad = listening(world);
    expect(await callEndpoint(endpoint("/bad"), {}, bad.context)).toEqual({
      success: false,
      note: "HTTP 503 Service Unavailable",
    });
    await server.stop(true);
    const gone = await callEndpoint(endpoint("/"), {}, listening(world).context);
    expect([gone.success, gone.output?.startsWith(endpoint("/").url)]).toEqual([false, true]);
  });
});
