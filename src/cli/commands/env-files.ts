// `jamey env archive|restore|export|import`: whole environments as files.
import { resolve } from "node:path";
import type { CarriedFile, Imported } from "../../protocol/environments.ts";
import { stripControl } from "../../terminal/strip.ts";
import { type Context, printJson } from "../context.ts";
import { showSize } from "../input/byte-size.ts";
import { nameOf } from "./env.ts";

export async function archive(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const [name = ""] = context.arguments.words;
  const made = await environments.archive(name);
  return await sayFile(context, made, `To bring it back: jamey env restore ${name}`);
}

export async function exportEnvironment(context: Context): Promise<number> {
  const { arguments: given, host } = context;
  const environments = await host.environments();
  const environment = nameOf(context);
  const base = environment.slice(environment.lastIndexOf("/") + 1);
  const made = await environments.export({
    environment,
    file: resolve(host.directory, given.text("output") ?? `${base}.tar.gz`),
    with_sessions: given.has("with-sessions"),
  });
  return await sayFile(context, made, "Elsewhere: jamey env import FILE");
}

async function sayFile(context: Context, made: CarriedFile, next: string): Promise<number> {
  if (context.isJson) await printJson(context, made);
  else {
    const { file, bytes, members, sessions } = made;
    const holds = `${showSize(bytes)}, ${members} members, ${sessions} sessions`;
    await context.out.write(`${stripControl(file)} (${holds})\n`);
    await context.note(next);
  }
  return 0;
}

export async function restore(context: Context): Promise<number> {
  const { arguments: given, host } = context;
  const environments = await host.environments();
  const [source = ""] = given.words;
  const name = given.text("name") ?? null;
  const made = await environments.restore({ source, directory: host.directory, name });
  return await sayMade(context, made, "Restored");
}

export async function importEnvironment(context: Context): Promise<number> {
  const { arguments: given, host } = context;
  const environments = await host.environments();
  const file = resolve(host.directory, given.words[0] ?? "");
  const made = await environments.import({ file, name: given.text("name") ?? null });
  return await sayMade(context, made, "Imported");
}

async function sayMade(context: Context, made: Imported, verb: string): Promise<number> {
  if (context.isJson) {
    await printJson(context, made);
    return 0;
  }
  const { name, folder, members, sessions, ignored, is_trusted } = made;
  const holds = `${members} members, ${sessions} sessions`;
  await context.out.write(`${verb} environment '${name}' in ${stripControl(folder)} (${holds})\n`);
  if (ignored.length > 0) {
    await context.note(`Left aside: ${stripControl(ignored.join(", "))}`);
  }
  if (!is_trusted) {
    await context.note(
      `It is not trusted: until it is, no messages at the start (on_start), no schedules (wake), no rules that allow, no limits, listeners and other settings of its manifest, no workflows, no tests, no tools of its own. Look: jamey env trust ${name}`,
    );
  }
  return 0;
}
