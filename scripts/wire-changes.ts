// Which changes of the wire move PROTOCOL_VERSION: those after which a program of the same number, older or newer
// than the daemon it finds, would not understand it. More words, more choices and more fields that may be left out
// do not; whatever else changes does.
import { resolve } from "node:path";
import { isObject } from "../src/protocol/json.ts";

const root = resolve(import.meta.dir, "..");
export const WIRE_FILE = resolve(root, "test/snapshots/wire.json");

/** What only humans read. */
const PROSE = new Set(["summary", "description", "title"]);
/** Of a schema, where a name more is a word more; so it is in each table of the wire. */
const TABLES = new Set(["properties", "$defs"]);
/** Of a list of names each is needed: one more is a change, too. */
const NEEDED = "required";

/** What moves the number and did not, each as the place where it changed. */
export function unsaidChanges(before: unknown, after: unknown): string[] {
  if (!isObject(before) || !isObject(after)) return ["the wire is no object"];
  const { protocol_version: older, ...was } = before;
  const { protocol_version: newer, ...is } = after;
  return older === newer ? changesOf(was, is, []) : [];
}

function changesOf(before: unknown, after: unknown, path: readonly string[]): string[] {
  const place = path.join(".");
  if (Array.isArray(before) && Array.isArray(after)) {
    const isOther = path.at(-1) === NEEDED && before.length !== after.length;
    const isThere = (one: unknown) =>
      after.some((other) => changesOf(one, other, path).length === 0);
    return isOther || !before.every(isThere) ? [place] : [];
  }
  if (!isObject(before) || !isObject(after)) return before === after ? [] : [place];
  const isTable = path.length <= 1 || TABLES.has(path.at(-1) ?? "");
  const isProse = (key: string) => PROSE.has(key) && !isTable;
  const added = Object.keys(after).filter((key) => !(key in before) && !isTable && !isProse(key));
  return [
    ...Object.entries(before).flatMap(([key, value]) =>
      isProse(key) ? [] : changesOf(value, after[key], [...path, key]),
    ),
    ...added.map((key) => [...path, key].join(".")),
  ];
}

/** The newest wire in the history that is not this text; undefined where there is no history. */
export async function wireBefore(text: string): Promise<unknown> {
  const commits = await git(["log", "-2", "--format=%H", "--", WIRE_FILE]);
  for (const commit of commits.split("\n").filter(Boolean)) {
    const kept = await git(["show", `${commit}:./test/snapshots/wire.json`]);
    if (kept !== "" && kept !== text) return JSON.parse(kept);
  }
  return undefined;
}

/** What git says; nothing where there is none. */
async function git(args: string[]): Promise<string> {
  if (!Bun.which("git")) return "";
  const child = Bun.spawn(["git", ...args], { cwd: root, stdout: "pipe", stderr: "ignore" });
  return await new Response(child.stdout).text();
}
