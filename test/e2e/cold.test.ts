// The first contact: nothing runs yet, and jamey is called, by many at once and in every way in which a
// program can be called. One daemon comes up, everybody is answered, and it outlives them.
import { expect, test } from "bun:test";
import { readFileSync, readlinkSync, realpathSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Home, openHome, type RunOptions } from "../support/home.ts";
import { commandLine, isAlive, processesWith, untilNone } from "../support/processes.ts";

const CLIENTS = 20;
/** Chosen, so that nobody is warned of it. */
const guide = ["--model", "offline/guide"];

/** Live daemons of this home, whoever started them. */
const daemonsOf = (home: Home) =>
  processesWith(home.folder).filter((pid) => commandLine(pid).includes("\0__daemon\0"));

test(`${CLIENTS} cold clients at once start one daemon, and all are answered`, async () => {
  await using home = await openHome();
  const runs = Array.from({ length: CLIENTS }, async (_, index) => {
    return await home.run(["-q", ...guide, `/say hello number ${index}`]);
  });
  expect(await Promise.all(runs)).toEqual(
    Array.from({ length: CLIENTS }, (_, index) => ({
      ...{ code: 0, stdout: `hello number ${index}\n`, stderr: "" },
    })),
  );
  // Those who came second may still be on their way out.
  const others = () => daemonsOf(home).filter((pid) => pid !== home.daemonPid());
  expect(await untilNone(others)).toEqual([]);
  expect(daemonsOf(home)).toEqual([home.daemonPid()]);
  const log = readFileSync(join(home.state, "daemon.log"), "utf8");
  expect(log.match(/Jamey Runtime started/g)).toHaveLength(1);
  const wire = await home.connect();
  expect(await wire.ask("GetStatus")).toMatchObject({ pid: home.daemonPid(), sessions: CLIENTS });
}, 60_000);

const ways: { name: string; call(home: Home): RunOptions }[] = [
  {
    name: "by its name on PATH",
    call: ({ binary }) => ({
      program: ["/bin/sh", "-c", `exec ${basename(binary)} "$@"`, "sh"],
      variables: { PATH: `${dirname(binary)}:/usr/bin:/bin` },
    }),
  },
  {
    name: "by a symbolic link",
    call({ binary, folder }) {
      symlinkSync(binary, join(folder, "linked"));
      return { program: [join(folder, "linked")] };
    },
  },
  { name: "from another folder", call: () => ({ directory: "/" }) },
  {
    name: "by a relative path",
    call: ({ binary }) => ({ program: [`./${basename(binary)}`], directory: dirname(binary) }),
  },
];

for (const { name, call } of ways) {
  test(`called ${name}, it starts its own daemon, which outlives the call and holds no folder`, async () => {
    await using home = await openHome();
    const options = call(home);
    const first = await home.run(["-q", ...guide, "/say good morning"], options);
    expect(first).toEqual({ code: 0, stdout: "good morning\n", stderr: "" });
    const pid = home.daemonPid();
    expect(isAlive(pid)).toBe(true);
    expect(readlinkSync(`/proc/${pid}/exe`)).toBe(realpathSync(home.binary));
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe("/");
    const second = await home.run(["-q", ...guide, "/say good evening"], options);
    expect(second).toEqual({ code: 0, stdout: "good evening\n", stderr: "" });
    expect(daemonsOf(home)).toEqual([pid]);
  });
}
