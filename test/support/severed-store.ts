// A store that a test can pull away from a runtime, as a crash does: what was committed stays, and what
// the dead runtime still does is never heard of.
import type { Append, Journal } from "../../src/runtime/store/journal.ts";
import type { Store } from "../../src/runtime/store/open.ts";

export interface SeveredStore {
  store: Store;
  /** From now on appends neither commit nor fail, and nobody is rung. */
  sever(): void;
  /** What becomes of each append: an error refuses it. */
  refuse(decide: ((append: Append) => Error | undefined) | undefined): void;
  /** Reading fails with this, as it does where a row is damaged. */
  damage(error: Error | undefined): void;
}

export function createSeveredStore(store: Store): SeveredStore {
  let isSevered = false;
  let damage: Error | undefined;
  let refuse: ((append: Append) => Error | undefined) | undefined;
  const never = new Promise<never>(() => undefined);
  const { journal } = store;
  const severed: Journal = {
    ...journal,
    append(append) {
      if (isSevered) return never;
      const error = refuse?.(append);
      return error ? Promise.reject(error) : journal.append(append);
    },
    read(...asked) {
      if (damage) throw damage;
      return journal.read(...asked);
    },
    follow: (listener) => journal.follow((head) => void (isSevered || listener(head))),
    erase: (stream) => (isSevered ? never : journal.erase(stream)),
  };
  return {
    store: { ...store, journal: severed },
    sever: () => {
      isSevered = true;
    },
    damage: (error) => {
      damage = error;
    },
    refuse: (decide) => {
      refuse = decide;
    },
  };
}
