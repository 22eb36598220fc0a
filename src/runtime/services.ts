// What performing an effect and handling a command need, passed on as one value by the composition root.
import type { World } from "../core/world.ts";
import type { Toolbox } from "../tools/index.ts";
import type { Children } from "./children.ts";
import type { Config } from "./config.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { Keyring } from "./keyring.ts";
import type { Keys } from "./keys.ts";
import type { Log } from "./log.ts";
import type { Models } from "./models.ts";
import type { Places } from "./places.ts";
import type { SessionFiles } from "./session-files.ts";
import type { SignalHub } from "./signals.ts";
import type { Journal } from "./store/journal.ts";
import type { Views } from "./store/views/index.ts";

export interface Services {
  world: World;
  log: Log;
  config: Config;
  models: Models;
  keyring: Keyring;
  keys: Keys;
  catalog: Catalog;
  tools: Pick<Toolbox, "find" | "list">;
  signals: SignalHub;
  sessionFiles: SessionFiles;
  places: Places;
  /** The sessions of called objects. */
  children: Children;
  journal: Pick<Journal, "follow" | "version" | "readStream">;
  views: Pick<Views, "getRun">;
  /** False: the objects came from elsewhere, and their files only narrow. */
  isTrusted: boolean;
  /** The whole environment of a call's processes. */
  childVariables(call_id: string): Record<string, string>;
}
