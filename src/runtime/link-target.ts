// Where the links of a path lead, be the file there or not. By hand: `realpath` asks the open file for its
// name, and finds none where another process has replaced the file meanwhile.
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

const MAX_LINKS = 40;

/** Throws ENOENT where its folder does not exist. */
export function linkTarget(path: string): string {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const target = join(realpathSync(dirname(at)), basename(at));
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    at = resolve(dirname(target), readlinkSync(target));
  }
  throw new Error(`the links of ${path} lead in a circle`);
}
