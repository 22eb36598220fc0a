// What performing an effect and handling a command need, passed on as one value by the composition root.
import type { EnvironmentStanding } from "../core/environment-port.ts";
import type { InputOf } from "../core/session/inputs.ts";
import type { World } from "../core/world.ts";
import type { PermissionRule } from "../protocol/agents.ts";
import type { Toolbox } from "../tools/index.ts";
import type { Children } from "./children.ts";
import type { Config } from "./config.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { Keyring } from "./keyring.ts";
import type { Keys } from "./keys.ts";
import type { Log } from "./log.ts";
import type { Models } from "./models.ts";
import type { ObjectChanges } from "./object-changes.ts";
import type { ObjectVersions } from "./object-versions.ts";
import type { Objects } from "./objects.ts";
import type { Places } from "./places.ts";
import type { SessionFiles } from "./session-files.ts";
import type { SignalHub } from "./signals.ts";
import type { Spawned } from "./spawned.ts";
import type { Journal } from "./store/journal.ts";
import type { Views } from "./store/views/index.ts";
import type { Workflows } from "./workflows.ts";

export interface Services {
  world: World;
  log: Log;
  config: Config;
  models: Models;
  keyring: Keyring;
  keys: Keys;
  catalog: Catalog;
  workflows: Workflows;
  tools: Pick<Toolbox, "find" | "list">;
  signals: SignalHub;
  sessionFiles: SessionFiles;
  places: Places;
  /** The sessions of called objects. */
  children: Children;
  journal: Pick<Journal, "follow" | "version" | "readStream">;
  views: Pick<Views, "getRun" | "findSession" | "listSessions" | "searchSessions" | "sharedData">;
  /** The objects' actors, their history, and how they are changed. */
  objects: Pick<Objects, "flush" | "state">;
  versions: Pick<ObjectVersions, "textOf">;
  changes: Pick<ObjectChanges, "create" | "edit">;
  /** Says it to the session at the root of a tree of delegations. */
  storeData(
    root_session_id: string,
    said: Pick<InputOf<"store_data">, "entry" | "from_session_id">,
  ): Promise<void>;
  standing(): EnvironmentStanding;
  /** The interfaces that objects opened themselves. */
  spawned: Pick<Spawned, "spawn" | "list" | "close">;
  /** What humans allowed this object from then on. */
  rulesFor(po_name: string): PermissionRule[];
  /** A human's client is attached, who could be asked. */
  isAnybodyThere(): boolean;
  /** False: the objects came from elsewhere, and their files only narrow. */
  isTrusted: boolean;
  /** The whole environment of a call's processes. */
  childVariables(call_id: string): Record<string, string>;
}
