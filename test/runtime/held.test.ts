// What every process of a call holds open, so that it is found again: it gives nobody anything, and stays nowhere.
import { expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { createProcesses } from "../../src/runtime/world/processes.ts";

const RUNS = 20;
const isLinux = process.platform === "linux";
const processes = createProcesses();

async function run(script: string): Promise<string> {
  const started = processes.start({
    argv: ["/bin/sh", "-c", script],
    folder: "/",
    variables: { PATH: "/usr/bin:/bin", JAMEY_JOURNAL_ID: "held", JAMEY_CALL_ID: "held" },
  });
  if (!started.ok) throw new Error(started.problem);
  const { output, exited, end } = started.value;
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of output) text += decoder.decode(chunk, { stream: true });
  await exited;
  await end();
  return text;
}

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("jamey-call-"));
/** What this process itself holds of them. */
function held(): string[] {
  if (!isLinux) return [];
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const link = readlinkSync(`/proc/self/fd/${fd}`);
      return link.includes("/jamey-call-") ? [link] : [];
    } catch {
      // That of the folder that is being read.
      return [];
    }
  });
}

test("it is empty, cannot be written, and is another one in each call", async () => {
  const look = "readlink /proc/$$/fd/3; cat <&3; (echo x >&3) 2> /dev/null || echo refused";
  const [first, second] = [await run(look), await run(look)];
  const said = /^\S+\/jamey-call-[0-9a-f-]{36} \(deleted\)\nrefused\n$/;
  expect([first, second].map((one) => said.test(one))).toEqual([isLinux, isLinux]);
  expect(first).not.toBe(second);
});

test("neither its file nor its descriptor stays after the call", async () => {
  const older = left();
  await Promise.all(Array.from({ length: RUNS }, () => run("true")));
  expect(held()).toEqual([]);
  // Others on this machine may be starting something right now: their files are gone a moment later.
  const seen = left().filter((name) => !older.includes(name));
  await run("true");
  expect(seen.filter((name) => left().includes(name))).toEqual([]);
});
