// The shell tool against real processes: order, exit, time, what is left behind, floods.
import { describe, expect, test } from "bun:test";
import { mkdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { shellTool } from "../../src/tools/shell.ts";
import { openToolWorld } from "../support/tool-world.ts";

const shell = shellTool();
const isLinux = process.platform === "linux";

/** Processes that run; one that is dead and not yet collected does not. */
function running(pids: string[]): string[] {
  const ps = Bun.spawnSync(["ps", "-o", "pid=,stat=", "-p", pids.join(",")]);
  return ps.stdout
    .toString()
    .split("\n")
    .filter((line) => line.trim() !== "" && !/\d\s+Z/.test(line));
}

describe("shell", () => {
  test("J144: the exit code decides success, and stdout and stderr come back in order", async () => {
    await using rig = await openToolWorld();
    const lines = "for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done";
    const ok = await rig.call(shell, { command: lines });
    const text = [1, 2, 3, 4, 5].map((count) => `out${count}\nerr${count}\n`).join("");
    expect(ok).toEqual({
      output: `${text}[exit code 0]`,
      success: true,
      outcome: "completed",
      output_bytes: text.length,
      spilled_to: null,
    });
    expect(rig.live.join("")).toBe(text);
    const failed = await rig.call(shell, { command: `${lines}; exit 3` });
    expect(failed).toEqual({
      ...ok,
      output: `${text}[exit code 3]`,
      success: false,
      outcome: "failed",
    });
    const killed = await rig.call(shell, { command: "kill -KILL $$" });
    expect(killed.output).toBe("[killed by SIGKILL]");
  });

  test("J144: a timeout kills the whole process group", async () => {
    await using rig = await openToolWorld();
    // A duration that no other process of this machine sleeps.
    const nap = `sleep 9${process.pid}${Date.now() % 1_000_000}`;
    const ended = await rig.call(shell, { command: `${nap} & ${nap}`, timeout_ms: 300 });
    expect(ended).toEqual({
      output: "[timed out after 300 ms; killed by SIGTERM]",
      success: false,
      outcome: "timed_out",
      output_bytes: 0,
      spilled_to: null,
    });
    const all = Bun.spawnSync(["ps", "-A", "-o", "stat=,args="]).stdout.toString().split("\n");
    expect(all.filter((line) => line.includes(nap) && !line.startsWith("Z"))).toEqual([]);
  });

  test("every process of the group is asked to end before any is killed", async () => {
    await using rig = await openToolWorld();
    const polite =
      "sh -c 'trap \"echo asked; exit\" TERM; echo ready; while :; do sleep 0.05; done'";
    const abort = new AbortController();
    let live = "";
    const emit = (text: string) => {
      live += text;
      if (live.match(/ready/g)?.length === 2) abort.abort();
    };
    const command = `${polite} & ${polite}; true`;
    const ended = await rig.call(shell, { command }, { signal: abort.signal, emit });
    expect(ended.output.match(/asked/g)?.length).toBe(2);
  });

  test("what ignores being asked is killed", async () => {
    await using rig = await openToolWorld({ kill_grace_ms: 100 });
    const stubborn = "sh -c 'trap \"\" TERM; echo pid $$; while :; do sleep 0.05; done'";
    const abort = new AbortController();
    let live = "";
    const emit = (text: string) => {
      live += text;
      if (live.match(/^pid \d+$/gm)?.length === 3) abort.abort();
    };
    const command = `trap '' TERM; echo pid $$; ${stubborn} & ${stubborn}`;
    const ended = await rig.call(shell, { command }, { signal: abort.signal, emit });
    expect(running(ended.output.match(/\d+/g) ?? [])).toEqual([]);
    expect(ended.output).toEndWith("[cancelled; killed by SIGKILL]");
  });

  test("a background job ends with the call", async () => {
    await using rig = await openToolWorld();
    const ended = await rig.call(shell, { command: "sleep 1000 & echo $!" });
    expect([ended.success, ended.outcome]).toEqual([true, "completed"]);
    expect(running(ended.output.match(/^\d+$/gm) ?? [])).toEqual([]);
  });

  test("what starts its own session ends with the call, loud or silent", async () => {
    await using rig = await openToolWorld({ kill_grace_ms: 100 });
    const nap = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
    const inner = `${nap} require('node:fs').writeFileSync('pid', String(process.pid));`;
    // Where looking costs a process, only a call that had to be ended is looked after.
    for (const isForced of isLinux ? [true, false] : [true]) {
      for (const output of ["inherit", "ignore"]) {
        const outer = `Bun.spawn([process.execPath, "-e", process.env.INNER],
          { detached: true, stdio: ["ignore", "${output}", "${output}"] }).unref();`;
        const abort = new AbortController();
        const emit = (text: string) => {
          if (isForced && /\d/.test(text)) abort.abort();
        };
        const context = rig.context({ signal: abort.signal, emit });
        Object.assign(context.child_variables, { INNER: inner, OUTER: outer });
        const wait = "until [ -s pid ]; do sleep 0.01; done; cat pid; echo; rm pid";
        const command = `'${process.execPath}' -e "$OUTER"; ${wait}; ${isForced ? "sleep 1000" : ""}`;
        const ended = await shell.call({ command }, context);
        const pids = ended.output.match(/^\d+$/gm) ?? [];
        expect([isForced, output, pids.length]).toEqual([isForced, output, 1]);
        expect(running(pids)).toEqual([]);
      }
    }
  });

  test("a cancelled call ends at once and says so", async () => {
    await using rig = await openToolWorld();
    const abort = new AbortController();
    const emit = (text: string) => {
      if (text.includes("ready")) abort.abort();
    };
    const command = "echo ready; sleep 1000";
    const ended = await rig.call(shell, { command }, { signal: abort.signal, emit });
    expect(ended).toEqual({
      output: "ready\n[cancelled; killed by SIGTERM]",
      success: false,
      outcome: "cancelled",
      output_bytes: 6,
      spilled_to: null,
    });
  });

  test("gets the variables it is given and not one of the daemon's", async () => {
    await using rig = await openToolWorld();
    process.env.JAMEY_TEST_CANARY_KEY = "secret";
    const context = rig.context({ child_variables: { PATH: "/usr/bin:/bin", ONE: "1" } });
    const { output } = await shell.call({ command: "env" }, context);
    delete process.env.JAMEY_TEST_CANARY_KEY;
    const names = output.match(/^\w+(?==)/gm)?.toSorted();
    // The last three are the shell's own.
    expect(names?.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name))).toEqual([
      "ONE",
      "PATH",
    ]);
  });

  test("has no input and no terminal", async () => {
    await using rig = await openToolWorld();
    const ended = await rig.call(shell, { command: "cat; tty; [ -t 0 ] || echo none" });
    expect(ended.output).toContain("none\n[exit code 0]");
  });

  test("runs in the workspace or a folder beneath it, and nowhere else", async () => {
    await using rig = await openToolWorld();
    await mkdir(join(rig.workspace, "sub"));
    await symlink(rig.folder, join(rig.workspace, "out"));
    const where = async (cwd: string) => await rig.call(shell, { command: "pwd", cwd });
    expect((await where(".")).output).toBe(`${rig.workspace}\n[exit code 0]`);
    expect((await where("sub")).output).toBe(`${rig.workspace}/sub\n[exit code 0]`);
    await mkdir(join(rig.workspace, "it's"));
    await symlink(join(rig.workspace, "sub"), join(rig.workspace, "near"));
    const subject = async (cwd: string) =>
      await shell.check({ command: "./go", cwd }, rig.context());
    expect(await Promise.all([".", "sub/..", "sub", "near", "it's"].map(subject))).toEqual([
      { valid: true, subject: "./go" },
      { valid: true, subject: "./go" },
      { valid: true, subject: "cd sub && ./go", bare_subject: "./go" },
      { valid: true, subject: "cd sub && ./go", bare_subject: "./go" },
      { valid: true, subject: "cd 'it'\\''s' && ./go", bare_subject: "./go" },
    ]);
    for (const cwd of ["..", "/", "out", "missing", rig.folder]) {
      expect((await where(cwd)).success).toBe(false);
      const checked = await shell.check({ command: "pwd", cwd }, rig.context());
      expect(checked.valid).toBe(false);
    }
  });

  test("its subject is the command line, and a line that is no shell comes back with the complaint", async () => {
    await using rig = await openToolWorld();
    const command = "if then; echo $((";
    const checked = await shell.check({ command }, rig.context());
    expect(checked).toEqual({ valid: true, subject: command });
    const ended = await rig.call(shell, { command });
    expect([ended.success, ended.output.includes("yntax error")]).toEqual([false, true]);
  });

  test("a flood without newlines is cut, counted, spilled privately and does not fill the memory", async () => {
    await using rig = await openToolWorld();
    const limited = shellTool({ max_output_bytes: 1000, max_spill_bytes: 1_000_000 });
    const total = 256 * 1024 * 1024;
    const before = process.memoryUsage().rss;
    let peak = 0;
    const emit = () => {
      peak = Math.max(peak, process.memoryUsage().rss);
    };
    const command = `head -c ${total} /dev/zero | tr '\\0' a`;
    const ended = await rig.call(limited, { command }, { emit });
    expect(ended.spilled_to).not.toBeNull();
    expect(ended).toEqual({
      output:
        `${"a".repeat(500)}\n… 268,434,456 bytes left out; the first 1,000,000 of 268,435,456 bytes in ` +
        `${ended.spilled_to} …\n${"a".repeat(500)}\n[exit code 0]`,
      success: true,
      outcome: "completed",
      output_bytes: total,
      spilled_to: ended.spilled_to,
    });
    const file = await stat(ended.spilled_to ?? "");
    expect([file.size, file.mode & 0o777]).toEqual([1_000_000, 0o600]);
    // Whoever collects the output needs at least its size.
    expect(peak - before).toBeLessThan(total / 2);
  });

  test("an endless tool is stopped by its deadline", async () => {
    await using rig = await openToolWorld();
    const limited = shellTool({ max_output_bytes: 100, max_spill_bytes: 1000 });
    const ended = await rig.call(limited, { command: "yes", timeout_ms: 200 });
    expect([ended.success, ended.outcome]).toEqual([false, "timed_out"]);
    expect(ended.output).toEndWith("y\n[timed out after 200 ms; killed by SIGTERM]");
    expect(ended.output_bytes).toBeGreaterThan(1000);
  });
});
