// New ids: ascending in time within a process, unguessable, 20 characters [0-9a-z] behind their
// prefix.

const TIME_DIGITS = 9;
const RANDOM_DIGITS = 11;
/** Sixteenths of a millisecond: up to 16,000 ids a second do not run ahead of the clock. */
const TICKS_PER_MS = 16;
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
/** The largest multiple of 36 in a byte: what lies above would make some characters likelier. */
const FAIR_BYTES = 252;
const POOL_BYTES = 256;

export function createIds(nowMs: () => number): (prefix: string) => string {
  let last = 0;
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  const randomCharacter = (): string => {
    for (;;) {
      if (used === POOL_BYTES) {
        crypto.getRandomValues(pool);
        used = 0;
      }
      const byte = pool[used] ?? FAIR_BYTES;
      pool[used] = 0;
      used += 1;
      if (byte < FAIR_BYTES) return ALPHABET.charAt(byte % ALPHABET.length);
    }
  };
  return (prefix) => {
    last = Math.max(Math.floor(nowMs() * TICKS_PER_MS), last + 1);
    let id = prefix + last.toString(36).padStart(TIME_DIGITS, "0");
    for (let count = 0; count < RANDOM_DIGITS; count += 1) id += randomCharacter();
    return id;
  };
}
