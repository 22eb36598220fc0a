// Whether a process still runs, also where nobody collects it once it has ended.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { isAlive } from "../../src/client/process-alive.ts";

test("a process is alive until it has ended", async () => {
  expect(isAlive(process.pid)).toBe(true);
  const child = Bun.spawn(["sleep", "60"]);
  expect(isAlive(child.pid)).toBe(true);
  child.kill("SIGKILL");
  await child.exited;
  expect(isAlive(child.pid)).toBe(false);
});

test("one that has ended and that nobody collects is not alive", async () => {
  // The shell becomes a program that never collects the child which the shell had started.
  const script = "sh -c 'echo $$; exit 0' & exec sleep 60";
  const parent = Bun.spawn(["sh", "-c", script], { stdout: "pipe" });
  const { value } = await parent.stdout.getReader().read();
  const pid = Number(new TextDecoder().decode(value));
  const state = () => readFileSync(`/proc/${pid}/stat`, "utf8");
  if (process.platform === "linux") while (!state().includes(") Z")) await Bun.sleep(1);
  expect(isAlive(pid)).toBe(false);
  parent.kill("SIGKILL");
  await parent.exited;
});
