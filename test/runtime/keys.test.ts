// Keys: made once, kept as hashes, refused the moment they are gone from the file, whoever took them out.
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { scope, widened } from "../../src/protocol/commands/command.ts";
import { MAX_KEYS } from "../../src/protocol/limits.ts";
import { hashOf } from "../../src/runtime/access.ts";
import { MAX_YAML_BYTES } from "../../src/runtime/environment/yaml.ts";
import { createKeys } from "../../src/runtime/keys.ts";
import { takeLock } from "../../src/runtime/lock.ts";
import { createLog } from "../../src/runtime/log.ts";
import { openTestWorld } from "../support/world.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-keys-"));
afterAll(() => rmSync(root, { recursive: true }));

function openKeys(file = join(mkdtempSync(join(root, "k-")), "config", "keys.yml")) {
  const clock = { at: "2030-01-01T00:00:00.000Z" };
  const lines: string[] = [];
  const log = createLog({ level: "info", now: () => clock.at, write: (line) => lines.push(line) });
  const keys = createKeys({ file, log, now: () => clock.at });
  return { file, clock, lines, keys, open: (text: string) => keys.identify(hashOf(text)) };
}

/** Of each process that makes some at once with others. */
const KEYS_EACH = 25;

const asked = { name: "ci", scopes: ["read"] as const, expires_at: null };
const problem = (work: () => unknown): string => {
  try {
    work();
    return "no problem";
  } catch (thrown) {
    return thrown instanceof Error
      ? `${"code" in thrown ? thrown.code : ""}: ${thrown.message}`
      : "?";
  }
};

test("A key that is made lets in, with what it may do, and its text is kept nowhere", () => {
  const { keys, file, open } = openKeys();
  const { key, text } = keys.create(asked);
  expect(key).toEqual({
    key_id: expect.stringMatching(/^k_[0-9a-f]{16}$/),
    name: "ci",
    scopes: ["read"],
    created_at: "2030-01-01T00:00:00.000Z",
    expires_at: null,
  });
  expect(Buffer.from(text.slice("jamey_".length), "base64url").length).toBe(32);
  const found = open(text);
  expect([found?.id, found?.name, found?.scopes, found?.isOnSocket, found?.ended.aborted]).toEqual([
    key.key_id,
    "ci",
    ["read"],
    false,
    false,
  ]);
  expect(readFileSync(file, "utf8")).not.toContain(text.slice("jamey_".length));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(file, "..")).toSorted()).toEqual(["keys.yml", "keys.yml.lock"]);
  expect(keys.list()).toEqual([key]);
});

test("A key that is revoked is nobody's at once, and who came with it is told; the others stay", () => {
  const { keys, open } = openKeys();
  const first = keys.create(asked);
  const second = keys.create({ ...asked, name: "other" });
  const [gone, stays] = [open(first.text), open(second.text)];
  keys.revoke(first.key.key_id);
  expect([open(first.text), gone?.ended.aborted]).toEqual([undefined, true]);
  expect([open(second.text) === stays, stays?.ended.aborted]).toEqual([true, false]);
  expect(problem(() => keys.revoke(first.key.key_id))).toBe(
    `not_found: There is no key ${first.key.key_id}. See 'jamey keys list'.`,
  );
});

test("A key ends when its time comes, without anybody touching the file", () => {
  const { keys, clock, open } = openKeys();
  const { text } = keys.create({ ...asked, expires_at: "2030-01-02T00:00:00.000Z" });
  const found = open(text);
  clock.at = "2030-01-01T23:59:59.999Z";
  keys.refresh();
  expect([found?.ended.aborted, keys.hasKeys()]).toEqual([false, true]);
  clock.at = "2030-01-02T00:00:00.000Z";
  keys.refresh();
  expect([found?.ended.aborted, open(text), keys.hasKeys()]).toEqual([true, undefined, false]);
});

test("What another daemon or an editor does to the file holds at the next look", () => {
  const { keys, file, open } = openKeys();
  const other = openKeys(file);
  const { text, key } = other.keys.create(asked);
  const found = open(text);
  expect(found?.id).toBe(key.key_id);
  other.keys.revoke(key.key_id);
  keys.refresh();
  expect([found?.ended.aborted, open(text)]).toEqual([true, undefined]);
  const again = other.keys.create(asked);
  const before = open(again.text);
  writeFileSync(file, readFileSync(file, "utf8").replace("- read", "- chat"));
  utimesSync(file, 1, 1);
  expect([open(again.text)?.scopes, before?.ended.aborted]).toEqual([["chat"], true]);
});

test.each([
  ["keys: [", "is not YAML"],
  ["keys: 3", "has no list"],
  ["keys:\n  - name: x\n", "has a key without a hash"],
])("A file that reads %p lets nobody in and is said, because it %s", (text) => {
  const { keys, file, lines, open } = openKeys();
  const made = keys.create(asked);
  const found = open(made.text);
  writeFileSync(file, text);
  keys.refresh();
  keys.refresh();
  expect([open(made.text), found?.ended.aborted]).toEqual([undefined, true]);
  expect(lines.filter((line) => line.includes("no key is let in")).length).toBe(1);
  expect(problem(() => keys.list())).toStartWith(`config_invalid: ${file}`);
  expect(problem(() => keys.create(asked))).toStartWith(`config_invalid: ${file}`);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("A file that others may write lets nobody in", () => {
  const { keys, file, open } = openKeys();
  const { text } = keys.create(asked);
  chmodSync(file, 0o666);
  expect(open(text)).toBeUndefined();
  expect(problem(() => keys.list())).toContain("chmod 600");
});

test("A link stays a link", () => {
  const { keys, file } = openKeys();
  keys.create(asked);
  const link = join(root, "link.yml");
  symlinkSync(file, link);
  openKeys(link).keys.create({ ...asked, name: "through" });
  expect(keys.list().map((key) => key.name)).toEqual(["ci", "through"]);
});

const maker = `
  import { createKeys } from ${JSON.stringify(join(import.meta.dir, "../../src/runtime/keys.ts"))};
  const [file, prefix] = process.argv.slice(-2);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const keys = createKeys({ file, log, now: () => "2030-01-01T00:00:00.000Z" });
  await new Response(Bun.stdin.stream()).text();
  // Whoever waits too long is told to try again.
  const insist = (act) => {
    for (;;) {
      try {
        return act();
      } catch (thrown) {
        if (thrown.code !== "conflict") throw thrown;
      }
    }
  };
  const make = (name) => insist(() => keys.create({ name, scopes: ["read"], expires_at: null }));
  const made = Array.from({ length: ${KEYS_EACH} }, (_, index) => make(prefix + index).key.key_id);
  insist(() => keys.revoke(made[0]));
`;

test("Processes that change the keys at once lose none, and bring back none", async () => {
  const { keys, file } = openKeys();
  const prefixes = ["a", "b", "c"];
  const children = prefixes.map((prefix) =>
    Bun.spawn([process.execPath, "-e", maker, file, prefix], { stdin: "pipe", stderr: "inherit" }),
  );
  for (const child of children) await child.stdin.end();
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0]);
  const kept = prefixes.flatMap((prefix) =>
    Array.from({ length: KEYS_EACH - 1 }, (_, index) => `${prefix}${index + 1}`),
  );
  expect(
    keys
      .list()
      .map((key) => key.name)
      .toSorted(),
  ).toEqual(kept.toSorted());
});

test("Who cannot change the keys in time is told, and the lock of a dead one is no obstacle", () => {
  const { keys, file } = openKeys();
  keys.create(asked);
  const lock = takeLock(`${file}.lock`);
  expect(problem(() => keys.create({ ...asked, name: "b" }))).toStartWith(
    "conflict: Another jamey",
  );
  lock?.release();
  keys.create({ ...asked, name: "b" });
  expect(keys.list().map((key) => key.name)).toEqual(["ci", "b"]);
});

test("A file that cannot be looked at for a while lets nobody in until it can be, and breaks nothing", () => {
  const { keys, file, lines, open } = openKeys();
  const { text } = keys.create(asked);
  const found = open(text);
  // The file itself stays as it is: only the way to it is cut.
  const folder = dirname(file);
  renameSync(folder, `${folder}.away`);
  symlinkSync(folder, folder);
  keys.refresh();
  expect([open(text), found?.ended.aborted]).toEqual([undefined, true]);
  expect(lines.filter((line) => line.includes("no key is let in")).length).toBe(1);
  rmSync(folder);
  renameSync(`${folder}.away`, folder);
  expect(open(text)?.name).toBe("ci");
});

test("A name is given once, and there are so many keys at most", () => {
  const { keys, file } = openKeys();
  const { key } = keys.create(asked);
  expect(problem(() => keys.create(asked))).toBe(
    "conflict: There is a key 'ci' already: revoke it first.",
  );
  const hash = "0".repeat(64);
  const many = Array.from({ length: MAX_KEYS }, (_, index) => ({
    ...key,
    name: `n${index}`,
    hash,
  }));
  writeFileSync(file, JSON.stringify({ keys: many }));
  expect(problem(() => keys.create(asked))).toBe(
    `overloaded: There are ${MAX_KEYS} keys already: revoke one first.`,
  );
});

test("A file that would be too large to be read again is not written", () => {
  const { keys, file } = openKeys();
  const { key } = keys.create(asked);
  const hash = "0".repeat(64);
  const count = MAX_KEYS - 1;
  const long = (index: number, idLength: number) => ({
    ...key,
    hash,
    key_id: String(index).padStart(idLength, "k"),
    name: "x".repeat(64),
  });
  const spare = Math.floor(MAX_YAML_BYTES / count) - JSON.stringify(long(0, 0)).length - 2;
  const many = Array.from({ length: count }, (_, index) => long(index, spare));
  writeFileSync(file, JSON.stringify({ keys: many }));
  const before = readFileSync(file, "utf8");
  expect(problem(() => keys.create(asked))).toBe(
    `overloaded: ${file} is full: revoke a key first.`,
  );
  expect(readFileSync(file, "utf8")).toBe(before);
});

const scopeSets = Array.from({ length: 8 }, (_, bits) =>
  scope.options.filter((_one, index) => (bits >> index) & 1),
).filter((scopes) => scopes.includes("admin") || scopes.length > 0);

test("Nobody makes a key that may do more than they may", async () => {
  await using world = await openTestWorld();
  for (const has of scopeSets) {
    for (const wants of scopeSets) {
      const caller = { ...world.passing(), scopes: has };
      const name = `${has.join("-")}.${wants.join("-")}`;
      const answer = await world.call("CreateKey", { name, scopes: wants }, caller);
      const given = widened(wants);
      const mayMake = has.includes("admin") && given.every((one) => has.includes(one));
      expect([name, answer.ok]).toEqual([name, mayMake]);
      if (!answer.ok) expect(answer.payload.code).toBe("forbidden");
    }
  }
});

test("A process of an agent sees, makes and ends no key", async () => {
  await using world = await openTestWorld();
  const caller = { ...world.passing(), isHuman: false };
  for (const [command, params] of [
    ["ListKeys", {}],
    ["CreateKey", { name: "mine" }],
    ["RevokeKey", { key_id: "k" }],
  ] as const) {
    const answer = await world.call(command, params, caller);
    expect([command, answer.ok ? "" : answer.payload.code]).toEqual([command, "forbidden"]);
  }
});

test("A key that would have expired is not made", async () => {
  await using world = await openTestWorld();
  const answer = await world.call("CreateKey", { name: "a", expires_at: "2020-01-01T00:00:00Z" });
  expect(answer.ok ? "" : answer.payload.code).toBe("invalid_request");
});
