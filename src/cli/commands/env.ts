// `jamey env list|info|create|default|clone|rename|delete`: environments as folders. None of it starts a daemon.
import { findEnvironment } from "../../client/places.ts";
import type { EnvironmentInfo } from "../../protocol/environments.ts";
import { stripControl } from "../../terminal/strip.ts";
import { askYesNo } from "../chat/ask.ts";
import { type Context, columns, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { showSize } from "../input/byte-size.ts";
import { isTerminal } from "../terminal.ts";

export async function list(context: Context): Promise<number> {
  const environments = await (await context.host.environments()).list();
  if (context.isJson) await printJson(context, { environments });
  else if (environments.length === 0) {
    await context.note("No environment yet: the first prompt makes 'default'.");
  } else {
    const rows = environments.map((one) => [
      `${one.is_default ? "*" : " "} ${one.name}`,
      count(one.objects, "object"),
      one.sessions === null ? "" : count(one.sessions, "session"),
      showSize(one.bytes),
      stateOf(one),
    ]);
    await context.out.write(columns(rows));
  }
  return 0;
}

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? "" : "s"}`;

function stateOf({ running, is_trusted }: EnvironmentInfo): string {
  const who = running?.pid === null ? "" : ` (pid ${running?.pid})`;
  const runs = running ? `runs${who}${running.url ? ` on ${running.url}` : ""}` : "";
  return [is_trusted ? "" : "not trusted", runs].filter(Boolean).join(", ");
}

export async function info(context: Context): Promise<number> {
  const environments = await context.host.environments();
  return await say(context, await environments.info(nameOf(context)));
}

/** The word, else what a prompt would use now. */
export function nameOf({ arguments: given, host }: Context): string {
  const { variables, directory } = host;
  const [word] = given.words;
  return findEnvironment({ flag: word ?? given.text("env"), variables, directory }).environment;
}

async function say(context: Context, about: EnvironmentInfo): Promise<number> {
  if (context.isJson) {
    await printJson(context, about);
    return 0;
  }
  const { running, sessions } = about;
  const daemon = running === null ? "does not run" : stateOf({ ...about, is_trusted: true });
  const unsure = `no: jamey env trust ${about.name}`;
  await context.out.write(
    columns([
      ["name", `${about.name}${about.is_default ? " (default)" : ""}`],
      ["folder", stripControl(about.folder)],
      ["objects", String(about.objects)],
      ["sessions", sessions === null ? "none yet" : String(sessions)],
      ["size", showSize(about.bytes)],
      ["trusted", about.is_trusted ? "yes" : unsure],
      ["daemon", daemon],
    ]),
  );
  return 0;
}

export async function create(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const { arguments: given } = context;
  if (given.has("list")) {
    const templates = await environments.templates();
    const rows = templates.map((one) => [one.name, one.objects.join(", "), one.description]);
    if (context.isJson) await printJson(context, { templates });
    else await context.out.write(columns(rows));
    return 0;
  }
  const [name] = given.words;
  if (name === undefined) throw usageError("jamey env create needs a <name>, or --list.");
  const made = await environments.create({ name, template: given.text("template") ?? null });
  return await done(context, made, `Made environment '${name}' in ${made.folder}`);
}

async function done(context: Context, about: EnvironmentInfo, text: string): Promise<number> {
  if (context.isJson) await printJson(context, about);
  else await context.out.write(`${stripControl(text)}\n`);
  return 0;
}

export async function chooseDefault(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const [word] = context.arguments.words;
  const name = await environments.chosen(word ?? null);
  if (context.isJson) await printJson(context, { default: name });
  else await context.out.write(`${stripControl(name)}\n`);
  const { JAMEY_ENV } = context.host.variables;
  if (JAMEY_ENV) await context.note(`Here JAMEY_ENV says otherwise: ${JAMEY_ENV}`);
  return 0;
}

export async function clone(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const [, to = ""] = context.arguments.words;
  const with_sessions = context.arguments.has("with-sessions");
  const made = await environments.clone({ from: nameOf(context), to, with_sessions });
  return await done(context, made, `Cloned to '${to}' in ${made.folder}`);
}

export async function rename(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const [from = "", to = ""] = context.arguments.words;
  return await done(context, await environments.rename({ from, to }), `Renamed to '${to}'`);
}

export async function remove(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const [name = ""] = context.arguments.words;
  const purge = context.arguments.has("purge");
  const about = await environments.info(name);
  const size = `${count(about.objects, "object")}, ${count(about.sessions ?? 0, "session")}`;
  const how = purge ? " for good" : "";
  const question = `Delete environment '${name}' (${size})${how}?`;
  const refusal = `jamey env delete asks first, and nobody can answer here: add --yes.`;
  if (!(await confirmed(context, { question, refusal }))) return 1;
  const { kept_in } = await environments.remove({ name, purge });
  if (context.isJson) await printJson(context, { name, kept_in });
  else {
    const back = kept_in === null ? "" : ` To bring it back: jamey env restore ${name}`;
    await context.out.write(`Deleted environment '${name}'.${back}\n`);
  }
  return 0;
}

/** A yes from a human, or `--yes`. */
export async function confirmed(
  { arguments: given, err }: Context,
  { question, refusal }: { question: string; refusal: string },
): Promise<boolean> {
  if (given.has("yes")) return true;
  if (given.has("no-input") || !isTerminal(0)) throw usageError(refusal);
  return await askYesNo(question, err);
}
