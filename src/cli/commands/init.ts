// `jamey init`: connects a model. What is there is found, what is missing is asked or must be given, it is
// tried, and only then kept: the key with the daemon, the model in daemon.yml.
// Rule: nothing is kept of what was not tried, unless a human says so.
import type { Connection } from "../../client/connection.ts";
import { type DaemonOptions, findDaemon, findOrStart, waitUntilGone } from "../../client/daemon.ts";
import { JameyError } from "../../protocol/errors.ts";
import { oneLine } from "../../terminal/strip.ts";
import { daemonOptions } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { type Dialogue, openDialogue } from "../init/ask.ts";
import { type Choice, checkFlags, choose } from "../init/choice.ts";
import { type Trial, tryModel, variablesOf } from "../init/try.ts";
import { usageError } from "../input/arguments.ts";
import { isTerminal } from "../terminal.ts";

/** As if by Ctrl-C. */
const GAVE_UP = 130;
/** How long the daemon may take to leave, in milliseconds. */
const LEAVE_TIMEOUT_MS = 10_000;

export async function init(context: Context): Promise<number> {
  const canAsk = isTerminal(0) && context.out.isTerminal && !context.isJson;
  const dialogue = canAsk && !hasAll(context) ? await openDialogue() : null;
  checkFlags(context.arguments, dialogue !== null);
  const options = daemonOptions(context);
  const running = await findDaemon(options);
  running?.close();
  const connection = await findOrStart({ ...options, start: "always" });
  try {
    const kept = await connect(context, { connection, options, dialogue });
    if (kept) return await report(context, kept, { dialogue, wasRunning: running !== undefined });
    dialogue?.end("Nothing was changed.");
    return GAVE_UP;
  } finally {
    if (!running) await leave(connection, options);
    connection.close();
  }
}

/** A daemon that was only started for this begins anew with the model, unless others use it by now. */
async function leave(connection: Connection, options: DaemonOptions): Promise<void> {
  const isLeaving = await connection.call("Shutdown", { if_idle: true }).then(
    () => true,
    (thrown: unknown) => !(thrown instanceof JameyError && thrown.code === "busy"),
  );
  if (isLeaving) await waitUntilGone(options, LEAVE_TIMEOUT_MS);
}

/** The flags leave nothing to ask, or nobody wants to be asked. */
const hasAll = ({ arguments: given }: Context): boolean =>
  given.has("no-input") || (given.has("yes") && given.has("vendor"));

interface Kept {
  choice: Choice;
  trial: Trial | null;
  /** Names in the credentials file. */
  stored: string[];
  /** The file that names the model now. */
  file: string;
  /** What counts before that file and names another model. */
  overriddenBy: string | null;
  /** The variables of this shell that count before what was stored. */
  shadowing: string[];
}

const inThisShell = (names: readonly string[]): string => `${names.join(", ")} of this shell`;

/** Undefined when the human gave up. */
async function connect(
  context: Context,
  given: { connection: Connection; options: DaemonOptions; dialogue: Dialogue | null },
): Promise<Kept | undefined> {
  const { connection, options, dialogue } = given;
  dialogue?.begin();
  const { vendors } = await connection.call("ListModels", {});
  const choice = await choose(context, vendors, dialogue);
  if (!choice || !(await mayReplace(context, choice, dialogue))) return undefined;
  const trial = context.arguments.has("no-test") ? null : await attempt(options, choice, dialogue);
  if (trial?.ok === false && !(await keepAnyway(trial, dialogue))) return undefined;
  const variables = Object.entries(variablesOf(choice));
  for (const [name, value] of variables) await connection.call("StoreCredential", { name, value });
  const upkeep = await context.host.upkeep();
  const { environment } = options;
  const change = await upkeep.set({
    environment,
    key: "model",
    value: choice.model,
    file: "daemon",
  });
  const { settings } = await upkeep.settings(environment);
  const model = settings.find(({ key }) => key === "model");
  const isOverridden = model !== undefined && model.value !== choice.model;
  return {
    choice,
    trial,
    stored: variables.map(([name]) => name),
    file: change.file,
    overriddenBy: isOverridden ? model.from : null,
    shadowing: variables.flatMap(([name, value]) => {
      const exported = context.host.variables[name]?.trim();
      return exported && exported !== value ? [name] : [];
    }),
  };
}

/** A key that is in the file already is replaced only by somebody who knows. */
async function mayReplace(
  { arguments: given }: Context,
  { vendor, key }: Choice,
  dialogue: Dialogue | null,
): Promise<boolean> {
  const isTaken = key !== null && vendor.key_from === "the credentials file";
  if (!isTaken || given.has("yes")) return true;
  const what = `A key for ${vendor.vendor} is kept already`;
  if (dialogue) return (await dialogue.confirm(`${what}. Replace it?`)) === true;
  throw usageError(`${what}: --yes replaces it.`);
}

async function attempt(
  options: DaemonOptions,
  choice: Choice,
  dialogue: Dialogue | null,
): Promise<Trial> {
  const work = tryModel(options, choice);
  if (!dialogue) return await work;
  return await dialogue.during(`Asking ${choice.model}`, work, (trial) =>
    trial.ok
      ? `${choice.model} answered: ${oneLine(trial.answer, 60)}`
      : `${choice.model} did not answer.`,
  );
}

async function keepAnyway(
  { error }: Extract<Trial, { ok: false }>,
  dialogue: Dialogue | null,
): Promise<boolean> {
  if (!dialogue) {
    const message = `${oneLine(error.message, 500)} Nothing was kept; --no-test keeps it untried.`;
    throw new JameyError(error.code, message, { details: error.details });
  }
  dialogue.say(oneLine(error.message, 500));
  return (await dialogue.confirm("Keep it all the same?")) === true;
}

async function report(
  context: Context,
  { choice, trial, stored, file, overriddenBy, shadowing }: Kept,
  { dialogue, wasRunning }: { dialogue: Dialogue | null; wasRunning: boolean },
): Promise<number> {
  const { vendor, model } = choice;
  if (context.isJson) {
    const tested = trial?.ok === true ? trial : null;
    await printJson(context, {
      vendor: vendor.vendor,
      model,
      key_from: stored.includes(vendor.key_variable ?? "")
        ? "the credentials file"
        : vendor.key_from,
      stored,
      settings_file: file,
      overridden_by: overriddenBy ?? (shadowing.length > 0 ? inThisShell(shadowing) : null),
      tested: tested && { answer: tested.answer, duration_ms: tested.duration_ms },
      restart_needed: wasRunning,
    });
    return 0;
  }
  const lines = [
    `${model} answers when nobody names another (${file}).`,
    ...(overriddenBy === null
      ? []
      : [`But ${oneLine(overriddenBy, 200)} names another, and counts before it.`]),
    ...(stored.length > 0 ? [`Kept with mode 0600: ${stored.join(", ")}.`] : []),
    ...(shadowing.length > 0
      ? [
          `But ${inThisShell(shadowing)} is another, and counts before it here: unset ${shadowing.join(" ")}`,
        ]
      : []),
    ...(wasRunning
      ? ["The daemon runs and reads the model when it starts: jamey daemon restart"]
      : []),
    ...(stored.length === 0 && vendor.key_from?.startsWith("the caller's")
      ? [`The key is only in this shell (${vendor.key_variable}): --key-from-env keeps it.`]
      : []),
    'Try it: jamey "say hello"',
  ];
  if (dialogue) dialogue.end(lines.join("\n   "));
  else await context.out.write(`${lines.join("\n")}\n`);
  return 0;
}
