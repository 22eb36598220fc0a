// The folder of objects as a map that a test holds: what an editor does is a `set`. Nobody watches it.
import type { ObjectFiles } from "../../src/runtime/environment/object-files.ts";

export interface ObjectMapOptions {
  /** Removed files: name in the trash → text. */
  trash?: Map<string, string>;
  /** Called before a file is written or removed; what it throws is the disk's error. */
  before?(what: "write" | "remove"): void;
}

export function createObjectMap(
  objects: Map<string, string>,
  { trash = new Map(), before = () => undefined }: ObjectMapOptions,
): ObjectFiles {
  const stamp = (file: string) => {
    const text = objects.get(file);
    return text === undefined ? undefined : `${text.length} ${Bun.hash(text)}`;
  };
  const keep = (file: string, kept_as: string) => void trash.set(kept_as, objects.get(file) ?? "");
  return {
    list: () =>
      [...objects.keys()].toSorted().map((file) => ({ file, stamp: stamp(file) ?? "gone" })),
    read: (file) => objects.get(file) ?? "",
    stamp,
    place: (name) => name,
    prepare: (file, text) => ({
      commit(expected) {
        before("write");
        if (stamp(file) !== expected) return false;
        objects.set(file, text);
        return true;
      },
      discard: () => undefined,
    }),
    remove(file, kept_as) {
      before("remove");
      keep(file, kept_as);
      objects.delete(file);
    },
    keep,
    isKept: (kept_as) => trash.has(kept_as),
    watch: () => () => undefined,
  };
}
