// A fresh folder of plugins, and tools written into it.
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PluginFolder extends Disposable {
  path: string;
  /** A manifest: lines of YAML. */
  manifest(name: string, ...lines: string[]): void;
  /** A program that sh runs. */
  script(name: string, text: string): void;
  /** Both: a tool `name` with one text argument, run for each call. */
  tool(name: string, text: string, ...lines: string[]): void;
}

export function openPluginFolder(): PluginFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "jamey-plugins-")));
  const manifest = (name: string, ...lines: string[]) =>
    writeFileSync(join(path, `${name}.yml`), `${lines.join("\n")}\n`);
  const script = (name: string, text: string) => {
    writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(path, name), 0o755);
  };
  return {
    path,
    manifest,
    script,
    tool(name, text, ...lines) {
      script(`${name}.sh`, text);
      manifest(name, `description: The tool ${name}.`, `command: [./${name}.sh]`, ...lines);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
