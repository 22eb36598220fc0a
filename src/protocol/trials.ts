// What tests of an environment say: files and results. They run without a daemon, so these words pass within
// one process, between program and command line.

export interface TrialResult {
  /** The path of the test, as it was found. */
  file: string;
  name: string;
  /** `broken`: it could not be played at all. */
  status: "passed" | "failed" | "broken";
  /** What was expected and what came, one entry for each difference. */
  problems: string[];
  duration_ms: number;
  /** How the turn ended; null where there was none. */
  run: {
    status: string;
    exit_code: number;
    response: string;
    model_calls: number;
    calls: string[];
    delegations: string[];
  } | null;
}

export interface Trials {
  /** The tests of an environment, or the files that are named; absolute paths, in order. */
  find(options: { environment: string; files: readonly string[]; directory: string }): string[];
  /** Plays one in a copy of the environment, which is gone afterwards. Never rejects for what a test does. */
  play(options: { environment: string; file: string; signal: AbortSignal }): Promise<TrialResult>;
}
