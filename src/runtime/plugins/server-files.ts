// The manifests of MCP servers as people add and remove them by command.
// Rule: a file is never written over, and only that of a server is removed.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import type { NewMcpServer } from "../../protocol/plugins.ts";
import { readManifest } from "../../tools/external/manifest.ts";
import { replaceFile } from "../replace-file.ts";
import type { PluginFiles } from "./plugin-files.ts";

const FOLDER_MODE = 0o700;

export function addServer(folder: string, { plugin, ...given }: NewMcpServer): string {
  const said = Object.entries(given).filter(([, value]) => value !== null && !isEmpty(value));
  const values = { mode: "mcp", ...Object.fromEntries(said) };
  const read = readManifest(plugin, values);
  if (!read.ok) throw new JameyError("invalid_request", `${plugin}: ${read.problem}`);
  const taken = [`${plugin}.yml`, `${plugin}.yaml`].find((name) => existsSync(join(folder, name)));
  if (taken !== undefined) {
    throw new JameyError("conflict", `There is already a tool in ${join(folder, taken)}.`);
  }
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const file = join(folder, `${plugin}.yml`);
  // JSON is YAML: a value stands as it was given, whatever characters it has.
  const lines = Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  replaceFile(file, `${lines.join("\n")}\n`);
  return file;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

export function removeServer(files: PluginFiles, plugin: string): void {
  const found = files.find(plugin);
  if (!found) throw new JameyError("not_found", `There is no MCP server '${plugin}'.`);
  if (found.manifest?.mode !== "mcp") {
    const message = `${found.file} is no MCP server: remove the file yourself.`;
    throw new JameyError("invalid_request", message);
  }
  if (!found.file.startsWith(`${files.folder}/`)) {
    const message = `The server '${plugin}' is named in ${found.file}: take it out there, then restart the daemon.`;
    throw new JameyError("invalid_request", message);
  }
  rmSync(found.file);
}
