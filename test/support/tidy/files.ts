// Lists and reads the project's own files for the tidy checkers: what git tracks or would track.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type SourceFile = { path: string; text: string };

/** Paths from the root, with forward slashes, sorted. */
export function listPaths(root: string): string[] {
  return (listByGit(root) ?? listByHand(root))
    .filter((path) => existsSync(join(root, path)))
    .sort();
}

export function readFiles(root: string, paths: string[]): SourceFile[] {
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function listByGit(root: string): string[] | undefined {
  if (!Bun.which("git")) return undefined;
  const listing = Bun.spawnSync(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root, stderr: "ignore" },
  );
  if (listing.exitCode !== 0) return undefined;
  return [...new Set(listing.stdout.toString().split("\0"))].filter(Boolean);
}

/** For a copy of the project without git: everything but the folders that .gitignore names. */
function listByHand(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !["node_modules", "dist", ".git"].includes(name))
    .flatMap((entry) => {
      if (!entry.isDirectory()) return [entry.name];
      const found = new Bun.Glob("**").scanSync({ cwd: join(root, entry.name), dot: true });
      return [...found].map((path) => `${entry.name}/${path}`);
    });
}
