// `jamey config`: where files lie, every setting with its value and its origin, and changing one. None of it
// needs a daemon.

import { errorCodes } from "../../protocol/errors.ts";
import type { SettingsInfo } from "../../protocol/upkeep.ts";
import { showHidden } from "../../terminal/strip.ts";
import { daemonOptions } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { differsFromRunning, isRunning } from "../output/running-settings.ts";

export async function path(context: Context): Promise<number> {
  const { environment, places } = await read(context);
  if (context.isJson) await printJson(context, { environment, places });
  else {
    const rows = places.map((one) => [one.name, one.path, one.exists ? "" : "(not there yet)"]);
    await context.out.write(columns(rows));
  }
  return 0;
}

export async function show(context: Context): Promise<number> {
  const info = await read(context);
  if (context.isJson) await printJson(context, info);
  else {
    if (info.problems.length > 0) {
      await context.err.write(
        "jamey: not all of this is in force: what follows leaves out a file that is wrong (see below).\n",
      );
    }
    const rows = info.settings.map(({ key, value, from, default: byDefault }) => {
      const isSame = JSON.stringify(value) === JSON.stringify(byDefault);
      const origin =
        isSame || from === "default" ? from : `${from} (default ${written(byDefault)})`;
      return [key, written(value), origin];
    });
    await context.out.write(columns(rows));
  }
  await sayRunning(context, info);
  return await sayProblems(context, info);
}

/** `only`: of this key alone. */
async function sayRunning(
  context: Context,
  info: Pick<SettingsInfo, "settings">,
  only?: string,
): Promise<void> {
  const differing = await differsFromRunning(daemonOptions(context), info);
  for (const { key, running, isFlag } of differing) {
    if (only !== undefined && key !== only && !key.startsWith(`${only}.`)) continue;
    const why = isFlag ? "by its command line" : "and reads the files at: jamey daemon restart";
    await context.note(`note: the running daemon has ${key} ${written(running ?? null)}, ${why}`);
  }
}

export async function explain(context: Context): Promise<number> {
  const { environment } = daemonOptions(context);
  const upkeep = await context.host.upkeep();
  const { setting, problems } = await upkeep.explain(environment, context.arguments.words[0] ?? "");
  if (context.isJson) await printJson(context, setting);
  else {
    const { key, value, from, default: byDefault, meaning, variable, layers } = setting;
    const covered = layers.slice(1).map((one) => ["also", `${written(one.value)}  (${one.from})`]);
    await context.out.write(
      columns([
        [key, meaning],
        ["value", written(value)],
        ["from", from],
        ...covered,
        ["default", written(byDefault)],
        ["variable", variable],
        ["change", `jamey config set ${key} VALUE`],
      ]),
    );
  }
  await sayRunning(context, { settings: [setting] }, setting.key);
  return await sayProblems(context, { warnings: [], problems });
}

export const set = (context: Context): Promise<number> =>
  change(context, context.arguments.words[1] ?? "");

export const unset = (context: Context): Promise<number> => change(context, null);

/** null takes the setting out of its file. */
async function change(context: Context, value: string | null): Promise<number> {
  const [key = ""] = context.arguments.words;
  const options = daemonOptions(context);
  const upkeep = await context.host.upkeep();
  const file = context.arguments.has("manifest") ? "manifest" : "daemon";
  const changed = await upkeep.set({ environment: options.environment, key, value, file });
  const running = await isRunning(options);
  if (context.isJson) await printJson(context, { ...changed, restart_needed: running });
  else {
    const what = value === null ? "is not set" : `is ${written(changed.after)}`;
    await context.out.write(`${changed.file}: ${key} ${what}\n`);
    await sayCovered(context, key);
    if (running)
      await context.note("The daemon that runs has the old one until: jamey daemon restart");
  }
  return 0;
}

/** A weightier layer may say otherwise: then the change has no effect, and that is said. */
async function sayCovered(context: Context, key: string): Promise<void> {
  const { settings } = await read(context);
  const setting = settings.find((one) => one.key === key);
  const [first, second] = setting?.layers ?? [];
  if (!first || !second || JSON.stringify(first.value) === JSON.stringify(second.value)) return;
  await context.note(`In force is ${written(first.value)}, from ${first.from}`);
}

async function read(context: Context): Promise<SettingsInfo> {
  const { environment } = daemonOptions(context);
  const upkeep = await context.host.upkeep();
  return await upkeep.settings(environment);
}

async function sayProblems(
  context: Context,
  info: Pick<SettingsInfo, "warnings" | "problems">,
): Promise<number> {
  for (const warning of info.warnings) await context.note(`note: ${showHidden(warning)}`);
  for (const problem of info.problems) await context.err.write(`jamey: ${showHidden(problem)}\n`);
  return info.problems.length > 0 ? errorCodes.config_invalid.exit : 0;
}

/** Values and names come from files: what is hidden in them is shown. */
const written = (value: unknown): string =>
  showHidden(typeof value === "string" ? value : JSON.stringify(value));
