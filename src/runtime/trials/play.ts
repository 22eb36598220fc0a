// Plays one test: a copy of the environment in a folder of its own, a store in memory, and a runtime whose
// only model is the test's script. Nothing of it is left, and nothing of the user's is touched.
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { ASK_HUMAN, ASKED_WITH } from "../../core/session/question.ts";
import { classify } from "../../protocol/classify.ts";
import type { CommandName, Params, Reply } from "../../protocol/commands/index.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { StoredRow } from "../../protocol/events/index.ts";
import { PROTOCOL_VERSION, VERSION } from "../../protocol/version.ts";
import { socketIdentity } from "../access.ts";
import { readRule } from "../config.ts";
import { assemble } from "../daemon.ts";
import { findEnvironment, openEnvironment } from "../environment/open.ts";
import { isCarried, walk } from "../environments/contents.ts";
import { createLog } from "../log.ts";
import { createScriptedModels } from "../models.ts";
import { createNetwork } from "../network.ts";
import { sessionStream } from "../store/journal.ts";
import { openStore, type Store } from "../store/open.ts";
import { type Ask, startHumans } from "./humans.ts";
import type { Trial } from "./trial-file.ts";

/** After a cancelled turn, for its last word. */
const CANCEL_TIMEOUT_MS = 5_000;

export interface PlayedCall {
  tool: string;
  args: unknown;
  outcome: string;
}

export interface Played {
  run: Run;
  exit_code: number;
  /** Of tools, in order; those of a called object stand where it was called. */
  calls: PlayedCall[];
  /** Objects that were called, in the same order. */
  delegations: string[];
  /** What was wrong with the questions to humans and their answers. */
  asked: string[];
}

export async function playTrial(options: {
  trial: Trial;
  /** The environment's own, which is only read. */
  folder: string;
  signal: AbortSignal;
}): Promise<Played> {
  const { trial, signal } = options;
  const home = realpathSync(mkdtempSync(join(tmpdir(), "jamey-test-")));
  try {
    const work = layOut(home, options);
    return await inRuntime({ home, work, trial, signal });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The copy of the environment, and the folder to work in. */
function layOut(home: string, { trial, folder }: { trial: Trial; folder: string }): string {
  const copy = join(home, "environment");
  for (const { name, kind } of walk(folder)) {
    if (kind !== "file" || !isCarried(name)) continue;
    mkdirSync(dirname(join(copy, name)), { recursive: true, mode: 0o700 });
    copyFileSync(join(folder, name), join(copy, name));
  }
  mkdirSync(join(copy, ".state"), { recursive: true, mode: 0o700 });
  const work = join(home, "work");
  mkdirSync(work, { mode: 0o700 });
  for (const [name, text] of Object.entries(trial.files)) {
    const path = resolve(work, name);
    if (relative(work, path).startsWith("..") || path === work) {
      throw new JameyError("config_invalid", `files: '${name}' leads out of the workspace.`);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return work;
}

async function inRuntime(options: {
  home: string;
  work: string;
  trial: Trial;
  signal: AbortSignal;
}): Promise<Played> {
  const { home, work, trial, signal } = options;
  const variables = { HOME: home, JAMEY_HOME: join(home, "jamey") };
  const found = findEnvironment({
    environment: join(home, "environment"),
    variables,
    mayMake: false,
  });
  const environment = openEnvironment(found, { variables, flags: {} });
  const errors: string[] = [];
  const now = () => new Date().toISOString();
  const log = createLog({ level: "error", now, write: (line) => void errors.push(line) });
  await using opened = new AsyncDisposableStack();
  const store = openStore({ folder: null, onError: (thrown) => void errors.push(String(thrown)) });
  opened.defer(store.close);
  const runtime = assemble({
    environment,
    store,
    log,
    network: createNetwork({ environment, variables, log }),
    shutDown: () => undefined,
    offline: { models: await createScriptedModels(trial.script), http: noNetwork },
  });
  opened.defer(runtime.stop);
  await runtime.start();
  const attach = {
    type: "attach" as const,
    client: "cli test",
    version: VERSION,
    protocol_version: PROTOCOL_VERSION,
    workspace: work,
    variables: {},
    call_id: null,
  };
  const ring = { events: () => undefined, signals: () => undefined };
  const connection = runtime.connections.open(attach, { identity: socketIdentity, ring });
  opened.defer(connection.close);

  async function ask<Name extends CommandName>(
    type: Name,
    payload: Params<Name>,
  ): Promise<Reply<Name>> {
    const answer = await runtime.handle({ type, payload }, connection.caller);
    // The table of commands says which reply each has; a handler of another does not compile.
    if (answer.ok) return answer.payload as Reply<Name>;
    throw new JameyError(answer.payload.code, answer.payload.message, answer.payload);
  }

  const { session_id, run, asked } = await say({ trial, ask, store, signal });
  const story = readStory(session_id, store);
  const { unheard, ...told } = story;
  const silent = trial.answers
    ? []
    : unheard.map((one) => `answers: no answer:\n+ asked:    ${one}`);
  return { run, exit_code: classify(run).exit_code, asked: [...asked, ...silent], ...told };
}

async function say(parts: { trial: Trial; ask: Ask; store: Store; signal: AbortSignal }) {
  const { trial, ask, store, signal } = parts;
  const { session_id, turn_id } = await ask("SendMessage", {
    po_name: trial.object,
    message: trial.message,
    settings: {
      mode: trial.mode,
      rules: trial.allow.map((rule) => readRule(rule, "allow")),
      on_ask: trial.answers ? "queue" : "deny",
    },
  });
  const late = setTimeout(() => void cancel("the test took too long"), trial.timeout_ms);
  const stop = () => void cancel("the tests were stopped");
  const cancel = async (reason: string) => {
    try {
      await ask("CancelTurn", { turn_id, reason });
    } catch (thrown) {
      // It may have ended just now, which is all that is wanted.
      if (!(thrown instanceof JameyError)) throw thrown;
    }
  };
  signal.addEventListener("abort", stop, { once: true });
  const { journal } = store;
  const humans = startHumans({ answers: trial.answers ?? [], journal, ask, stop: cancel });
  try {
    const timeout_ms = trial.timeout_ms + CANCEL_TIMEOUT_MS;
    const run = await ask("WaitForTurn", { turn_id, timeout_ms });
    return { session_id, run, asked: await humans.end() };
  } finally {
    await humans.end();
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
  }
}

const noNetwork = {
  exchange: async () =>
    await Promise.resolve({ ok: false as const, problem: "tests have no network" }),
};

interface Story extends Pick<Played, "calls" | "delegations"> {
  /** Questions in words that nobody was there to hear. */
  unheard: string[];
}

/** What was called, in the order in which it was asked for: what ran at once has no other. */
function readStory(session_id: string, { journal }: Store): Story {
  const calls: PlayedCall[] = [];
  const unheard: string[] = [];
  const delegations: string[] = [];
  const tell = (id: string): void => {
    const rows = [...journal.readStream(sessionStream(id), 0)];
    const ended = byCall(rows, "ToolCallCompleted");
    const begun = byCall(rows, "ToolCallStarted");
    const called = byCall(rows, "DelegationStarted");
    for (const { type, payload } of rows) {
      if (type !== "MessageAdded") continue;
      for (const call of payload.tool_calls) {
        const delegation = called.get(call.id);
        if (delegation) {
          delegations.push(delegation.payload.po_name);
          tell(delegation.payload.child_session_id);
        } else {
          const args = begun.get(call.id)?.payload.tool_call.args ?? call.args;
          const { outcome = "not_run", denial } = ended.get(call.id)?.payload ?? {};
          // A rule that denies it is no missing answer.
          if (call.name === ASK_HUMAN && denial?.allow_with === ASKED_WITH)
            unheard.push(denial.subject);
          calls.push({ tool: call.name, args, outcome });
        }
      }
    }
  };
  tell(session_id);
  return { calls, delegations, unheard };
}

function byCall<Type extends "ToolCallCompleted" | "ToolCallStarted" | "DelegationStarted">(
  rows: readonly StoredRow[],
  type: Type,
): Map<string, Extract<StoredRow, { type: Type }>> {
  const found = new Map<string, Extract<StoredRow, { type: Type }>>();
  for (const row of rows) {
    if (row.type !== type) continue;
    // Just compared.
    const one = row as Extract<StoredRow, { type: Type }>;
    found.set(callOf(row), one);
  }
  return found;
}

function callOf({ payload }: StoredRow): string {
  if ("tool_call" in payload && payload.tool_call) return payload.tool_call.id;
  return "call_id" in payload ? payload.call_id : "";
}
