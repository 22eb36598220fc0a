// A key made without a daemon: one that listens beyond this machine does not start before there is a key.
import { homedir } from "node:os";
import { join } from "node:path";
import { widened } from "../../protocol/commands/command.ts";
import type { Params, Reply } from "../../protocol/commands/index.ts";
import { keyCommands } from "../../protocol/commands/key.ts";
import { readGiven } from "../../protocol/given.ts";
import { placesOf } from "../../protocol/places.ts";
import { createKeys } from "../keys.ts";
import { createLog } from "../log.ts";
import { refuseAgents } from "./humans-only.ts";

export function createKey(
  given: Params<"CreateKey">,
  variables: Record<string, string | undefined>,
): Reply<"CreateKey"> {
  refuseAgents(variables);
  const asked = readGiven({ id: "CreateKey", asks: keyCommands.CreateKey.params }, given);
  const { config } = placesOf(variables, variables.HOME || homedir());
  const now = () => new Date().toISOString();
  const log = createLog({ level: "error", now, write: (line) => process.stderr.write(line) });
  const keys = createKeys({ file: join(config, "keys.yml"), log, now });
  return keys.create({ ...asked, scopes: widened(asked.scopes) });
}
