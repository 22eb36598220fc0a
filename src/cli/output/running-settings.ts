// Where the daemon that runs has other settings than the files say: it read them when it started, and may
// have been given others by its command line.
import { type DaemonOptions, findDaemon } from "../../client/daemon.ts";
import { differences, readRunning } from "../../client/running.ts";
import { JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import type { SettingsInfo } from "../../protocol/upkeep.ts";

export interface Differing {
  /** `a.b.c` */
  key: string;
  /** What the daemon goes by. */
  running: unknown;
  /** Its command line says so, and a restart says it again. */
  isFlag: boolean;
}

/** Nothing where no daemon runs. */
export async function differsFromRunning(
  options: DaemonOptions,
  { settings }: Pick<SettingsInfo, "settings">,
): Promise<Differing[]> {
  if (!(await isRunning(options))) return [];
  const now: Record<string, unknown> = {};
  for (const { key, value } of settings) put(now, key.split("."), value);
  const { settings: running, flags } = readRunning(options.places);
  return differences(running, now).map((key) => ({
    key,
    running: valueAt(running, key),
    isFlag: valueAt(flags, key) !== undefined,
  }));
}

/** That a daemon cannot be asked is said by whoever needs one. */
export async function isRunning(options: DaemonOptions): Promise<boolean> {
  try {
    const found = await findDaemon(options);
    found?.close();
    return found !== undefined;
  } catch (thrown) {
    if (thrown instanceof JameyError) return false;
    throw thrown;
  }
}

function put(
  group: Record<string, unknown>,
  [first = "", ...rest]: string[],
  value: unknown,
): void {
  if (rest.length === 0) group[first] = value;
  else {
    const inner = isObject(group[first]) ? group[first] : {};
    group[first] = inner;
    put(inner, rest, value);
  }
}

const valueAt = (group: Record<string, unknown>, key: string): unknown =>
  key
    .split(".")
    .reduce<unknown>((inner, part) => (isObject(inner) ? inner[part] : undefined), group);
