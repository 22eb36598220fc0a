// Tests of an environment: found and played, without a daemon and without a network.
// Rule: what a test allows is a human's word: agents play none, and none of an untrusted environment is played.
import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { TrialResult, Trials } from "../../protocol/trials.ts";
import { isTrusted } from "../environment/untrusted.ts";
import { existingPlace, type Variables } from "../environments/hold.ts";
import { refuseAgents } from "../maintenance/humans-only.ts";
import { compare } from "./compare.ts";
import { playTrial } from "./play.ts";
import { readTrial } from "./trial-file.ts";

/** Tests that one run takes. */
const MAX_TRIALS = 10_000;

export function createTrials(variables: Variables): Trials {
  return {
    find({ environment, files, directory }) {
      refuseAgents(variables);
      const { folder, state } = existingPlace(environment, variables).places;
      if (!isTrusted(state)) throw notTrusted(environment);
      const found =
        files.length === 0
          ? testsIn(join(folder, "tests"), environment)
          : files.flatMap((file) => named(file, { directory, folder }));
      if (found.length <= MAX_TRIALS) return found;
      throw new JameyError("too_large", `${found.length} tests; one run takes ${MAX_TRIALS}.`);
    },
    async play({ environment, file, signal }) {
      const begun = performance.now();
      const took = () => Math.round(performance.now() - begun);
      try {
        const { folder } = existingPlace(environment, variables).places;
        const trial = readTrial(file);
        const played = await playTrial({ trial, folder, signal });
        const problems = compare(trial.expect, played);
        const status = problems.length === 0 ? "passed" : "failed";
        const { run, exit_code, calls, delegations } = played;
        const shown = {
          status: run.status,
          exit_code,
          response: run.response,
          model_calls: run.model_calls,
          calls: calls.map(({ tool }) => tool),
          delegations,
        };
        return { file, name: trial.name, status, problems, duration_ms: took(), run: shown };
      } catch (thrown) {
        return broken(file, took(), thrown);
      }
    },
  };
}

function notTrusted(environment: string): JameyError {
  const message = `The environment '${environment}' came from elsewhere and is not trusted: its tests may allow what they like. Look, then trust it: jamey env trust ${environment}`;
  return new JameyError("forbidden", message);
}

const broken = (file: string, duration_ms: number, thrown: unknown): TrialResult => ({
  file,
  name: basename(file),
  status: "broken",
  problems: [messageOf(thrown)],
  duration_ms,
  run: null,
});

/** Cassettes lie in folders below. */
function testsIn(folder: string, environment: string): string[] {
  const names = namesIn(folder).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith("."));
  if (names.length > 0) return names.toSorted().map((name) => join(folder, name));
  const message = `The environment '${environment}' has no tests: ${join(folder, "*.yml")}. How one is written: jamey help tests`;
  throw new JameyError("input_missing", message);
}

/** Where somebody is, then in the environment; its ending may be left out. */
function named(shown: string, { directory, folder }: { directory: string; folder: string }) {
  const folders = [directory, folder, join(folder, "tests")];
  const paths = [...new Set(folders.map((one) => resolve(one, shown)))];
  for (const path of paths.flatMap((one) => [one, `${one}.yml`, `${one}.yaml`])) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return testsIn(path, shown);
    if (found?.isFile()) return [path];
  }
  throw new JameyError("input_missing", `There is no test ${shown}: ${paths.join(", ")}.`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (_none) {
    return [];
  }
}
