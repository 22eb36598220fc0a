// From events of objects to commits: a change is committed when its file holds it, under the name of who
// made it. A file that moved takes its old place out.
import { DISK } from "../core/object/machine.ts";
import type { ObjectEvent } from "../protocol/events/index.ts";
import type { GitHistory } from "./environment/git-history.ts";

interface Change {
  author: string;
  reason: string;
  text: string;
}

export function createObjectCommits(
  git: Pick<GitHistory, "add">,
  textOf: (po_name: string, hash: string) => string | undefined,
  /** Where the files of objects were when the last daemon ended. */
  before: readonly { po_name: string; file: string | null }[] = [],
) {
  /** Accepted, and not yet in its file. */
  const changes = new Map<string, Change>();
  const places = new Map(
    before.flatMap(({ po_name, file }): [string, string][] =>
      file === null ? [] : [[po_name, file]],
    ),
  );

  return (event: ObjectEvent): void => {
    const { po_name } = event.payload;
    if (event.type === "POModified") {
      const { author, base_hash, text } = event.payload;
      const reason = event.payload.reason || (base_hash === null ? "made" : "");
      changes.set(po_name, { author, reason, text });
    }
    if (event.type === "POLoaded") {
      const { file, hash } = event.payload;
      const before = places.get(po_name);
      const change = changes.get(po_name);
      changes.delete(po_name);
      if (file === null) return;
      places.set(po_name, file);
      const hasMoved = before !== undefined && before !== file;
      if (!change && !hasMoved) return;
      const text = change?.text ?? textOf(po_name, hash);
      if (text === undefined) return;
      const { author, reason } = change ?? { author: DISK, reason: `moved to ${file}` };
      const old = hasMoved ? [{ name: before, text: null }] : [];
      git.add({ po_name, author, reason, files: [...old, { name: file, text }] });
    }
    if (event.type === "POUnloaded") {
      const file = places.get(po_name);
      places.delete(po_name);
      changes.delete(po_name);
      if (file === undefined) return;
      const { author, reason } = event.payload;
      git.add({
        po_name,
        author,
        reason: reason || "removed",
        files: [{ name: file, text: null }],
      });
    }
  };
}
