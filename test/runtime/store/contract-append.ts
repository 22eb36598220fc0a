// The contract of every journal: appending.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../../src/protocol/errors.ts";
import { MAX_PAYLOAD_BYTES } from "../../../src/protocol/limits.ts";
import { everything, type Open, plenty } from "./open-journal.ts";
import { add, appendOf, at, attached, created, said } from "./samples.ts";

export function testAppending(name: string, open: Open): void {
  describe(`${name}: appending`, () => {
    test("an append answers its rows: dense versions, ascending seqs, who and why", async () => {
      await using store = await open();
      const events = [created("a"), said("a", "m1", "hello")];
      const cause = { caller: "cli/ada", causation_id: "input_1" };
      const rows = await store.journal.append(appendOf("session/a", 0, events, cause));
      expect(rows).toEqual([
        { seq: 1, stream: "session/a", version: 1, at, ...cause, ...created("a") },
        { seq: 2, stream: "session/a", version: 2, at, ...cause, ...said("a", "m1", "hello") },
      ]);
      expect([...store.journal.readStream("session/a", 0)]).toEqual(rows);
      expect(store.journal.read(0, everything, plenty)).toEqual({ rows, cursor: 2 });
      expect([store.journal.head(), store.journal.version("session/a")]).toEqual([2, 2]);
    });

    test("an empty journal has head 0, every stream version 0, and nothing to read", async () => {
      await using store = await open();
      const { journal } = store;
      expect([journal.head(), journal.version("session/a"), journal.prunedThrough()]).toEqual([
        0, 0, 0,
      ]);
      expect([...journal.readStream("session/a", 0)]).toEqual([]);
      expect(journal.read(0, everything, plenty)).toEqual({ rows: [], cursor: 0 });
      expect(journal.check()).toEqual({ ok: true, problems: [] });
    });

    test("an append that expects another version is refused and changes nothing", async () => {
      await using store = await open();
      const { journal } = store;
      await add(journal, "session/a", [created("a")]);
      for (const expected_version of [0, 2]) {
        const append = appendOf("session/a", expected_version, [said("a", "m1", "no")]);
        expect(await refusal(journal.append(append))).toEqual({
          code: "conflict",
          details: { stream: "session/a", version: 1, expected_version },
        });
      }
      expect([journal.head(), journal.version("session/a")]).toEqual([1, 1]);
    });

    test("of two appends in one tick that expect the same version, the first wins", async () => {
      await using store = await open();
      const { journal } = store;
      const outcomes = await Promise.allSettled([
        journal.append(appendOf("session/a", 0, [created("a")])),
        journal.append(appendOf("session/a", 0, [created("a")])),
        journal.append(appendOf("session/b", 0, [created("b")])),
        journal.append(appendOf("session/a", 1, [said("a", "m1", "and on")])),
      ]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      const { rows } = journal.read(0, everything, plenty);
      expect(rows.map((row) => [row.seq, row.stream, row.version])).toEqual([
        [1, "session/a", 1],
        [2, "session/b", 1],
        [3, "session/a", 2],
      ]);
    });

    test("an append that cannot be stored fails alone, whatever else comes in its tick", async () => {
      await using store = await open();
      const { journal } = store;
      // Nothing makes such events; a bug might.
      const broken = created("b", { po_name: null as never });
      const outcomes = await Promise.allSettled([
        journal.append(appendOf("session/a", 0, [created("a")])),
        journal.append(appendOf("session/b", 0, [broken])),
        journal.append(appendOf("session/b", 1, [said("b", "m0", "behind it")])),
        journal.append(appendOf("session/b", 0, [created("b")])),
        journal.append(appendOf("session/c", 0, [created("c")])),
        journal.append(appendOf("session/a", 1, [said("a", "m1", "and on")])),
      ]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        "fulfilled",
        "rejected",
        "rejected",
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      const { rows } = journal.read(0, everything, plenty);
      expect(rows.map((row) => [row.seq, row.stream, row.version])).toEqual([
        [1, "session/a", 1],
        [2, "session/c", 1],
        [3, "session/a", 2],
      ]);
    });

    test("the events are those of the moment of the append", async () => {
      await using store = await open();
      const metadata = { answer: "before" };
      const appended = add(store.journal, "session/a", [created("a", { metadata })]);
      metadata.answer = "after";
      await appended;
      expect([...store.journal.readStream("session/a", 0)].map((row) => row.payload)).toEqual([
        created("a", { metadata: { answer: "before" } }).payload,
      ]);
    });

    test("a payload above the limit is refused and named", async () => {
      await using store = await open();
      const huge = said("a", "m1", "x".repeat(MAX_PAYLOAD_BYTES));
      const { code, details } = await refusal(
        add(store.journal, "session/a", [created("a"), huge]),
      );
      expect([code, "max_bytes" in details && details.max_bytes]).toEqual([
        "too_large",
        MAX_PAYLOAD_BYTES,
      ]);
      expect(store.journal.head()).toBe(0);
    });

    test("a payload of any text comes back unchanged", async () => {
      await using store = await open();
      const content =
        'quotes " and \\, NUL \0, lone \ud800 surrogate, 🦊, 日本語, \u2028, line\nend';
      await add(store.journal, "session/a", [said("a", "m1", content)]);
      expect([...store.journal.readStream("session/a", 0)].map((row) => row.payload)).toEqual([
        said("a", "m1", content).payload,
      ]);
    });

    test("what waits is bounded by count and by size, and what was taken is still stored", async () => {
      await using store = await open({ pendingAppends: 3, pendingBytes: 100_000 });
      const { journal } = store;
      const small = (id: string) => add(journal, `session/${id}`, [created(id)]);
      const taken = ["a", "b", "c"].map(small);
      expect((await refusal(small("d"))).code).toBe("overloaded");
      await Promise.all(taken);

      const large = (id: string) =>
        add(journal, `session/${id}`, [said(id, "m1", "x".repeat(60_000))]);
      const first = large("e");
      expect((await refusal(large("f"))).code).toBe("overloaded");
      await first;
      await large("f");
      expect(journal.head()).toBe(5);
    });

    test("after close an append is refused, and what was appended before is kept", async () => {
      await using store = await open();
      const { journal } = store;
      const last = add(journal, "session/a", [created("a")]);
      await journal.close();
      await journal.close();
      expect((await last).map((row) => row.seq)).toEqual([1]);
      expect((await refusal(journal.append(appendOf("session/a", 1, [])))).code).toBe(
        "unavailable",
      );
    });

    test("closing commits what still waits", async () => {
      await using store = await open();
      const last = add(store.journal, "session/a", [created("a")]);
      await store.reopen();
      expect((await last).map((row) => row.seq)).toEqual([1]);
      expect(store.journal.head()).toBe(1);
    });

    test("everything is as it was after it is opened again", async () => {
      await using store = await open();
      await add(store.journal, "session/a", [created("a"), said("a", "m1", "hello")]);
      await add(store.journal, "environment", [attached("c1")]);
      const look = () => ({
        journal_id: store.journal.journal_id,
        head: store.journal.head(),
        versions: ["session/a", "environment", "none"].map(store.journal.version),
        rows: store.journal.read(0, everything, plenty),
        session: store.views.getSession("a"),
        connectors: store.views.listConnectors(),
      });
      const before = look();
      await store.reopen();
      expect(look()).toEqual(before);
      expect((await add(store.journal, "session/a", [said("a", "m2", "on")]))[0]).toMatchObject({
        seq: 4,
        version: 3,
      });
    });
  });
}

/** The JameyError that a promise is rejected with, as code and details. */
async function refusal(promise: Promise<unknown>): Promise<{ code: string; details: object }> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof JameyError) return { code: thrown.code, details: thrown.details };
    throw thrown;
  }
  throw new Error("it was not refused");
}
