// What is written to a program that reads none of it: an answer, never an error that nobody catches.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { createProcesses } from "../../src/runtime/world/processes.ts";

const MORE_THAN_A_PIPE_HOLDS = 4 * 1024 * 1024;
/** The moment of its end decides how the write fails: enough of them to meet each. */
const PROGRAMS = 60;

const uncaught: unknown[] = [];
const hear = (error: unknown) => void uncaught.push(error);
beforeEach(() => void process.on("unhandledRejection", hear));
afterEach(() => void process.off("unhandledRejection", hear));

function open(script: string) {
  const argv = ["/bin/sh", "-c", script] as const;
  const started = createProcesses().open({ argv, folder: "/", variables: {} });
  if (!started.ok) throw new Error(started.problem);
  return started.value;
}

test("a program that ends without reading its input is no error of who writes", async () => {
  for (let count = 0; count < PROGRAMS; count += 1) {
    const { write, exited, end } = open("exit 0");
    if (count % 2 === 1) await exited;
    await write(new Uint8Array(MORE_THAN_A_PIPE_HOLDS));
    await end();
  }
  expect(uncaught).toEqual([]);
});

test("a program that is ended while its input waits is none, either", async () => {
  const { write, end } = open("exec sleep 600");
  const writing = write(new Uint8Array(MORE_THAN_A_PIPE_HOLDS));
  await end();
  await writing;
  await write(new Uint8Array(1));
  expect(uncaught).toEqual([]);
});
