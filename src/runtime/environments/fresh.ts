// A new environment's folder: made beside the others under a hidden name, and put in its place when it is
// whole. What went wrong on the way leaves nothing.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import type { FoundEnvironment } from "../environment/open.ts";

/** Nothing takes so long: what is older was left behind. Milliseconds. */
const LEFT_OVER_MS = 24 * 3_600_000;

export async function makeFresh<Out>(
  { name, places }: FoundEnvironment,
  fill: (folder: string) => Promise<Out>,
): Promise<Out> {
  const parent = dirname(places.folder);
  sweep(parent);
  const folder = join(parent, `.${crypto.randomUUID()}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const made = await fill(folder);
    if (existsSync(places.folder)) {
      throw new JameyError("already_exists", `There is an environment '${name}' by now.`);
    }
    renameSync(folder, places.folder);
    return made;
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** What a killed process was making or taking away. */
function sweep(parent: string): void {
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    if (!/^\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)) continue;
    const at = statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - at > LEFT_OVER_MS)
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** Where nobody else has put anything yet. */
export function writeNew(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
}

/** What every environment has: a folder for objects, and a note for git that its state is nobody's business. */
export function makeUsual(folder: string): void {
  mkdirSync(join(folder, "objects"), { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, ".gitignore"))) writeNew(folder, ".gitignore", ".state/\n");
}
