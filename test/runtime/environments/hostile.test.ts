// An import is somebody else's file: whatever it holds, it makes an environment beneath its own name, or nothing.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../../src/protocol/errors.ts";
import {
  type Forged,
  forgeArchive,
  openEnvironmentsHome,
} from "../../support/environments-home.ts";

const object: Forged = { name: "objects/a.md", text: "---\nname: a\n---\nHello.\n" };
const manifest: Forged = { name: "manifest.yml", text: "description: theirs\n" };

/** What an import says, and what lies in the home afterwards. */
async function importing(bytes: Uint8Array) {
  using home = openEnvironmentsHome();
  const file = home.write("got/theirs.tar.gz", bytes);
  home.write("canary", "alive");
  home.write("data/environments/other/manifest.yml", "");
  const before = home.tree();
  const said = await home.environments.import({ file, name: null }).then(
    (made) => made,
    (thrown: unknown) => (thrown instanceof JameyError ? thrown : String(thrown)),
  );
  const canary = readFileSync(join(home.home, "canary"), "utf8");
  return { said, before, after: home.tree(), canary, isOutside: existsSync(join(home.home, "x")) };
}

const pax = (record: string): Forged => ({ name: "pax", type: "x", text: record });
const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `tools/${index}` }));
const zeros = new Uint8Array(20 * 1024 * 1024);

const tricks: [what: string, members: Forged[], reason: RegExp | string][] = [
  ["an absolute name", [object, { name: "/tmp/x" }], 'the name "/tmp/x" is an absolute path'],
  ["a way out", [object, { name: "tools/../../../x" }], "leads out of its folder"],
  ["a way out behind ./", [object, { name: "./../x" }], "leads out of its folder"],
  [
    "a way out in a pax header",
    [pax("18 path=../../../x\n".replace("18", "19")), object],
    /pax|leads/,
  ],
  ["a folder outside", [object, { name: "../x/", type: "5" }], "leads out of its folder"],
  ["a back slash", [object, { name: "tools\\..\\x" }], "characters that no name has"],
  ["a line break in a name", [object, { name: "tools/a\nb" }], "characters that no name has"],
  [
    "text that is turned around",
    [object, { name: "tools/\u202egnp.sh" }],
    "characters that no name",
  ],
  ["an empty part", [object, { name: "tools//a" }], "is no plain path"],
  [
    "a symbolic link",
    [object, { name: "tools", type: "2", link: "/" }],
    "'tools' is a symbolic link",
  ],
  [
    "a link as manifest",
    [object, { name: "manifest.yml", type: "2", link: "/etc/passwd" }],
    "symbolic",
  ],
  ["a hard link", [object, { name: "tools/a", type: "1", link: "/etc/passwd" }], "is a hard link"],
  ["a device", [object, { name: "tools/a", type: "3" }], "is a device"],
  ["a named pipe", [object, { name: "tools/a", type: "6" }], "is a named pipe"],
  ["a kind nobody knows", [object, { name: "tools/a", type: "S" }], "is of an unknown kind"],
  ["one name twice", [object, object], "'objects/a.md' is in it twice"],
  [
    "one name twice, once with ./",
    [object, { ...object, name: "./objects/a.md" }],
    "is in it twice",
  ],
  [
    "a file that is a folder",
    [{ name: "tools/a" }, { name: "tools/a/b" }],
    "has no place of its own",
  ],
  ["too many members", many, "more than 10000 members"],
  ["a bomb", [object, { name: "tools/a", text: zeros }], /more than \d+ (times the bytes|bytes)/],
  ["a size that is a lie", [object, { name: "tools/a", size: 8 ** 11 - 1 }], /more than \d+ bytes/],
  ["a size beyond the end", [object, { name: "tools/a", size: 99_999 }], "it ends too early"],
  ["nothing of an environment", [{ name: "readme.txt", text: "hi" }], "holds no environment"],
  ["nothing at all", [], "holds no environment"],
  [
    "a session that is none",
    [object, { name: "sessions/a.json", text: '{"format":"jamey-session"}' }],
    "sessions/a.json is no exported session",
  ],
  [
    "a session too deep",
    [object, { name: "sessions/a.json", text: "[".repeat(100_000) }],
    "sessions/a.json is no exported session",
  ],
];

describe("an import refuses whole, and makes nothing of", () => {
  for (const [what, members, reason] of tricks) {
    test(what, async () => {
      const { said, before, after, canary, isOutside } = await importing(forgeArchive(members));
      expect([after, canary, isOutside]).toEqual([before, "alive", false]);
      expect(said).toBeInstanceOf(JameyError);
      if (said instanceof JameyError) expect(said.message).toMatch(reason);
    });
  }

  test("bytes that are no archive, or end in the middle", async () => {
    const whole = forgeArchive([object, { name: "tools/a", text: "x".repeat(9_000) }]);
    const wrong = [
      new Uint8Array(),
      Buffer.from("not packed"),
      Bun.gzipSync(Buffer.alloc(2_000, 0x41)),
      whole.subarray(0, whole.length - 12),
      forgeArchive([object], { hasEnd: false }),
    ];
    for (const bytes of wrong) {
      const { said, before, after } = await importing(bytes);
      expect([said instanceof JameyError && said.code, after]).toEqual(["bad_data", before]);
    }
  });
});

describe("an import takes", () => {
  test("what an environment has, and nothing else, be it named ever so cleverly", async () => {
    const { said, after } = await importing(
      forgeArchive([
        { name: "./", type: "5" },
        manifest,
        object,
        { name: "objects/.hidden.md", text: "---\nname: b\n---\n" },
        { name: "objects/deep/c.md", text: "---\nname: c\n---\n" },
        { name: "workflows/w.yml", text: "nodes: []\n" },
        { name: "tools/t/run.sh", text: "#!/bin/sh\n" },
        { name: "tests/one.yml" },
        { name: ".state/jamey.db", text: "SQLite format 3\0" },
        { name: ".state/untrusted", text: "" },
        { name: ".untrusted", text: "" },
        { name: ".git/hooks/post-checkout", text: "#!/bin/sh\ntouch x\n" },
        { name: ".gitattributes", text: "* filter=x\n" },
        { name: "README.md", text: "Hello" },
        { name: "Manifest.YML", text: "model: theirs\n" },
      ]),
    );
    const own = after.filter((name) => name.startsWith("environments/theirs/"));
    expect(own.map((name) => name.slice("environments/theirs/".length))).toEqual([
      ".gitignore",
      ".state/untrusted",
      ".untrusted",
      "manifest.yml",
      "objects",
      "objects/a.md",
      "tests",
      "tests/one.yml",
      "tools",
      "tools/t",
      "tools/t/run.sh",
      "workflows",
      "workflows/w.yml",
    ]);
    expect(said).toMatchObject({ name: "theirs", is_trusted: false, members: 5, sessions: 0 });
    expect(said).toHaveProperty("ignored", [
      "objects/.hidden.md",
      "objects/deep/c.md",
      ".state/jamey.db",
      ".state/untrusted",
      ".untrusted",
      ".git/hooks/post-checkout",
      ".gitattributes",
      "README.md",
      "Manifest.YML",
    ]);
  });

  test("what tar makes of an environment's folder", async () => {
    using home = openEnvironmentsHome();
    await home.environments.create({ name: "one", template: "minimal" });
    const file = join(home.home, "packed.tgz");
    Bun.spawnSync(["tar", "czf", file, "-C", home.folderOf("one"), "."]);
    const made = await home.environments.import({ file, name: null });
    expect([made.name, made.members, made.ignored]).toEqual([
      "packed",
      2,
      ["./.gitignore".slice(2)],
    ]);
  });

  test("no name that is taken, and no file that is missing", async () => {
    using home = openEnvironmentsHome();
    const file = home.write("got/one.tar.gz", forgeArchive([object]));
    await home.environments.import({ file, name: "one" });
    const codes = [
      home.environments.import({ file, name: "one" }),
      home.environments.import({ file: join(home.home, "nope.tar.gz"), name: "two" }),
      home.environments.import({ file, name: "../two" }),
    ].map((work) => work.then(String, (thrown: JameyError) => thrown.code));
    const expected = ["already_exists", "input_missing", "invalid_request"];
    expect<string[]>(await Promise.all(codes)).toEqual(expected);
  });
});
