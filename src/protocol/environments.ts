// What is said of environments as folders that people make, copy and move. It works without a daemon, so
// these words pass within one process, between program and command line.
import type { ScheduleKind } from "./schedules.ts";

export interface EnvironmentInfo {
  name: string;
  folder: string;
  /** It is used where no other is named. */
  is_default: boolean;
  /** It was imported, and nobody has trusted it yet. */
  is_trusted: boolean;
  /** Object files. */
  objects: number;
  /** null: there is no database yet, or none that can be read. */
  sessions: number | null;
  bytes: number;
  /** The daemon that has it. */
  running: { pid: number | null; url: string | null } | null;
}

export interface TemplateInfo {
  name: string;
  description: string;
  objects: string[];
}

/** A file that holds a whole environment. */
export interface CarriedFile {
  name: string;
  file: string;
  bytes: number;
  members: number;
  sessions: number;
}

export interface Imported {
  name: string;
  folder: string;
  is_trusted: boolean;
  members: number;
  sessions: number;
  /** Members that an environment does not have. */
  ignored: string[];
}

/** What would become active with trust, as the files are now. */
export interface Activation {
  name: string;
  is_trusted: boolean;
  /** Where it came from; null where that is not known. */
  from: string | null;
  /** Objects that are sent a message at each start. */
  on_start: { object: string; message: string }[];
  /** What wakes objects by itself. */
  wakes: { object: string; kind: ScheduleKind; spec: string; message: string }[];
  /** Settings of the manifest that are ignored until then. */
  settings: { key: string; value: unknown }[];
  /** Files that hold or may start code. */
  files: string[];
  /** Of everything that was looked at: trust holds for exactly this. */
  hash: string;
}

export interface RemovedEnvironment {
  name: string;
  /** Where it is kept for a while; null: it is gone. */
  kept_in: string | null;
}

/** What the command line does with whole environments. Each refuses one whose daemon runs, save to look. */
export interface Environments {
  list(): Promise<EnvironmentInfo[]>;
  info(environment: string): Promise<EnvironmentInfo>;
  templates(): Promise<TemplateInfo[]>;
  create(options: { name: string; template: string | null }): Promise<EnvironmentInfo>;
  /** The environment that is used without --env and JAMEY_ENV; a name chooses it first. */
  chosen(name: string | null): Promise<string>;
  clone(options: { from: string; to: string; with_sessions: boolean }): Promise<EnvironmentInfo>;
  rename(options: { from: string; to: string }): Promise<EnvironmentInfo>;
  archive(name: string): Promise<CarriedFile>;
  /** From an archive or the trash by name, or from a file. */
  restore(options: { source: string; directory: string; name: string | null }): Promise<Imported>;
  remove(options: { name: string; purge: boolean }): Promise<RemovedEnvironment>;
  export(options: {
    environment: string;
    file: string;
    with_sessions: boolean;
  }): Promise<CarriedFile>;
  import(options: { file: string; name: string | null }): Promise<Imported>;
  activation(environment: string): Promise<Activation>;
  /** `stale_hash` where the files are not what `hash` says any more. */
  trust(options: {
    environment: string;
    hash: string;
  }): Promise<{ name: string; restart: boolean }>;
}
