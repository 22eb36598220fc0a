// The live objects: what is edited counts, what is broken leaves the last good version, names are taken once.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCatalog, type Remembered } from "../../../src/runtime/environment/catalog.ts";
import { objectFilesIn } from "../../../src/runtime/environment/object-files.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { objectText, openTestWorld } from "../../support/world.ts";

function openScene(given: Record<string, string> = {}, remembered: Remembered[] = []) {
  const files = new Map(Object.entries(given));
  const changes: string[] = [];
  const warnings: string[] = [];
  const reads: string[] = [];
  let lists = 0;
  const catalog = createCatalog({
    files: {
      list: () => {
        lists += 1;
        return [...files].toSorted().map(([file, text]) => ({ file, stamp: text }));
      },
      stamp: (file) => files.get(file),
      read: (file) => {
        reads.push(file);
        return files.get(file) ?? "";
      },
    },
    hash: (text) => `${Bun.hash(text)}`,
    log: createLog({ level: "info", now: () => "", write: (line) => void warnings.push(line) }),
    changed: (change) =>
      void changes.push(
        change.type === "found"
          ? `found ${change.definition.name} in ${change.definition.file}`
          : `unloaded ${change.po_name}`,
      ),
  });
  catalog.begin(remembered);
  return {
    files,
    catalog,
    warnings,
    reads,
    lists: () => lists,
    names: () => catalog.list().map((one) => one.name),
    /** What has changed since the last time. */
    changes: () => changes.splice(0),
  };
}

const a = objectText({ name: "a" });
const b = objectText({ name: "b" });

describe("the catalog", () => {
  test("holds every object, by name", () => {
    const scene = openScene({ "2.md": a, "1.md": b });
    expect(scene.names()).toEqual(["a", "b"]);
    expect(scene.changes()).toEqual(["found b in 1.md", "found a in 2.md"]);
    expect(scene.catalog.get("a")?.file).toBe("2.md");
    expect(scene.catalog.get("c")).toBeUndefined();
  });

  test("reads a file again only when it has changed", () => {
    const scene = openScene({ "a.md": a });
    scene.catalog.refresh();
    scene.catalog.refresh();
    expect(scene.reads).toEqual(["a.md"]);
  });

  test("gives an object whose file is as it was without a look at all the others", () => {
    const scene = openScene({ "a.md": a, "b.md": b });
    expect(scene.catalog.current("a")?.name).toBe("a");
    expect(scene.lists()).toBe(1);
    scene.files.set("a.md", objectText({ name: "a", body: "Another prompt." }));
    expect(scene.catalog.current("a")?.body).toBe("Another prompt.");
    scene.files.set("a.md", "---\nname: [\n---\n");
    expect(scene.catalog.current("a")?.body).toBe("Another prompt.");
    scene.files.delete("a.md");
    scene.files.set("c.md", objectText({ name: "c" }));
    expect([scene.catalog.current("a"), scene.catalog.current("c")?.file]).toEqual([
      undefined,
      "c.md",
    ]);
  });

  test("takes an edit, and says what it found, not that anything is gone", () => {
    const scene = openScene({ "a.md": a });
    scene.changes();
    scene.files.set("a.md", objectText({ name: "a", body: "Another prompt." }));
    expect(scene.catalog.refresh("a")?.body).toBe("Another prompt.");
    expect(scene.changes()).toEqual(["found a in a.md"]);
  });

  test("keeps the last good version of a file that breaks, and reports its line once", () => {
    const scene = openScene({ "a.md": a });
    scene.changes();
    scene.files.set("a.md", "---\nname: a\nmodel: [\n---\n");
    expect(scene.catalog.refresh("a")?.body).toBe("You help.");
    scene.catalog.refresh();
    expect(scene.changes()).toEqual([]);
    expect(scene.warnings.length).toBe(1);
    expect(scene.warnings[0]).toContain('object not loaded file=a.md problem="a.md:3: ');
    expect([...scene.catalog.problems().keys()]).toEqual(["a.md"]);
    scene.files.set("a.md", a);
    scene.catalog.refresh();
    expect([...scene.catalog.problems()]).toEqual([]);
  });

  test("loads the others when one is broken from the start", () => {
    const scene = openScene({ "a.md": "nothing", "b.md": b });
    expect(scene.names()).toEqual(["b"]);
  });

  test("refuses the second file with a name, until the first gives the name up", () => {
    const scene = openScene({ "a.md": a, "b.md": objectText({ name: "a", body: "The second." }) });
    expect(scene.catalog.get("a")?.file).toBe("a.md");
    expect(scene.warnings[0]).toContain("the name 'a' is taken by a.md.");
    scene.files.delete("a.md");
    expect(scene.catalog.refresh("a")?.body).toBe("The second.");
    expect(scene.changes()).toEqual(["found a in a.md", "found a in b.md"]);
    expect([...scene.catalog.problems()]).toEqual([]);
  });

  test("sees an object renamed in its file as one gone and one come", () => {
    const scene = openScene({ "a.md": a });
    scene.changes();
    scene.files.set("a.md", b);
    scene.catalog.refresh();
    expect(scene.names()).toEqual(["b"]);
    expect(scene.changes()).toEqual(["found b in a.md", "unloaded a"]);
  });

  test("keeps an object whose file is moved", () => {
    const scene = openScene({ "a.md": a });
    scene.changes();
    scene.files.delete("a.md");
    scene.files.set("z.md", a);
    expect(scene.catalog.refresh("a")?.file).toBe("z.md");
    expect(scene.changes()).toEqual(["found a in z.md"]);
  });

  test("keeps two objects whose files take each other's name", () => {
    const scene = openScene({ "a.md": a, "b.md": b });
    scene.changes();
    scene.files.set("a.md", b);
    scene.files.set("b.md", a);
    expect(scene.catalog.refresh("a")?.file).toBe("b.md");
    expect(scene.changes()).toEqual(["found b in a.md", "found a in b.md"]);
    expect([...scene.catalog.problems()]).toEqual([]);
  });

  test("keeps an object live whose file takes a name that another has", () => {
    const scene = openScene({ "a.md": a, "b.md": b });
    scene.changes();
    scene.files.set("b.md", objectText({ name: "a", body: "The second." }));
    scene.catalog.refresh();
    expect(scene.names()).toEqual(["a", "b"]);
    expect(scene.changes()).toEqual([]);
    expect([...scene.catalog.problems()]).toEqual([
      ["b.md", "b.md: the name 'a' is taken by a.md."],
    ]);
  });

  test("keeps the file that held a name before, also where another comes first", () => {
    const text = () => a;
    const scene = openScene({ "a.md": objectText({ name: "a", body: "New." }), "held.md": a }, [
      { po_name: "a", file: "held.md", text },
    ]);
    expect(scene.catalog.get("a")?.file).toBe("held.md");
    expect([...scene.catalog.problems().keys()]).toEqual(["a.md"]);
  });

  test("knows the last good version of a file that broke while no daemon ran", () => {
    const broken = { "a.md": "---\nname: a\nmodel: [\n---\n", "b.md": "nothing" };
    const scene = openScene(broken, [{ po_name: "a", file: "a.md", text: () => a }]);
    expect(scene.catalog.get("a")?.body).toBe("You help.");
    expect(scene.changes()).toEqual(["found a in a.md"]);
    expect([...scene.catalog.problems().keys()]).toEqual(["a.md", "b.md"]);
    scene.catalog.refresh();
    expect([...scene.catalog.problems().keys()]).toEqual(["a.md", "b.md"]);
    scene.files.set("a.md", objectText({ name: "a", body: "Mended." }));
    expect(scene.catalog.refresh("a")?.body).toBe("Mended.");
    expect([...scene.catalog.problems().keys()]).toEqual(["b.md"]);
  });

  test("forgets an object whose file has gone, and what was wrong with it", () => {
    const scene = openScene({ "a.md": a, "b.md": "broken" });
    scene.changes();
    scene.files.clear();
    expect(scene.catalog.refresh("a")).toBeUndefined();
    expect(scene.changes()).toEqual(["unloaded a"]);
    expect([...scene.catalog.problems()]).toEqual([]);
  });

  test("has a limit, and says which files are beyond it", () => {
    const many = Array.from({ length: 1_001 }, (_, index) => {
      const name = `o${`${index}`.padStart(4, "0")}`;
      return [`${name}.md`, objectText({ name })] as const;
    });
    const scene = openScene(Object.fromEntries(many));
    expect(scene.names().length).toBe(1_000);
    expect([...scene.catalog.problems()]).toEqual([
      ["o1000.md", "o1000.md: not loaded: an environment holds 1000 objects, which is reached"],
    ]);
  });

  test("says in one line how many files are beyond its limit, and says it anew when that changes", () => {
    const names = Array.from({ length: 1_003 }, (_, index) => `o${`${index}`.padStart(4, "0")}`);
    const scene = openScene(
      Object.fromEntries(names.map((name) => [`${name}.md`, objectText({ name })])),
    );
    const about = (file: string, more: string): [string, string] => [
      file,
      `${file}${more}: not loaded: an environment holds 1000 objects, which is reached`,
    ];
    expect([...scene.catalog.problems()]).toEqual([about("o1000.md", " and 2 more files")]);
    expect(scene.warnings.length).toBe(1);
    scene.files.set("a.md", a);
    scene.catalog.refresh();
    expect([...scene.catalog.problems()]).toEqual([about("o0999.md", " and 3 more files")]);
    for (const name of ["o0000.md", "o0001.md", "o0002.md", "o0003.md"]) scene.files.delete(name);
    scene.catalog.refresh();
    expect([...scene.catalog.problems()]).toEqual([]);
    expect(scene.names().length).toBe(1_000);
  });
});

describe("the folder of objects", () => {
  test("gives its markdown files, and nothing that is hidden, a folder or no file", () => {
    const folder = mkdtempSync(join(tmpdir(), "jamey-objects-"));
    for (const name of ["b.md", "a.md", ".hidden.md", "notes.txt"]) {
      writeFileSync(join(folder, name), a);
    }
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling.md"));
    symlinkSync(folder, join(folder, "folder.md"));
    const files = objectFilesIn({ folder, trash: join(folder, "trash") });
    expect(files.list().map((one) => one.file)).toEqual([
      join(folder, "a.md"),
      join(folder, "b.md"),
    ]);
    const before = files.list()[0]?.stamp;
    writeFileSync(join(folder, "new"), a.replace("help", "jump"));
    renameSync(join(folder, "new"), join(folder, "a.md"));
    expect(files.list()[0]?.stamp).not.toBe(before);
    writeFileSync(join(folder, "a.md"), Buffer.from([0x2d, 0xff, 0xfe]));
    expect(() => files.read(join(folder, "a.md"))).toThrow("a.md: ");
    rmSync(folder, { recursive: true });
    expect(files.list()).toEqual([]);
  });
});

describe("an object in a running daemon", () => {
  test("is edited: the next turn has the new prompt, in the same session", async () => {
    await using world = await openTestWorld({ script: ({ system }) => system });
    const ask = async (session_id: string | null) => {
      const params = { po_name: "helper", message: "hi", session_id };
      const accepted = await world.ask("SendMessage", params);
      const { response } = await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
      return { session_id: accepted.session_id, response };
    };
    const first = await ask(null);
    expect(first.response).toStartWith("You help.");
    world.objects.set("helper.md", objectText({ name: "helper", body: "You sing." }));
    const second = await ask(first.session_id);
    expect(second.response).toStartWith("You sing.");
    const { session } = await world.ask("GetSession", { session_id: first.session_id });
    expect(session.message_count).toBe(4);
  });

  test("is removed: it is unloaded, and a turn that still waits for it says so", async () => {
    await using world = await openTestWorld();
    const first = await world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
      session_id: null,
    });
    const { session_id } = first;
    const call = await world.model.next();
    const queued = await world.ask("SendMessage", {
      po_name: "helper",
      message: "more",
      session_id,
    });
    world.objects.delete("helper.md");
    call.answer("the last");
    const run = await world.ask("WaitForTurn", { turn_id: queued.turn_id });
    expect([run.status, run.error?.code]).toEqual(["failed", "po_not_found"]);
    expect((await world.ask("WaitForTurn", { turn_id: first.turn_id })).response).toBe("the last");
    expect(await world.ask("ListPOs", {})).toEqual({
      prompt_objects: [],
      problems: [],
      warnings: [],
    });
    await world.happened("POUnloaded");
  });

  test("is broken by an edit: the last good version answers, and senders and lists are told", async () => {
    const objects = { "helper.md": "---\nname: helper\n---\nYou help." };
    await using world = await openTestWorld({ objects, script: ({ system }) => system });
    const send = () =>
      world.ask("SendMessage", { po_name: "helper", message: "hi", session_id: null });
    expect((await send()).warnings).toEqual([]);
    world.objects.set("helper.md", "---\nname: helper\nmode: sideways\n---\nYou sing.");
    const { turn_id, warnings } = await send();
    const [listed] = (await world.ask("ListPOs", {})).problems;
    expect(listed).toEqual({
      file: "helper.md",
      problem: expect.stringMatching(/^helper\.md:3: mode: /),
    });
    const problem = listed?.problem.replace(/\.$/, "");
    expect(warnings).toEqual([`${problem} — the last good version of 'helper' answers`]);
    const { response } = await world.ask("WaitForTurn", { turn_id });
    expect(response).toStartWith("You help.");
  });

  test("names tools that are not there: whoever sends it a message is told", async () => {
    const text = "---\nname: helper\ncapabilities: [nowhere, model]\n---\nYou help.";
    await using world = await openTestWorld({ objects: { "helper.md": text } });
    const asked = { po_name: "helper", message: "hi", session_id: null };
    expect((await world.ask("SendMessage", asked)).warnings).toEqual([
      "helper.md: no tool, object or workflow of these names is there: 'nowhere', 'model'",
    ]);
  });

  test("appears: it is listed and loaded without a restart", async () => {
    await using world = await openTestWorld();
    world.objects.set("new.md", objectText({ name: "new" }));
    const { prompt_objects } = await world.ask("ListPOs", {});
    expect(prompt_objects.map((one) => one.name)).toEqual(["helper", "new"]);
    await world.happened("POLoaded", (row) => row.stream === "object/new");
  });
});
