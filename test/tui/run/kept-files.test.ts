// What a person typed, kept between two runs; and the files that completion offers.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKeptFiles } from "../../../src/tui/run/kept-files.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-kept-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sent = (text: string) => ({ text, session_id: "s1", po_name: "assistant" });

describe("what is kept", () => {
  test("is there again, each message once, and for nobody else's eyes", async () => {
    const folder = join(root, "kept");
    const kept = await openKeptFiles(folder);
    for (const text of ["one", "two", "one"]) kept.remember(sent(text));
    kept.saveDraft("s1", "half");
    kept.saveDraft(null, "new");
    kept.saveDraft("s2", "gone");
    kept.saveDraft("s2", "");
    await kept.written();
    const again = await openKeptFiles(folder);
    expect(again.history).toEqual(["two", "one"].map(sent));
    expect(["s1", null, "s2"].map(again.draftOf)).toEqual(["half", "new", ""]);
    const modes = ["history.json", "drafts.json"].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600]);
  });

  test("has a limit", async () => {
    const kept = await openKeptFiles(join(root, "many"));
    for (let index = 0; index < 1005; index += 1) kept.remember(sent(`message ${index}`));
    for (let index = 0; index < 60; index += 1) kept.saveDraft(`s${index}`, "text");
    await kept.written();
    const again = await openKeptFiles(join(root, "many"));
    expect([again.history.length, again.history[0]]).toEqual([1000, sent("message 5")]);
    expect([again.draftOf("s9"), again.draftOf("s10")]).toEqual(["", "text"]);
  });

  test("is shared by two interfaces: each changes only what is its own", async () => {
    const folder = join(root, "two");
    const [one, other] = [await openKeptFiles(folder), await openKeptFiles(folder)];
    one.remember(sent("from one"));
    other.remember(sent("from the other"));
    one.saveDraft("s1", "half one");
    other.saveDraft("s2", "half other");
    await Promise.all([one.written(), other.written()]);
    one.remember(sent("later"));
    one.saveDraft(null, "one begins");
    await one.written();
    other.saveDraft(null, "the other begins");
    await other.written();
    one.saveDraft(null, "");
    one.saveDraft("s1", "");
    await one.written();
    const again = await openKeptFiles(folder);
    expect([
      again.history.map(({ text }) => text).toSorted(),
      ["s1", "s2", null].map(again.draftOf),
    ]).toEqual([
      ["from one", "from the other", "later"],
      ["", "half other", "the other begins"],
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(["drafts.json", "history.json"]);
  });

  test("that grew too large loses the oldest, never all of it", async () => {
    const folder = join(root, "large");
    const kept = await openKeptFiles(folder);
    const text = (index: number) => `${index}${"\u0001".repeat(999_000)}`;
    for (let index = 0; index < 5; index += 1) {
      kept.saveDraft(`s${index}`, text(index));
      await kept.written();
    }
    const again = await openKeptFiles(folder);
    expect(["s0", "s3", "s4"].map((id) => again.draftOf(id).length)).toEqual([0, 999_001, 999_001]);
  });

  test("and cannot be written is told once, leaves nothing behind, and is kept when it can be", async () => {
    const folder = join(root, "full");
    // A folder of that name, with something in it, cannot be replaced by a file.
    mkdirSync(join(folder, "drafts.json", "inside"), { recursive: true });
    const problems: string[] = [];
    const kept = await openKeptFiles(folder, (text) => problems.push(text));
    for (const text of ["a", "ab"]) {
      kept.saveDraft("s1", text);
      await kept.written();
    }
    expect([problems.length, readdirSync(folder)]).toEqual([1, ["drafts.json"]]);
    expect(problems[0]).toStartWith(`What you type cannot be kept in ${folder}: `);
    rmSync(join(folder, "drafts.json"), { recursive: true });
    kept.remember(sent("something"));
    await kept.written();
    expect((await openKeptFiles(folder)).draftOf("s1")).toBe("ab");
  });

  test("is cleaned of what a process left that died while it wrote", async () => {
    const folder = join(root, "left");
    const gone = Bun.spawn(["true"]);
    await gone.exited;
    const left = ["lock", `drafts.json.${gone.pid}`];
    for (const name of left) await Bun.write(join(folder, name), String(gone.pid));
    const kept = await openKeptFiles(folder);
    kept.remember(sent("one"));
    await kept.written();
    expect(readdirSync(folder)).toEqual(["history.json"]);
  });

  test("as pinned is there again, whoever of two interfaces pinned it", async () => {
    const folder = join(root, "pins");
    const [one, other] = [await openKeptFiles(folder), await openKeptFiles(folder)];
    one.savePin("s1", true);
    one.savePin("s2", true);
    await one.written();
    other.savePin("s3", true);
    other.savePin("s1", false);
    await other.written();
    expect((await openKeptFiles(folder)).pins).toEqual(["s2", "s3"]);
    expect(statSync(join(folder, "pins.json")).mode & 0o777).toBe(0o600);
  });

  test("says which of its paths were images, as many as a message takes", async () => {
    const folder = join(root, "images");
    const kept = await openKeptFiles(folder);
    const entry = { ...sent("see /tmp/a.png"), images: ["/tmp/a.png"] };
    kept.remember(entry);
    kept.remember(sent("none"));
    kept.remember({ ...sent("many"), images: Array(20).fill("a.png") });
    await kept.written();
    const many = { ...sent("many"), images: Array(16).fill("a.png") };
    expect((await openKeptFiles(folder)).history).toEqual([entry, sent("none"), many]);
  });

  test("by an older version, as texts alone, can still be called back", async () => {
    const folder = join(root, "older");
    mkdirSync(folder);
    await Bun.write(join(folder, "history.json"), '["one", 7, {"text": 8}, {"text": "two"}]');
    const nowhere = { session_id: null, po_name: null };
    expect((await openKeptFiles(folder)).history).toEqual([
      { text: "one", ...nowhere },
      { text: "two", ...nowhere },
    ]);
  });

  test("that was broken by others is as if it were not there", async () => {
    const folder = join(root, "broken");
    mkdirSync(folder);
    await Bun.write(join(folder, "history.json"), "{");
    await Bun.write(join(folder, "drafts.json"), '{"s1": 7}');
    const kept = await openKeptFiles(folder);
    expect([kept.history, kept.draftOf("s1")]).toEqual([[], ""]);
  });
});
