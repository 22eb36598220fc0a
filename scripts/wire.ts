// Rewrites test/snapshots/wire.json, the whole wire as one document. Review the difference as the API
// change that it is: names and fields that clients know are never changed in passing.
import { resolve } from "node:path";
import { describeWire } from "../src/protocol/schema.ts";

export const WIRE_FILE = resolve(import.meta.dir, "../test/snapshots/wire.json");

/** The wire as text: one table after the other, the words of each by name. */
export function wireText(): string {
  const tables = Object.entries(describeWire()).map(([name, table]) => [
    name,
    typeof table === "object" ? Object.fromEntries(Object.entries(table).sort(byName)) : table,
  ]);
  return `${JSON.stringify(Object.fromEntries(tables), null, 2)}\n`;
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

if (import.meta.main) {
  await Bun.write(WIRE_FILE, wireText());
  console.error(`${WIRE_FILE}: review it as the API change it is.`);
}
