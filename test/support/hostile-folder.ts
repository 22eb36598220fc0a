// Folders that attack whoever works in them: everything that some program would take for its own settings
// writes a canary, or leads to a server of the attacker. One trick for each folder, or all in one.
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tricks } from "./hostile-tricks.ts";

/** What a trick is made with. */
export interface Trap {
  folder: string;
  /** The attacker's server. */
  origin: string;
  /** Where a variable of the attacker would move jamey's own files. */
  stolen: string;
  put(path: string, content: string, isExecutable?: boolean): void;
  link(path: string, target: string): void;
  /** A Node module that springs. */
  module(name: string): string;
  /** A shell script that springs. */
  script(name: string): string;
  /** A command line that springs. */
  command(name: string): string;
}

export interface HostileFolder {
  folder: string;
  stolen: string;
  /** What was run although nobody asked for it. */
  sprung(): string[];
}

/** A folder with this trick; without one, with all of them. */
export function layTrap(root: string, origin: string, trick?: string): HostileFolder {
  const folder = join(root, "hostile", trick ?? "all");
  const canaries = join(root, "canaries", trick ?? "all");
  const stolen = join(root, "stolen", trick ?? "all");
  for (const made of [folder, canaries]) mkdirSync(made, { recursive: true });
  const canary = (name: string) => join(canaries, name.replace(/\W+/g, "-"));
  const placed = (path: string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  const trap: Trap = {
    folder,
    origin,
    stolen,
    put(path, content, isExecutable = false) {
      const file = placed(path);
      writeFileSync(file, content);
      if (isExecutable) chmodSync(file, 0o755);
    },
    link: (path, target) => symlinkSync(target, placed(path)),
    module: (name) =>
      `require("node:fs").writeFileSync(${JSON.stringify(canary(name))}, "sprung");\n`,
    script: (name) => `#!/bin/sh\necho sprung > ${canary(name)}\ncat\n`,
    command: (name) => `echo sprung > ${canary(name)}`,
  };
  for (const [name, lay] of Object.entries(tricks)) {
    if (trick === undefined || trick === name) lay(trap);
  }
  return { folder, stolen, sprung: () => readdirSync(canaries).toSorted() };
}
