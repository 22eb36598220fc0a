// Everything about the objects of an environment, put together: their files and who watches them, their
// actors, their history, and how they are changed.
import { basename } from "node:path";
import { DISK } from "../core/object/machine.ts";
import type { World } from "../core/world.ts";
import { messageOf } from "../protocol/errors.ts";
import { type Catalog, createCatalog } from "./environment/catalog.ts";
import { MAX_CAUGHT_UP_VERSIONS, type Uncommitted } from "./environment/git-catch-up.ts";
import type { GitHistory, Known, Removal } from "./environment/git-history.ts";
import type { ObjectFiles } from "./environment/object-files.ts";
import type { Log } from "./log.ts";
import { createObjectChanges, type ObjectChanges } from "./object-changes.ts";
import { createObjectCommits } from "./object-commits.ts";
import { nameIn, recoverObjects } from "./object-recovery.ts";
import type { ObjectRules } from "./object-rules.ts";
import { createObjectVersions, type ObjectVersions } from "./object-versions.ts";
import { createObjects, type Objects } from "./objects.ts";
import type { Store } from "./store/open.ts";

export interface LivingObjects {
  catalog: Catalog;
  objects: Objects;
  versions: ObjectVersions;
  changes: ObjectChanges;
  /** The first look, and from then on one after each change. Gives all whose state may have to be settled. */
  begin(): string[];
  /** Watches no more, and waits for what was begun. */
  stop(): Promise<void>;
}

export function openLivingObjects(parts: {
  store: Store;
  world: World;
  log: Log;
  objectFiles: ObjectFiles;
  gitHistory?: GitHistory | undefined;
  rules: ObjectRules;
}): LivingObjects {
  const { log, store, world, objectFiles: files, gitHistory, rules } = parts;
  const { journal, views } = store;
  const hash = (text: string) => world.hash(text);
  const commit =
    gitHistory &&
    createObjectCommits(
      gitHistory,
      (po_name, version) => versions.textOf(po_name, version),
      views.listObjects(),
    );
  const objects = createObjects({
    journal,
    log,
    now: () => world.now(),
    async happened(event) {
      commit?.(event);
      if (event.type !== "POUnloaded") return;
      const { po_name } = event.payload;
      await rules.end(po_name).catch((thrown: unknown) => {
        log.error("rules not ended", { po: po_name, reason: messageOf(thrown) });
      });
    },
  });
  const unloaded = (po_name: string) =>
    objects.say({ type: "unloaded", po_name, author: DISK, reason: "", kept_as: null });
  const catalog = createCatalog({
    files,
    hash,
    log,
    changed(change) {
      if (change.type === "unloaded") return unloaded(change.po_name);
      const { definition, text, is_new } = change;
      const found = { po_name: definition.name, text, hash: definition.hash, is_new };
      objects.say({ type: "found", ...found, file: basename(definition.file) });
    },
  });
  const versions = createObjectVersions({ views, objects, catalog });
  const newId = (prefix: string) => world.newId(prefix);
  const changes = createObjectChanges({
    ...{ files, catalog, objects, versions, rules, log, hash, newId },
  });
  let stopWatching: (() => void) | undefined;
  return {
    catalog,
    objects,
    versions,
    changes,
    begin() {
      gitHistory?.catchUp(committable({ views, objects }), (file, text) => {
        const po_name = nameIn(text, file, hash);
        return po_name === undefined ? undefined : removalOf(po_name, file, objects);
      });
      const before = [...views.listObjects().map((one) => one.po_name), ...views.pendingObjects()];
      catalog.begin(recoverObjects({ files, objects, versions, views, log, hash }));
      const live = new Set(catalog.list().map((one) => one.name));
      for (const po_name of before) if (!live.has(po_name)) unloaded(po_name);
      stopWatching = files.watch({
        changed() {
          try {
            catalog.refresh();
          } catch (thrown) {
            log.error("objects not read", { reason: messageOf(thrown) });
          }
        },
        failed: (reason) => log.warn("objects are looked at when they are used only", { reason }),
      });
      return [...live, ...before];
    },
    async stop() {
      stopWatching?.();
      await objects.flush();
      await gitHistory?.settled();
    },
  };
}

/** Who took this file of an object away: undefined where it still has it, or never had it. */
function removalOf(po_name: string, file: string, objects: Objects): Removal | undefined {
  const known = objects.known(po_name);
  if (known.hash === null || (known.isLoaded && known.file === file)) return undefined;
  const moved = { author: DISK, reason: `moved to ${known.file}` };
  const said = known.isLoaded ? moved : objects.removal(po_name);
  return { po_name, ...(said ?? { author: DISK, reason: "" }) };
}

/** What was live, or was to be, when the last daemon ended, as a repository would have it. */
function committable({ views, objects }: { views: Store["views"]; objects: Objects }): Known[] {
  const live = views.listObjects();
  const made = views
    .pendingObjects()
    .filter((po_name) => !live.some((one) => one.po_name === po_name))
    .map((po_name) => ({ po_name, file: `${po_name}.md` }));
  return [...live, ...made].flatMap(({ po_name, file }) =>
    file === null ? [] : [{ po_name, file, versions: () => versionsOf(po_name) }],
  );

  function* versionsOf(po_name: string): Iterable<Uncommitted> {
    const rows = views.listVersions(po_name, { hash: null, limit: MAX_CAUGHT_UP_VERSIONS });
    for (const { version, author, reason } of rows) {
      const text = objects.textAt(po_name, version);
      if (text !== undefined) yield { author, reason, text };
    }
  }
}
