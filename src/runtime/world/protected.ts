// What of jamey itself lies in a workspace and is none of the tools' business: keys and state are neither read
// nor written. What an environment is made of is read only: objects change by commands, and whoever writes a test,
// a workflow, a tool or what git obeys says what is done the next time that a human uses it.
// Rule: paths are compared without case and invisible characters, as some file systems do.
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What an environment is made of, in its folder. */
export const ownParts: readonly string[] = [
  "manifest.yml",
  "objects",
  "workflows",
  "tools",
  ".git",
  ".gitignore",
  ".untrusted",
];

/** Beside the tests of an environment may lie those of a project: of these folders only such files are jamey's. */
export const TESTS = "tests";
const testFiles = /\.(?:ya?ml|json)$/;

/** Absolute paths; they need not exist. */
export interface ProtectedPlaces {
  /** Folders that no tool reads or writes. */
  hidden: readonly string[];
  /** The folder of all environments: the `.state` of each is hidden too, and what it is made of not written. */
  environments: string;
  /** Within `hidden`: a folder directly in it may be a root of its own, and is then open. */
  outputs: string;
  /** Files and folders that no tool writes. */
  fixed: readonly string[];
  /** The folder of tests: those and their cassettes no tool writes. */
  tests: string;
}

/** Why a path relative to the root is refused. */
export type Guard = (path: string, purpose: "read" | "write") => string | undefined;

export function createGuards(places: ProtectedPlaces | undefined): (root: string) => Guard {
  if (places === undefined) return () => () => undefined;
  return (root) => {
    // Told anew each time: what was missing may have come since, as a link for example.
    const environments = folded(realPath(places.environments));
    const [hidden, fixed] = [places.hidden.map(realPath), places.fixed.map(realPath)];
    const tests = realPath(places.tests);
    const base = realPath(root);
    const isOutput = dirname(base) === realPath(places.outputs);
    return (path, purpose) => {
      const whole = folded(join(base, path));
      const isIn = (place: string) => isBeneath(whole, folded(place));
      const part = partOf(whole, environments);
      const isHidden = hidden.some(isIn) || part === ".state";
      if (!isOutput && isHidden) return "jamey's own keys and state are not for tools";
      const isTest = testFiles.test(whole) && (part === TESTS || isIn(tests));
      const isOwn = part !== undefined && ownParts.includes(part);
      const isFixed = isTest || isOwn || fixed.some(isIn);
      if (purpose === "write" && isFixed) {
        return "what an environment is made of (objects, settings, tests, tools, git) is not written by tools";
      }
      return undefined;
    };
  };
}

/** Without what two spellings of one name may differ in. */
export function folded(path: string): string {
  return path
    .normalize("NFKC")
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "")
    .toLowerCase();
}

/** Of `<environments>/<name>/<part>/…` the part. */
const partOf = (path: string, environments: string): string | undefined =>
  isBeneath(path, environments) ? path.slice(environments.length).split("/")[2] : undefined;

function isBeneath(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** Without links, as far as the path exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
