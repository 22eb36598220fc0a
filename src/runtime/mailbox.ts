// A mailbox: entries are taken one at a time, in the order they came. It is the lock of an actor.

export interface Mailbox<Entry> {
  push(entry: Entry): void;
  /** Entries that wait, without the one that is being taken. */
  count(): number;
  isIdle(): boolean;
  /** Resolves when nothing waits and nothing is being taken. */
  settled(): Promise<void>;
}

/** `take` never rejects. */
export function createMailbox<Entry>(take: (entry: Entry) => Promise<void>): Mailbox<Entry> {
  const waiting: Entry[] = [];
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      await take(entry);
    }
    draining = undefined;
  }

  return {
    push(entry) {
      waiting.push(entry);
      draining ??= drain();
    },
    count: () => waiting.length,
    isIdle: () => draining === undefined && waiting.length === 0,
    async settled() {
      await draining;
    },
  };
}
