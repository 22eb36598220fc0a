// The compiled binary that the end-to-end tests drive. It is built when a source is newer than it;
// of several test files that start together one builds, and the others wait for it.
// JAMEY_BINARY names another one, for example a released file.
import { Database } from "bun:sqlite";
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "..", "..");
const BUILD_TIMEOUT_MS = 120_000;

export async function builtBinary(): Promise<string> {
  const given = process.env.JAMEY_BINARY;
  if (given) return resolve(given);
  const binary = join(root, "dist", "jamey");
  mkdirSync(join(root, "dist"), { recursive: true });
  // The kernel holds this lock for the process, so that a test run that dies leaves none behind.
  const lock = new Database(join(root, "dist", ".build-lock.db"), { create: true });
  try {
    lock.run(`PRAGMA busy_timeout = ${BUILD_TIMEOUT_MS}`);
    lock.run("BEGIN EXCLUSIVE");
    if (modifiedAt(binary) < newestSource()) await build(binary);
  } finally {
    lock.close();
  }
  return binary;
}

/** What a build is made of. */
function newestSource(): number {
  const sources = [...new Bun.Glob("src/**/*").scanSync({ cwd: root, onlyFiles: true })];
  const others = ["scripts/build.ts", "package.json", "bun.lock", "tsconfig.json"];
  return Math.max(...[...sources, ...others].map((path) => modifiedAt(join(root, path))));
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

async function build(binary: string): Promise<void> {
  const child = Bun.spawn([process.execPath, "scripts/build.ts", `--outfile=${binary}`], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: BUILD_TIMEOUT_MS,
  });
  const [code, said] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (code !== 0) throw new Error(`the binary could not be built:\n${said}`);
}
