// The folder `workflows/` as files: listed and read. Decides nothing about what they hold.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MAX_WORKFLOW_BYTES } from "../../protocol/limits.ts";
import { boundedRead } from "./bounded-read.ts";

/** Workflows of one environment; what comes after these in the order of names is left out. */
const MAX_WORKFLOWS = 200;
const WORKFLOW_FILE = /^[^.].*\.ya?ml$/;

export interface WorkflowFiles {
  /** By name, each once: that of the file without its ending. */
  list(): { name: string; file: string }[];
  read(file: string): string;
}

export function workflowFilesIn(folder: string): WorkflowFiles {
  return {
    list() {
      const files = (existsSync(folder) ? readdirSync(folder) : [])
        .filter((file) => WORKFLOW_FILE.test(file))
        .toSorted()
        .map((file) => ({ name: file.replace(/\.ya?ml$/, ""), file: join(folder, file) }));
      return files
        .filter(({ name }, index) => files.findIndex((one) => one.name === name) === index)
        .slice(0, MAX_WORKFLOWS);
    },
    read: (file) => boundedRead(file, MAX_WORKFLOW_BYTES),
  };
}
