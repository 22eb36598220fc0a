// What the daemon of an environment wrote about itself, for who looks before asking. It may be missing, or
// be of another version: whether one runs at all, only its socket says.

import { readFileSync } from "node:fs";
import { isObject } from "../protocol/json.ts";
import type { EnvironmentPlaces } from "../protocol/places.ts";

export interface AboutRunning {
  pid: number | undefined;
  /** The path of its unix socket. */
  socket: string | undefined;
  /** Of its TCP listener; undefined where there is none. */
  url: string | undefined;
  /** What its command line said, in the shape of a manifest. */
  flags: Record<string, unknown>;
  /** They were not said: they are those of the daemon before, which did not end in order. */
  again: boolean;
  /** The settings that it goes by. */
  settings: Record<string, unknown>;
}

export function readRunning(places: Pick<EnvironmentPlaces, "state">): AboutRunning {
  try {
    const about: unknown = JSON.parse(readFileSync(`${places.state}/daemon.json`, "utf8"));
    const pid = isObject(about) && isPid(about.pid) ? about.pid : undefined;
    const socket = isObject(about) && typeof about.socket === "string" ? about.socket : undefined;
    const again = isObject(about) && about.again === true;
    const url = isObject(about) && typeof about.url === "string" ? about.url : undefined;
    return {
      pid,
      socket,
      url,
      again,
      flags: groupIn(about, "flags"),
      settings: groupIn(about, "settings"),
    };
  } catch (_missing) {
    return {
      pid: undefined,
      socket: undefined,
      url: undefined,
      again: false,
      flags: {},
      settings: {},
    };
  }
}

/** The keys of `asked` that are otherwise in `settings`, as `a.b.c`. */
export function differences(
  asked: Record<string, unknown>,
  settings: Record<string, unknown>,
  path: readonly string[] = [],
): string[] {
  return Object.entries(asked).flatMap(([key, value]) => {
    const here = [...path, key];
    const found = settings[key];
    if (isObject(value)) return differences(value, isObject(found) ? found : {}, here);
    return Bun.deepEquals(value, found) ? [] : [here.join(".")];
  });
}

/** Signals to other numbers would go to whole groups. */
const isPid = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 1;

function groupIn(about: unknown, key: string): Record<string, unknown> {
  const found = isObject(about) ? about[key] : undefined;
  return isObject(found) ? found : {};
}
