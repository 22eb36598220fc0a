// The lock that decides who is the daemon.
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../src/protocol/errors.ts";
import { guardLock, takeLock } from "../../src/runtime/lock.ts";
import { temporaryFolder } from "./store/samples.ts";

const module = join(import.meta.dir, "../../src/runtime/lock.ts");
const holder = `
  import { takeLock } from ${JSON.stringify(module)};
  const lock = takeLock(process.argv.at(-1));
  console.log(lock ? "taken" : "refused");
  if (lock) await new Response(Bun.stdin.stream()).text();
`;

/** Another process that tries to take the lock, and says whether it did. */
async function other(file: string) {
  const child = Bun.spawn([process.execPath, "-e", holder, file], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  return { child, said: new TextDecoder().decode(value).trim() };
}

describe("the lock", () => {
  test("is held by one process at a time and ends with it, however that ends", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, ".state", "lock.db");
    const first = await other(file);
    const second = await other(file);
    expect([first.said, second.said, takeLock(file)]).toEqual(["taken", "refused", undefined]);
    await second.child.exited;
    first.child.kill("SIGKILL");
    await first.child.exited;
    const mine = takeLock(file);
    expect(mine).toBeDefined();
    const third = await other(file);
    await third.child.exited;
    mine?.release();
    const fourth = await other(file);
    expect([third.said, fourth.said]).toEqual(["refused", "taken"]);
    fourth.child.kill("SIGKILL");
    await fourth.child.exited;
  });

  test("holds on where its file is removed: the new one is taken too", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "lock.db");
    const first = takeLock(file);
    if (!first) throw new Error("it was not taken");
    const guarded = guardLock(file, first, 1);
    rmSync(file);
    while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
    expect((await other(file)).said).toBe("refused");
    guarded.release();
    expect(takeLock(file)).toBeDefined();
  });

  test("is refused a second time in the same process, which does not weaken the first", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "lock.db");
    const lock = takeLock(file);
    expect([takeLock(file), takeLock(file)]).toEqual([undefined, undefined]);
    const stranger = await other(file);
    await stranger.child.exited;
    expect(stranger.said).toBe("refused");
    lock?.release();
    lock?.release();
    const again = takeLock(file);
    expect(again).toBeDefined();
    again?.release();
  });

  test("of twenty processes that start together one takes it", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "lock.db");
    const all = await Promise.all(Array.from({ length: 20 }, () => other(file)));
    for (const { child } of all) child.kill("SIGKILL");
    await Promise.all(all.map(({ child }) => child.exited));
    expect(all.map(({ said }) => said).toSorted()).toEqual([...Array(19).fill("refused"), "taken"]);
  });

  test("lies in a file of its owner", () => {
    using folder = temporaryFolder();
    const file = join(folder.path, ".state", "lock.db");
    takeLock(file)?.release();
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([mode(join(folder.path, ".state")), mode(file)]).toEqual(["700", "600"]);
  });

  test("that cannot be taken at all is a storage failure, not a lock held by another", () => {
    using folder = temporaryFolder();
    const notDatabase = join(folder.path, "text");
    writeFileSync(notDatabase, "this is not a database, whatever its name may be\n".repeat(20));
    const directory = join(folder.path, "directory");
    mkdirSync(directory);
    chmodSync(directory, 0o700);
    for (const file of [notDatabase, directory]) {
      let code = "";
      try {
        takeLock(file);
      } catch (thrown) {
        if (thrown instanceof JameyError) code = thrown.code;
      }
      expect({ file, code }).toEqual({ file, code: "storage_failed" });
    }
  });
});
