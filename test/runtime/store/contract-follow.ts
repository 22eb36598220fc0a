// The contract of every journal: following.
import { describe, expect, test } from "bun:test";
import type { Journal, ReadFilter } from "../../../src/runtime/store/journal.ts";
import { everything, type Open, plenty } from "./open-journal.ts";
import { add, appendOf, created, said } from "./samples.ts";

export function testFollowing(name: string, open: Open): void {
  describe(`${name}: following`, () => {
    test("every subscriber without types gets all events, one with types only those", async () => {
      await using store = await open();
      const { journal } = store;
      const all = follow(journal, everything);
      const typed = follow(journal, { types: ["MessageAdded"], session_id: null });
      await add(journal, "session/a", [created("a"), said("a", "m1", "one")]);
      expect([all.seqs, typed.seqs]).toEqual([[1, 2], [2]]);
    });

    test("a follower that stopped hears no more, and stopping twice is harmless", async () => {
      await using store = await open();
      const { journal } = store;
      const follower = follow(journal, everything);
      await add(journal, "session/a", [created("a")]);
      follower.stop();
      follower.stop();
      await add(journal, "session/a", [said("a", "m1", "unheard")]);
      expect(follower.seqs).toEqual([1]);
    });

    test("the same function may follow twice, and stops once at a time", async () => {
      await using store = await open();
      const { journal } = store;
      const heads: number[] = [];
      const listener = (head: number) => void heads.push(head);
      const stop = journal.follow(listener);
      journal.follow(listener);
      await add(journal, "session/a", [created("a")]);
      stop();
      await add(journal, "session/a", [said("a", "m1", "one")]);
      expect(heads).toEqual([1, 1, 2]);
    });

    test("a ring comes after the commit: who is rung finds the row and the message", async () => {
      await using store = await open();
      const { journal } = store;
      const found: unknown[] = [];
      journal.follow((head) => {
        const { rows } = journal.read(0, everything, plenty);
        found.push([head, rows.map((row) => row.seq), store.views.getSession("a")?.message_count]);
      });
      await add(journal, "session/a", [created("a"), said("a", "m1", "hello")]);
      expect(found).toEqual([[2, [1, 2], 1]]);
    });

    test("a listener that throws harms neither the append nor its neighbours", async () => {
      await using store = await open();
      const { journal } = store;
      const heads: string[] = [];
      journal.follow((head) => void heads.push(`first ${head}`));
      const broken = new Error("broken listener");
      journal.follow(() => {
        throw broken;
      });
      journal.follow((head) => void heads.push(`third ${head}`));
      expect((await add(journal, "session/a", [created("a")])).length).toBe(1);
      expect([heads, store.errors]).toEqual([["first 1", "third 1"], [broken]]);
    });

    test("a listener that stops itself is called once, and no neighbour is skipped", async () => {
      await using store = await open();
      const { journal } = store;
      const heads: string[] = [];
      const stop = journal.follow((head) => {
        heads.push(`once ${head}`);
        stop();
      });
      journal.follow((head) => void heads.push(`always ${head}`));
      await add(journal, "session/a", [created("a")]);
      await add(journal, "session/a", [said("a", "m1", "one")]);
      expect(heads).toEqual(["once 1", "always 1", "always 2"]);
    });

    test("a listener stopped by a neighbour in the same ring is not called", async () => {
      await using store = await open();
      const { journal } = store;
      const heads: string[] = [];
      journal.follow(() => stop());
      const stop = journal.follow((head) => void heads.push(`stopped ${head}`));
      await add(journal, "session/a", [created("a")]);
      expect(heads).toEqual([]);
    });

    test("a listener may append and follow, without a deadlock and without missing anything", async () => {
      await using store = await open();
      const { journal } = store;
      const appended = Promise.withResolvers<unknown>();
      const late: number[] = [];
      const stop = journal.follow((head) => {
        stop();
        journal.follow((newer) => void late.push(newer));
        appended.resolve(add(journal, "session/b", [created(`after ${head}`)]));
      });
      await add(journal, "session/a", [created("a")]);
      await appended.promise;
      expect([journal.head(), late]).toEqual([2, [2]]);
    });

    test("1000 events arrive in order, each once, however they were grouped", async () => {
      await using store = await open();
      const { journal } = store;
      const follower = follow(journal, everything);
      const appends: Promise<unknown>[] = [];
      for (let index = 0; index < 1000; index += 1) {
        const stream = `session/${index % 7}`;
        const version = Math.floor(index / 7);
        appends.push(journal.append(appendOf(stream, version, [said("a", `m${index}`, "x")])));
        if (index % 50 === 0) await appends.at(-1);
      }
      await Promise.all(appends);
      expect(follower.seqs).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
      const ids = follower.payloads.map((payload) =>
        "message_id" in payload ? payload.message_id : "",
      );
      expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => `m${index}`));
    });

    test("followers come and go while many append: nothing is lost, doubled or thrown", async () => {
      await using store = await open();
      const { journal } = store;
      const steady = follow(journal, everything);
      const tasks = Array.from({ length: 20 }, async (_, task) => {
        for (let round = 0; round < 10; round += 1) {
          const passing = follow(journal, everything, journal.head());
          await add(journal, `session/${task}`, [said(`${task}`, `m${round}`, "x")]);
          passing.stop();
          expect(passing.seqs.length).toBeGreaterThan(0);
          expect(passing.seqs).toEqual(passing.seqs.toSorted((left, right) => left - right));
        }
      });
      await Promise.all(tasks);
      expect(steady.seqs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      expect(store.errors).toEqual([]);
    });
  });
}

/** A follower as a client is one: rung, then reading at its own cursor. */
function follow(journal: Journal, filter: ReadFilter, after = 0) {
  const seqs: number[] = [];
  const payloads: object[] = [];
  let cursor = after;
  const stop = journal.follow((head) => {
    while (cursor < head) {
      const read = journal.read(cursor, filter, { rows: 3, bytes: 1_000_000 });
      for (const row of read.rows) {
        seqs.push(row.seq);
        payloads.push(row.payload);
      }
      cursor = read.cursor;
    }
  });
  return { seqs, payloads, stop };
}
