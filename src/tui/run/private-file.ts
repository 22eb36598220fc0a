// Private JSON files that several interfaces write: whole or not at all, one after the other, and nothing of a
// write that failed is left behind.
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile } from "../../client/regular-file.ts";

/** How long another interface is waited for, and how soon it is looked for again. Milliseconds. */
const LOCK_WAIT_MS = 2000;
const LOCK_RETRY_MS = 10;
/** A write takes far less: a lock older than this was left by somebody who died. Milliseconds. */
const LOCK_STALE_MS = 10_000;
/** What a lock holds: the number of a process. */
const MAX_PID_BYTES = 32;

/** undefined where there is none that can be read. */
export async function readJson(path: string, maxBytes: number): Promise<unknown> {
  try {
    const read = await readRegularFile(path, maxBytes);
    return read.type === "text" && !read.isCut ? JSON.parse(read.text) : undefined;
  } catch (_missing) {
    return undefined;
  }
}

export async function writePrivate(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}`;
  await rm(beside, { force: true });
  try {
    const file = await open(beside, "wx", 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

/** What was being written when a process died. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /\.json\.(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** One interface at a time. Where another one does not come to an end, its lock is no longer waited for. */
export async function withLock(folder: string, work: () => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "lock");
  const deadline = performance.now() + LOCK_WAIT_MS;
  while (!(await tryLock(path))) {
    if (performance.now() > deadline || (await isStale(path))) await rm(path, { force: true });
    else await Bun.sleep(LOCK_RETRY_MS);
  }
  try {
    await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(String(process.pid)).finally(() => file.close());
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") return false;
    await rm(path, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const [{ mtimeMs }, read] = await Promise.all([
      stat(path),
      readRegularFile(path, MAX_PID_BYTES),
    ]);
    const pid = read.type === "text" ? Number(read.text) : 0;
    return Date.now() - mtimeMs > LOCK_STALE_MS || (pid > 0 && !isAlive(pid));
  } catch (_gone) {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) !== "ESRCH";
  }
}

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
