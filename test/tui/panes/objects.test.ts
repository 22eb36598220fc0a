// The object browser: reading, editing without losing a text, history, new ones.
import { expect, test } from "bun:test";
import { objectsPane } from "../../../src/tui/panes/objects.ts";
import type { Effect } from "../../../src/tui/shapes.ts";
import { livelyWorld, sharedOf, timeAt } from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

const played = () => playPane(objectsPane, sharedOf(livelyWorld()));

const version = {
  po_name: "critic",
  hash: "hash-1",
  base_hash: null,
  author: "ada",
  reason: "",
  at: timeAt(1),
  bytes: 10,
  is_live: true,
};

const commands = (effects: Effect[]): unknown[] =>
  effects.map((effect) => (effect.type === "call" ? [effect.command, effect.params] : effect.type));

/** The editor is open on the live text. */
function editing(): PlayedPane {
  const pane = played();
  pane.press("e");
  pane.effects();
  pane.replied("GetPOVersion", "objects:edit", { ...version, text: "You judge.\n" });
  return pane;
}

test("an edit is made from the live text, and says which version that was", () => {
  const pane = editing();
  const editor = pane.effects();
  pane.give({ type: "edited", purpose: "objects:edited", text: "You judge sharply.\n" });
  const saving = commands(pane.effects());
  pane.replied("EditPO", "objects:save", { ...version, hash: "hash-2" });
  expect([editor, saving, pane.requests()]).toEqual([
    [{ type: "edit", purpose: "objects:edited", text: "You judge.\n", suffix: ".md" }],
    [["EditPO", { po_name: "critic", text: "You judge sharply.\n", base_hash: "hash-1" }]],
    [{ notice: "critic is saved: it counts from the next message on." }],
  ]);
});

test("a text that was left as it was is not saved", () => {
  const pane = editing();
  pane.effects();
  pane.give({ type: "edited", purpose: "objects:edited", text: null });
  expect([commands(pane.effects()), pane.requests()]).toEqual([
    [],
    [{ notice: "Left as it was." }],
  ]);
});

/** Somebody else was faster. */
function stale(): PlayedPane {
  const pane = editing();
  pane.give({ type: "edited", purpose: "objects:edited", text: "You judge sharply.\n" });
  pane.effects();
  const error = { code: "stale_hash", message: "Another version is live.", details: {} } as const;
  pane.give({ type: "call_failed", command: "EditPO", purpose: "objects:save", error });
  pane.replied("GetPOVersion", "objects:theirs", {
    ...version,
    hash: "hash-9",
    text: "You judge kindly.\n",
  });
  return pane;
}

test("a stale edit shows the difference, and puts mine over theirs only when told to", () => {
  const pane = stale();
  const asked = commands(pane.effects());
  const screen = pane.screen();
  pane.press("x", "o");
  expect([
    asked,
    screen.includes("- You judge kindly."),
    screen.includes("+ You judge sharply."),
    commands(pane.effects()),
  ]).toEqual([
    [["GetPOVersion", { po_name: "critic" }]],
    true,
    true,
    [["EditPO", { po_name: "critic", text: "You judge sharply.\n", base_hash: "hash-9" }]],
  ]);
});

test("what was written is never lost: it is edited again, or lies in the clipboard", () => {
  const again = stale();
  again.effects();
  again.press("e");
  const left = stale();
  left.effects();
  left.press("escape");
  const text = "You judge sharply.\n";
  expect([again.effects(), left.effects().at(0), left.requests()]).toEqual([
    [{ type: "edit", purpose: "objects:edited", text, suffix: ".md" }],
    { type: "copy", text },
    [{ notice: "Theirs stands. Yours is in the clipboard." }],
  ]);
});

test("a text that the daemon refuses can be mended", () => {
  const pane = editing();
  pane.give({ type: "edited", purpose: "objects:edited", text: "broken" });
  pane.effects();
  const error = {
    code: "invalid_request",
    message: "Line 1: no front matter.",
    details: {},
  } as const;
  pane.give({ type: "call_failed", command: "EditPO", purpose: "objects:save", error });
  const screen = pane.screen();
  pane.press("e");
  expect([
    screen.includes("Not saved: Line 1: no front matter."),
    screen.includes("e go on editing · esc drop my text"),
    screen.includes("theirs"),
    pane.effects(),
  ]).toEqual([
    true,
    true,
    false,
    [{ type: "edit", purpose: "objects:edited", text: "broken", suffix: ".md" }],
  ]);
  pane.press("escape");
  expect([pane.effects()[0], pane.requests()]).toEqual([
    { type: "copy", text: "broken" },
    [{ notice: "Not saved. Yours is in the clipboard." }],
  ]);
});

test("a new object is a name and a text in the editor", () => {
  const pane = played();
  pane.press("n");
  pane.type("poet");
  pane.press("enter");
  const [editor] = pane.effects().filter(({ type }) => type === "edit");
  pane.give({ type: "edited", purpose: "objects:edited", text: "---\nname: poet\n---\nSing.\n" });
  expect([
    editor?.type === "edit" && editor.text.includes("name: poet"),
    commands(pane.effects()),
  ]).toEqual([true, [["CreatePO", { text: "---\nname: poet\n---\nSing.\n" }]]]);
});

/** Yes, twice, each time after having read. */
function sure(pane: PlayedPane): void {
  for (const _time of [1, 2]) {
    pane.wait(400);
    pane.press("y");
  }
}

test("letters of a word that was meant for the composer delete nothing", () => {
  const pane = played();
  for (const letter of "daddy yawns: yay, why") {
    pane.type(letter);
    pane.wait(200);
  }
  expect(pane.effects().filter((effect) => JSON.stringify(effect).includes("Delete"))).toEqual([]);
});

test("renaming, deleting and reverting ask first, and say which version", () => {
  const pane = played();
  pane.press("r");
  pane.type("2");
  pane.press("enter", "d", "n", "d");
  sure(pane);
  pane.press("tab", "tab");
  const old = { ...version, hash: "hash-0", is_live: false };
  pane.replied("ListPOHistory", "objects:history", { versions: [version, old] });
  pane.press("]", "v");
  sure(pane);
  const wanted = commands(pane.effects()).filter((one) => /Rename|Delete|Revert/.test(String(one)));
  expect(wanted).toEqual([
    ["RenamePO", { po_name: "critic", new_name: "critic2" }],
    ["DeletePO", { po_name: "critic" }],
    ["RevertPO", { po_name: "critic", hash: "hash-0" }],
  ]);
});

test("an object is asked about once for each of its versions", () => {
  const pane = played();
  for (let times = 0; times < 3; times += 1) pane.give({ type: "tick", now: pane.shared.now });
  const first = commands(pane.effects());
  const critic = pane.shared.world.objects.get("critic");
  const objects = new Map(pane.shared.world.objects);
  if (critic) objects.set("critic", { ...critic, changes: critic.changes + 1 });
  pane.shared = { ...pane.shared, world: { ...pane.shared.world, objects } };
  pane.give({ type: "tick", now: pane.shared.now });
  const asked = [["InspectPO", { po_name: "critic" }]];
  expect([first, commands(pane.effects())]).toEqual([asked, asked]);
});

test("a name that no object can have is refused before anything is written", () => {
  const pane = playPane(objectsPane, sharedOf(livelyWorld()));
  pane.press("n");
  pane.type("bad/name x");
  pane.press("enter");
  const edits = pane.effects().filter(({ type }) => type === "edit");
  expect([edits, pane.requests(), pane.screen().includes("bad/name x")]).toEqual([
    [],
    [
      {
        notice:
          "'bad/name x' is no name of an object: letters, digits, '_', '-' and '.', not first '.'",
      },
    ],
    true,
  ]);
});
