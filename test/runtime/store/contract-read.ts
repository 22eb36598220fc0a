// The contract of every journal: reading, erasing and pruning.
import { describe, expect, test } from "bun:test";
import type { ReadFilter } from "../../../src/runtime/store/journal.ts";
import { everything, type Open, plenty } from "./open-journal.ts";
import { add, attached, created, detached, everyHit, said } from "./samples.ts";

export function testReading(name: string, open: Open): void {
  describe(`${name}: reading`, () => {
    test("a stream is read after a version, whatever its length", async () => {
      await using store = await open();
      const count = 1000;
      const events = Array.from({ length: count }, (_, index) => said("a", `m${index}`, "text"));
      await add(store.journal, "session/b", [created("b")]);
      await add(store.journal, "session/a", events);
      const rows = [...store.journal.readStream("session/a", 0)];
      expect(rows.map((row) => row.version)).toEqual(events.map((_, index) => index + 1));
      expect([...store.journal.readStream("session/a", 997)]).toEqual(rows.slice(997));
    });

    test("the newest of some types in one stream come in their order, and erased ones not", async () => {
      await using store = await open();
      const { journal } = store;
      const texts = Array.from({ length: 5 }, (_, index) => said("a", `m${index}`, "text"));
      await add(journal, "session/a", [created("a"), ...texts]);
      await add(journal, "session/b", [created("b"), said("b", "m9", "other")]);
      const newest = (most: number, types: ("MessageAdded" | "TurnFailed")[] = ["MessageAdded"]) =>
        journal.readNewest("session/a", types, most).map(({ version }) => version);
      expect([newest(2), newest(99), newest(9, ["TurnFailed"]), newest(9, [])]).toEqual([
        [5, 6],
        [2, 3, 4, 5, 6],
        [],
        [],
      ]);
    });

    test("a filter by type and session moves the cursor over what it leaves out", async () => {
      await using store = await open();
      const { journal } = store;
      await add(journal, "session/a", [created("a"), said("a", "m1", "one")]);
      await add(journal, "session/b", [created("b"), said("b", "m2", "two")]);
      await add(journal, "environment", [attached("c1")]);
      const seqs = (filter: Partial<ReadFilter>, after = 0) => {
        const { rows, cursor } = journal.read(after, { ...everything, ...filter }, plenty);
        return { seqs: rows.map((row) => row.seq), cursor };
      };
      expect(seqs({ types: ["MessageAdded"] })).toEqual({ seqs: [2, 4], cursor: 5 });
      expect(seqs({ session_id: "b" })).toEqual({ seqs: [3, 4], cursor: 5 });
      expect(seqs({ types: ["MessageAdded"], session_id: "b" })).toEqual({ seqs: [4], cursor: 5 });
      expect(seqs({ types: ["ConnectorAttached"] }, 2)).toEqual({ seqs: [5], cursor: 5 });
      expect(seqs({ types: ["TurnFailed"] })).toEqual({ seqs: [], cursor: 5 });
      expect(seqs({ types: [] })).toEqual({ seqs: [], cursor: 5 });
      expect(seqs({ session_id: "x' OR 1=1 --" })).toEqual({ seqs: [], cursor: 5 });
      expect(seqs({}, 5)).toEqual({ seqs: [], cursor: 5 });
      expect(seqs({}, 99)).toEqual({ seqs: [], cursor: 99 });
    });

    test("a read ends at its rows or its bytes, gives at least one row, and goes on at its cursor", async () => {
      await using store = await open();
      const { journal } = store;
      const events = Array.from({ length: 10 }, (_, index) =>
        said("a", `m${index}`, "x".repeat(1000)),
      );
      await add(journal, "session/a", events);
      const batches = (limit: { rows: number; bytes: number }) => {
        const sizes: number[] = [];
        for (let after = 0; after < journal.head(); ) {
          const { rows, cursor } = journal.read(after, everything, limit);
          sizes.push(rows.length);
          after = cursor;
        }
        return sizes;
      };
      expect(batches({ rows: 4, bytes: 1_000_000 })).toEqual([4, 4, 2]);
      expect(batches({ rows: 100, bytes: 4000 })).toEqual([3, 3, 3, 1]);
      expect(batches({ rows: 100, bytes: 10 })).toEqual(Array(10).fill(1));
    });

    test("one read examines a bounded number of rows, and its cursor says how far it came", async () => {
      await using store = await open({ examinedRows: 4 });
      const { journal } = store;
      await add(journal, "session/a", Array(10).fill(created("a")));
      await add(journal, "session/b", [created("b")]);
      const filter = { types: null, session_id: "b" };
      const cursors: number[] = [];
      const found: number[] = [];
      for (let after = 0; after < journal.head(); ) {
        const { rows, cursor } = journal.read(after, filter, plenty);
        found.push(...rows.map((row) => row.seq));
        cursors.push(cursor);
        after = cursor;
      }
      expect({ cursors, found }).toEqual({ cursors: [4, 8, 11], found: [11] });
    });

    test("a stream may be walked while it grows", async () => {
      await using store = await open();
      const { journal } = store;
      await add(journal, "session/a", Array(600).fill(created("a")));
      const walk = journal.readStream("session/a", 0)[Symbol.iterator]();
      expect(walk.next().value?.version).toBe(1);
      await add(journal, "session/a", [said("a", "m1", "grown")]);
      const versions = [1];
      for (let step = walk.next(); !step.done; step = walk.next())
        versions.push(step.value.version);
      expect(versions).toEqual(Array.from({ length: 601 }, (_, index) => index + 1));
    });
  });

  describe(`${name}: erasing and pruning`, () => {
    test("an erased session can be read nowhere; its seqs and versions stay", async () => {
      await using store = await open();
      const { journal, views } = store;
      await add(journal, "session/a", [created("a"), said("a", "m1", "the secret plan")]);
      await add(journal, "session/b", [created("b"), said("b", "m2", "the other plan")]);
      const [deletion] = await add(journal, "session/a", [
        { type: "SessionDeleted", payload: { session_id: "a" } },
      ]);
      await journal.erase("session/a");
      const { rows, cursor } = journal.read(0, everything, plenty);
      expect([rows.map((row) => row.seq), cursor]).toEqual([[3, 4, 5], 5]);
      expect([...journal.readStream("session/a", 0)].map((row) => row.seq)).toEqual([
        deletion?.seq ?? 0,
      ]);
      expect([journal.head(), journal.version("session/a")]).toEqual([5, 3]);
      expect(views.getSession("a")).toBeUndefined();
      const found = views.searchSessions({ ...everyHit, query: "plan" });
      expect(found.map((hit) => hit.session_id)).toEqual(["b"]);
      expect(journal.check()).toEqual({ ok: true, problems: [] });
      await store.reopen();
      expect(store.journal.version("session/a")).toBe(3);
    });

    test("a deletion whose erasure never came is finished at the next open", async () => {
      await using store = await open();
      const many = Array.from({ length: 1200 }, (_, index) => said("a", `m${index}`, "text"));
      await add(store.journal, "session/a", [created("a"), ...many]);
      await add(store.journal, "session/a", [
        { type: "SessionDeleted", payload: { session_id: "a" } },
      ]);
      await store.reopen();
      expect([...store.journal.readStream("session/a", 0)].map((row) => row.type)).toEqual([
        "SessionDeleted",
      ]);
      expect(store.journal.check()).toEqual({ ok: true, problems: [] });
    });

    test("housekeeping is kept up to its count, conversations are kept whole", async () => {
      await using store = await open({ housekeepingEvents: 20, pruneEvents: 5 });
      const { journal } = store;
      await add(journal, "session/a", [created("a"), said("a", "m1", "kept")]);
      await add(journal, "environment", [attached("still here")]);
      for (let index = 0; index < 100; index += 1) {
        await add(journal, "environment", [attached(`c${index}`), detached(`c${index}`)]);
      }
      const { rows } = journal.read(0, everything, plenty);
      const housekeeping = rows.filter((row) => row.stream === "environment");
      // The one still attached is spared beside the 20; a batch of fewer than 5 + 2 may wait.
      expect(housekeeping.length).toBeGreaterThanOrEqual(20);
      expect(housekeeping.length).toBeLessThanOrEqual(28);
      expect(rows.slice(0, 3).map((row) => row.type)).toEqual([
        "SessionCreated",
        "MessageAdded",
        "ConnectorAttached",
      ]);
      expect(journal.prunedThrough()).toBe((housekeeping[1]?.seq ?? 0) - 1);
      expect([journal.head(), journal.version("environment")]).toEqual([203, 201]);
      expect(journal.check()).toEqual({ ok: true, problems: [] });
      const pruned = journal.prunedThrough();
      await store.reopen();
      expect(store.journal.prunedThrough()).toBe(pruned);
      expect(store.views.listConnectors().map((row) => row.connector_id)).toEqual(["still here"]);
    });

    test("a stream of which only housekeeping is left keeps its version", async () => {
      await using store = await open({ housekeepingEvents: 1, pruneEvents: 1 });
      const { journal } = store;
      const po_name = "critic";
      await add(journal, "object/critic", [
        { type: "POLoaded", payload: { po_name, hash: "h1", file: null } },
        { type: "POLoaded", payload: { po_name, hash: "h2", file: null } },
      ]);
      for (let index = 0; index < 10; index += 1) {
        await add(journal, "environment", [attached(`c${index}`), detached(`c${index}`)]);
      }
      await store.reopen();
      expect([...store.journal.readStream("object/critic", 0)].map((row) => row.version)).toEqual([
        2,
      ]);
      expect(store.journal.version("object/critic")).toBe(2);
      expect(store.journal.check()).toEqual({ ok: true, problems: [] });
    });
  });
}
