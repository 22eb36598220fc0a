// The store's limits: name, unit, default.

export interface StoreLimits {
  /** Appends that wait for their commit; above it the next is `overloaded`. */
  pendingAppends: number;
  /** Payload of the appends that wait; one append alone is always taken. */
  pendingBytes: number;
  /** Events committed together; what is left waits for the next tick, so that the loop stays free. */
  groupEvents: number;
  /** Housekeeping events that are kept. */
  housekeepingEvents: number;
  /** Housekeeping is pruned when there are this many more. */
  pruneEvents: number;
  /** The write-ahead log; above it a commit pays for a checkpoint. */
  maxWalBytes: number;
  /** Without a commit for this long, the write-ahead log is checkpointed. */
  idleMs: number;
  /** Rows that one `read` looks at. */
  examinedRows: number;
  /** Streams whose version is held in memory. */
  heldVersions: number;
}

export const storeLimits: StoreLimits = {
  pendingAppends: 10_000,
  pendingBytes: 64 * 1024 * 1024,
  groupEvents: 1_000,
  housekeepingEvents: 10_000,
  pruneEvents: 1_000,
  maxWalBytes: 16 * 1024 * 1024,
  idleMs: 50,
  examinedRows: 10_000,
  heldVersions: 10_000,
};
