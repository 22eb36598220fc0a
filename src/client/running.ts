// What the daemon of an environment wrote about itself, for who looks before asking. It may be missing, or
// be of another version: whether one runs at all, only its socket says.
import { readFileSync } from "node:fs";
import type { EnvironmentPlaces } from "../protocol/places.ts";

export interface AboutRunning {
  /** What its command line said, in the shape of a manifest. */
  flags: Record<string, unknown>;
  /** The settings in force that a command line can say. */
  settings: Record<string, unknown>;
}

export function readRunning(places: Pick<EnvironmentPlaces, "state">): AboutRunning {
  try {
    const about: unknown = JSON.parse(readFileSync(`${places.state}/daemon.json`, "utf8"));
    return { flags: groupIn(about, "flags"), settings: groupIn(about, "settings") };
  } catch (_missing) {
    return { flags: {}, settings: {} };
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
    if (isGroup(value)) return differences(value, isGroup(found) ? found : {}, here);
    return Bun.deepEquals(value, found) ? [] : [here.join(".")];
  });
}

export const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function groupIn(about: unknown, key: string): Record<string, unknown> {
  const found = isGroup(about) ? about[key] : undefined;
  return isGroup(found) ? found : {};
}
