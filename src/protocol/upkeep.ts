// What upkeep says of an environment: settings and findings. It works without a daemon, because a file that is
// wrong keeps one from starting; so these words pass within one process, between program and command line. They
// stand here because the runtime, which says them, and the command line, which shows them, share nothing else.
import type { Params, Reply } from "./commands/index.ts";

export interface SettingInfo {
  /** `a.b.c` */
  key: string;
  value: unknown;
  /** File and line, a variable, or `default`. */
  from: string;
  default: unknown;
  meaning: string;
  /** `JAMEY_A_B_C` */
  variable: string;
  /** Every place that says something, the one that counts first. */
  layers: { from: string; value: unknown }[];
}

export interface PlaceInfo {
  /** What lies there. */
  name: string;
  path: string;
  exists: boolean;
}

export interface SettingsInfo {
  environment: string;
  places: PlaceInfo[];
  settings: SettingInfo[];
  /** What is ignored, and why. */
  warnings: string[];
  /** What keeps a daemon from starting: bad values, unreadable files. */
  problems: string[];
}

export interface Change {
  file: string;
  key: string;
  before: unknown;
  after: unknown;
}

export interface Finding {
  /** What was looked at, in one or two words. */
  name: string;
  /** `weak` works but should not stay so; `broken` does not work. */
  level: "ok" | "note" | "weak" | "broken";
  what: string;
  why: string | null;
  /** What to do about it. */
  advice: string | null;
}

/** What the command line does with an environment whose daemon may not run. */
export interface Upkeep {
  settings(environment: string): Promise<SettingsInfo>;
  /** Throws `not_found` for a key that is no setting. */
  explain(environment: string, key: string): Promise<{ setting: SettingInfo; problems: string[] }>;
  /** Checked before anything is written. */
  set(options: {
    environment: string;
    key: string;
    /** null takes it out of the file. */
    value: string | null;
    file: "daemon" | "manifest";
  }): Promise<Change>;
  /** For a daemon that does not start before there is one. */
  createKey(asked: Params<"CreateKey">): Promise<Reply<"CreateKey">>;
  examine(environment: string): Promise<Finding[]>;
  /** Makes the views anew from the journal. Throws `conflict` while a daemon runs. */
  rebuild(environment: string): Promise<{ events: number; sessions: number }>;
}
