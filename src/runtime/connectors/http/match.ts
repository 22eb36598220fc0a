// Which row of a table a path is. A segment is split before it is decoded, so that what a name holds,
// a slash too, can never make it another path.

export interface Place<Row> {
  path: string;
  row: Row;
}

export interface Match<Row> {
  /** Every row of this path: one for each method. */
  rows: Row[];
  fields: Record<string, string>;
}

/** A literal segment goes before a field. */
export function createMatcher<Row>(
  places: readonly Place<Row>[],
): (pathname: string) => Match<Row> | undefined {
  const paths = Map.groupBy(places, (place) => place.path);
  const literal = new Map<string, Match<Row>>();
  const patterns: { parts: string[]; rows: Row[] }[] = [];
  for (const [path, found] of paths) {
    const rows = found.map((place) => place.row);
    const parts = path.split("/");
    if (parts.some(isField)) patterns.push({ parts, rows });
    else literal.set(path, { rows, fields: {} });
  }
  return (pathname) => {
    const exact = literal.get(pathname);
    if (exact) return exact;
    const segments = pathname.split("/");
    for (const { parts, rows } of patterns) {
      const fields = fieldsOf(parts, segments);
      if (fields) return { rows, fields };
    }
    return undefined;
  };
}

const isField = (part: string): boolean => part.startsWith("{");

function fieldsOf(
  parts: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (parts.length !== segments.length) return undefined;
  const fields: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? "";
    const value = isField(part) ? decoded(segment) : undefined;
    if (isField(part) ? !value : part !== segment) return undefined;
    if (value) fields[part.slice(1, -1)] = value;
  }
  return fields;
}

/** undefined: it is not well-formed. */
export function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
