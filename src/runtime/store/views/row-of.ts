// The type of a stored row by the name of its event.
import type { StoredEventName, StoredRow } from "../../../protocol/events/index.ts";

export type RowOf<Name extends StoredEventName> = Extract<StoredRow, { type: Name }>;
