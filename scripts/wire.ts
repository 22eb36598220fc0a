// Rewrites test/snapshots/wire.json, the whole wire as one document. Review the difference as the API
// change that it is: names and fields that clients know are never changed in passing. What older or newer
// programs would not understand is refused until PROTOCOL_VERSION has moved.
import { describeWire } from "../src/protocol/schema.ts";
import { unsaidChanges, WIRE_FILE, wireBefore } from "./wire-changes.ts";

/** Changes that are named, where the number did not move. */
const SHOWN_CHANGES = 20;

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
  const text = wireText();
  const before = await wireBefore(text);
  const unsaid = before === undefined ? [] : unsaidChanges(before, JSON.parse(text));
  if (unsaid.length > 0) {
    const shown = unsaid.slice(0, SHOWN_CHANGES).join("\n  ");
    console.error(
      `${unsaid.length} changes under the same number: raise PROTOCOL_VERSION in src/protocol/version.ts.\n  ${shown}`,
    );
    process.exit(1);
  }
  await Bun.write(WIRE_FILE, text);
  console.error(`${WIRE_FILE}: review it as the API change it is.`);
}
