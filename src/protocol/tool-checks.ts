// What people who write tools are told: what they begin with, and what the check of their tools says. It works
// without a daemon, so these words pass within one process, between program and command line.

export const TOOL_LANGUAGES = ["sh", "python", "c"] as const;
export type ToolLanguage = (typeof TOOL_LANGUAGES)[number];

export interface NewTool {
  tool: string;
  /** Where its files are: absolute. */
  folder: string;
  /** Their names; the manifest is the first. */
  files: string[];
  /** What makes a program of them, run in their folder; null where nothing has to. */
  build: string | null;
}

export interface ToolReport {
  tool: string;
  file: string;
  /** In the order in which they were made; after one that keeps the tool from running there are no more. */
  checks: { name: string; problem: string | null }[];
}

export interface ToolChecks {
  /** Writes a tool to begin with; `folder` null is that of the environment's tools. Writes over nothing. */
  create(options: {
    tool: string;
    language: ToolLanguage;
    environment: string;
    folder: string | null;
  }): NewTool;
  /** The manifests of a folder, or the one that is named; absolute paths, in order. */
  find(options: { path: string; directory: string }): string[];
  /** Holds a tool against its manifest and its examples. Never rejects for what the tool does. */
  check(options: { file: string; signal: AbortSignal }): Promise<ToolReport>;
}
