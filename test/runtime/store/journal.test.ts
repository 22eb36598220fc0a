// The SQLite journal: the contract of every journal, in a file.
import { openStore, type Store } from "../../../src/runtime/store/open.ts";
import { testJournal } from "./contract.ts";
import type { OpenJournal } from "./open-journal.ts";
import { temporaryFolder } from "./samples.ts";

testJournal("SQLite in a file", (limits = {}) => {
  const folder = temporaryFolder();
  const errors: unknown[] = [];
  const open = () =>
    openStore({ folder: folder.path, limits, onError: (thrown) => void errors.push(thrown) });
  let store: Store = open();
  const opened: OpenJournal = {
    get journal() {
      return store.journal;
    },
    get views() {
      return store.views;
    },
    errors,
    async reopen() {
      await store.close();
      store = open();
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
  return Promise.resolve(opened);
});
