// The table of commands: what may be asked. A row here without a handler does not compile.
import type { z } from "zod";
import { daemonCommands } from "./daemon.ts";
import { keyCommands } from "./key.ts";
import { objectCommands } from "./object.ts";
import { pluginCommands } from "./plugin.ts";
import { replayCommands } from "./replay.ts";
import { requestCommands } from "./request.ts";
import { ruleCommands } from "./rule.ts";
import { scheduleCommands } from "./schedule.ts";
import { sessionCommands } from "./session.ts";
import { workflowCommands } from "./workflow.ts";

export const commands = {
  ...sessionCommands,
  ...replayCommands,
  ...requestCommands,
  ...ruleCommands,
  ...scheduleCommands,
  ...objectCommands,
  ...pluginCommands,
  ...workflowCommands,
  ...keyCommands,
  ...daemonCommands,
} as const;

export type CommandName = keyof typeof commands;
/** What a caller may write: defaults left out. */
export type Params<Name extends CommandName> = z.input<(typeof commands)[Name]["params"]>;
/** What a handler gets: defaults filled in. */
export type Asked<Name extends CommandName> = z.output<(typeof commands)[Name]["params"]>;
export type Reply<Name extends CommandName> = z.output<(typeof commands)[Name]["payload"]>;
