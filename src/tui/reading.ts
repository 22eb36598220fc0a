// Which calls of the daemon only read: asked again they do nothing twice, and done they settle nothing.
import type { CommandName } from "../protocol/commands/index.ts";

const verbs: readonly string[] = ["List", "Get", "Inspect", "Search"];

export const isReading = (command: CommandName): boolean =>
  verbs.some((verb) => command.startsWith(verb));
