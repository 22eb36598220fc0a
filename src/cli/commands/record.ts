// `jamey record -O FILE -- prompt`: a one-shot whose model answers are kept as a script that plays them again.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import type { Context } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { oneShot } from "./one-shot.ts";

/** The same as `jamey run --record FILE`. */
export async function record(context: Context): Promise<number> {
  const { arguments: given } = context;
  const file = given.text("output");
  if (file === undefined)
    throw usageError("jamey record needs -O FILE: where the answers are kept.");
  if (!given.has("force") && existsSync(resolve(context.host.directory, file))) {
    const message = `${file} is there already: name another one with -O, or replace it with --force.`;
    throw new JameyError("already_exists", message);
  }
  const own = new Map([["record", file]]);
  const text = (name: string) =>
    name === "output" ? undefined : (own.get(name) ?? given.text(name));
  return await oneShot({
    ...context,
    arguments: {
      ...given,
      text,
      has: (name) => (name === "output" ? false : own.has(name) || given.has(name)),
    },
  });
}
