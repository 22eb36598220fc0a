// The history of objects as it is asked for: the list from the views, the texts from the journal.
import type { PoVersion } from "../protocol/commands/object.ts";
import { JameyError } from "../protocol/errors.ts";
import { MAX_VERSIONS } from "../protocol/limits.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { Objects } from "./objects.ts";
import type { Views } from "./store/views/index.ts";

/** Names that one object has had one after another. */
const MAX_NAMES = 20;
/** Versions that an ambiguous beginning names. */
const MAX_NAMED = 5;

export interface ObjectVersions {
  /** Newest first, those of its former names too. */
  list(po_name: string): PoVersion[];
  /** The version of this hash, or of the only one that begins like this; null is the live, or else the last. */
  find(po_name: string, hash: string | null): PoVersion;
  /** undefined where there is no such version. */
  textOf(po_name: string, hash: string): string | undefined;
}

type Row = ReturnType<Views["listVersions"]>[number];

/** Enough of a hash for people. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

export function createObjectVersions(parts: {
  views: Views;
  objects: Objects;
  catalog: Pick<Catalog, "get">;
}): ObjectVersions {
  const { views, objects, catalog } = parts;
  const newest = (po_name: string) => views.listVersions(po_name, { hash: null, limit: 1 })[0];

  /** A text that was live twice is in the history twice: only the newer one is the live one. */
  function teller(po_name: string): (row: Row) => PoVersion {
    const latest = newest(po_name)?.version;
    const live = catalog.get(po_name)?.hash;
    return ({ seq: _, version, ...row }) => ({
      ...row,
      is_live: version === latest && row.hash === live,
    });
  }

  /** Also those that it had under other names, newest first: in the journal's order, for clocks go back. */
  function allOf(po_name: string, until = Infinity, seen: readonly string[] = []): Row[] {
    const own = views
      .listVersions(po_name, { hash: null, limit: MAX_VERSIONS })
      .filter(({ seq }) => seq < until);
    const before = own.flatMap(({ base_hash, version, seq }) => {
      const former = base_hash === null ? objects.formerName(po_name, version) : undefined;
      const isNew = former !== undefined && former !== po_name && !seen.includes(former);
      return isNew && seen.length < MAX_NAMES ? allOf(former, seq, [...seen, po_name]) : [];
    });
    const all = [...own, ...before];
    return all.toSorted((a, b) => b.seq - a.seq).slice(0, MAX_VERSIONS);
  }

  function rowsLike(po_name: string, beginning: string): Row[] {
    const own = views.listVersions(po_name, { hash: beginning, limit: MAX_VERSIONS });
    if (own.length > 0) return own;
    return allOf(po_name).filter(({ hash }) => hash.startsWith(beginning));
  }

  return {
    list(po_name) {
      const rows = allOf(po_name);
      const names = [...new Set(rows.map((row) => row.po_name))];
      const tellers = new Map(names.map((name) => [name, teller(name)]));
      return rows.flatMap((row) => tellers.get(row.po_name)?.(row) ?? []);
    },
    find(po_name, hash) {
      const live = catalog.get(po_name)?.hash ?? newest(po_name)?.hash;
      const wanted = hash?.toLowerCase() ?? live;
      const rows = wanted === undefined ? [] : rowsLike(po_name, wanted);
      const [row] = rows;
      if (!row) throw unknownVersion(po_name, hash);
      const others = [...new Set(rows.map((one) => one.hash))];
      if (others.length === 1) return teller(row.po_name)(row);
      const named = others.slice(0, MAX_NAMED).map(shortHash).join(", ");
      const message = `'${hash}' fits ${others.length} versions of '${po_name}': ${named}. Give more of it.`;
      throw new JameyError("invalid_request", message, { details: { po_name, hash } });
    },
    textOf(po_name, hash) {
      const row = views.listVersions(po_name, { hash, limit: 1 })[0];
      return row && objects.textAt(po_name, row.version);
    },
  };
}

function unknownVersion(po_name: string, hash: string | null): JameyError {
  const message =
    hash === null
      ? `There never was an object '${po_name}' (PO not found).`
      : `There is no version '${hash}' of '${po_name}': jamey objects history ${po_name}`;
  const code = hash === null ? "po_not_found" : "not_found";
  return new JameyError(code, message, { details: { po_name, hash } });
}
