// `jamey tools new`: the files of a new tool, written where none of that name are.
// Rules: 1. Nothing is written over, and what went wrong on the way leaves nothing. 2. The manifest comes last: a
//           daemon that watches the folder sees a whole tool.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { pluginName } from "../../protocol/plugins.ts";
import type { NewTool, ToolLanguage } from "../../protocol/tool-checks.ts";
import { builtInTools } from "../../tools/index.ts";
import { locateEnvironment, toolsIn } from "../environment/open.ts";
import { manifestOf, samples } from "./samples/index.ts";

const FOLDER_MODE = 0o700;
const [TEXT_MODE, PROGRAM_MODE] = [0o600, 0o700];

export function createTool(options: {
  tool: string;
  language: ToolLanguage;
  environment: string;
  folder: string | null;
  variables: Record<string, string | undefined>;
}): NewTool {
  const { tool, language, environment, variables } = options;
  requireName(tool);
  const folder =
    options.folder ?? toolsIn(locateEnvironment({ environment, variables }).places.folder);
  const sample = samples[language];
  const { ending, text, isProgram } = sample.source;
  const [manifest, source] = [`${tool}.yml`, `${tool}${ending}`];
  const build = sample.build(tool);
  // What is built has the tool's own name.
  const taken = [manifest, `${tool}.yaml`, source, ...(build === null ? [] : [tool])].find((name) =>
    existsSync(join(folder, name)),
  );
  if (taken !== undefined) throw isTaken(join(folder, taken));
  const made: string[] = [];
  const write = (name: string, content: string, mode: number) => {
    writeFileSync(join(folder, name), content, { flag: "wx", mode });
    made.push(name);
  };
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    write(source, text, isProgram ? PROGRAM_MODE : TEXT_MODE);
    write(manifest, manifestOf(tool, sample), TEXT_MODE);
  } catch (cause) {
    for (const name of made) rmSync(join(folder, name), { force: true });
    const message = `The tool '${tool}' could not be written: ${messageOf(cause)}`;
    throw new JameyError("storage_failed", message, { cause });
  }
  return { tool, folder, files: [manifest, source], build };
}

function requireName(tool: string): void {
  const named = pluginName.safeParse(tool);
  if (!named.success) {
    const how = named.error.issues[0]?.message ?? "another name";
    throw new JameyError("invalid_request", `'${tool}' cannot be the name of a tool: ${how}.`);
  }
  if (!builtInTools().some(({ name }) => name === tool)) return;
  const message = `There is a built-in tool named ${tool}: choose another name.`;
  throw new JameyError("already_exists", message, { details: { name: tool } });
}

function isTaken(file: string): JameyError {
  const message = `There is something already: ${file}. Choose another name, or move it away.`;
  return new JameyError("already_exists", message, { details: { file } });
}
