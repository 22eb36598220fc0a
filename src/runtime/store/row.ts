// One row of the table `events` ↔ one event of the journal, with its checksum.
import { JameyError } from "../../protocol/errors.ts";
import type { StoredRow } from "../../protocol/events/index.ts";
import { upgradeEvent } from "../../protocol/upgrade.ts";
import type { events } from "./schema.ts";

export type EventRecord = Omit<typeof events.$inferSelect, "is_housekeeping" | "is_erased"> & {
  is_erased: boolean | number;
};

/**
 * CRC-32 (IEEE) over the other fields as JSON, then over the payload: a public standard, so that any
 * implementation can check any journal, and it finds every burst of up to 32 damaged bits.
 */
export function checksumOf(record: Omit<EventRecord, "checksum">): number {
  const header = JSON.stringify([
    record.seq,
    record.stream,
    record.version,
    record.type,
    record.type_version,
    record.at,
    record.caller,
    record.causation_id,
    Number(record.is_erased),
  ]);
  return Bun.hash.crc32(record.payload, Bun.hash.crc32(header));
}

/** Throws `storage_failed` where the row is not what was written, `version_mismatch` where unknown. */
export function readRecord(record: EventRecord): StoredRow {
  if (checksumOf(record) !== record.checksum) {
    throw new JameyError(
      "storage_failed",
      `Event ${record.seq} is damaged (its checksum does not fit): restore the database from a backup.`,
      { details: { seq: record.seq, stream: record.stream } },
    );
  }
  const event = upgradeEvent({
    type: record.type,
    type_version: record.type_version,
    payload: JSON.parse(record.payload),
  });
  return {
    seq: record.seq,
    stream: record.stream,
    version: record.version,
    at: record.at,
    caller: record.caller,
    causation_id: record.causation_id,
    ...event,
  };
}
