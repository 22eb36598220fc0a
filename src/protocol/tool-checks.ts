// What the check of a folder of tools says. It works without a daemon, so these words pass within one process,
// between program and command line.

export interface ToolReport {
  tool: string;
  file: string;
  /** In the order in which they were made; after one that keeps the tool from running there are no more. */
  checks: { name: string; problem: string | null }[];
}

export interface ToolChecks {
  /** The manifests of a folder, or the one that is named; absolute paths, in order. */
  find(options: { path: string; directory: string }): string[];
  /** Holds a tool against its manifest and its examples. Never rejects for what the tool does. */
  check(options: { file: string; signal: AbortSignal }): Promise<ToolReport>;
}
