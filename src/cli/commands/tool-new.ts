// `jamey tools new NAME`: a tool to begin with, and what to do with it next. Needs no daemon.
import { resolve } from "node:path";
import { findEnvironment } from "../../client/places.ts";
import { type NewTool, TOOL_LANGUAGES } from "../../protocol/tool-checks.ts";
import { oneLine } from "../../terminal/strip.ts";
import { type Context, printJson } from "../context.ts";

export async function create(context: Context): Promise<number> {
  const { arguments: given, host, out } = context;
  const { variables, directory } = host;
  const [tool = ""] = given.words;
  const named = given.text("folder");
  const env = given.text("env");
  const made = (await host.toolChecks()).create({
    tool,
    language: TOOL_LANGUAGES.find((one) => one === given.text("lang")) ?? "sh",
    environment: findEnvironment({ flag: env, variables, directory }).environment,
    folder: named === undefined ? null : resolve(directory, named),
  });
  if (context.isJson) await printJson(context, made);
  else {
    const { folder, files } = made;
    await out.write(`Created in ${oneLine(folder, 1000)}: ${files.join(", ")}\n`);
  }
  await context.note(nextSteps(made, { env, isElsewhere: named !== undefined }));
  return 0;
}

function nextSteps(
  { tool, folder, files, build }: NewTool,
  { env, isElsewhere }: { env: string | undefined; isElsewhere: boolean },
): string {
  const shown = quoted(folder);
  const [manifest = ""] = files;
  const program = env === undefined ? "jamey" : `jamey --env ${quoted(env)}`;
  const steps = [
    `Write what it does into ${files.join(" and ")}, then:`,
    ...(build === null ? [] : [`  (cd ${shown} && ${build})`]),
    `  jamey tools check ${quoted(`${folder}/${manifest}`)}`,
    ...(isElsewhere ? ["  and put its files into the folder tools/ of an environment;"] : []),
    `  ${program} tools approve ${tool}`,
    `An object with '${tool}' in its capabilities may call it.`,
  ];
  return steps.join("\n");
}

/** As a shell takes it, whatever is in it. */
function quoted(text: string): string {
  const line = oneLine(text, 4_096);
  return /^[\w./~-]+$/.test(line) ? line : `'${line.replaceAll("'", "'\\''")}'`;
}
