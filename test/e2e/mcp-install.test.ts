// `jamey mcp install`: a host's own file is changed only as it was shown, and nothing else in it is.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Home, openHome } from "../support/home.ts";

const TIMEOUT_MS = 30_000;
const cursor = (home: Home) => join(home.variables.HOME ?? "", ".cursor/mcp.json");

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o640 });
}

test(
  "the entry is added to what is there, the file as it was is kept, and again changes nothing",
  async () => {
    await using home = await openHome();
    const file = cursor(home);
    const before = `{\n    "mcpServers": {\n        "other": { "command": "x" }\n    },\n    "theme": "dark"\n}\n`;
    put(file, before);
    const { code, stdout, stderr } = await home.run(["mcp", "install", "cursor", "--yes"]);
    expect([code, stdout]).toEqual([
      0,
      `Written to ${file}. Cursor asks before it is used first.\n`,
    ]);
    expect(stderr).toContain(`${file}.before-jamey`);
    expect(readFileSync(`${file}.before-jamey`, "utf8")).toBe(before);
    const after = readFileSync(file, "utf8");
    expect(JSON.parse(after)).toEqual({
      mcpServers: {
        other: { command: "x" },
        jamey: {
          command: home.binary,
          args: ["mcp"],
          env: { JAMEY_HOME: home.variables.JAMEY_HOME },
        },
      },
      theme: "dark",
    });
    expect(after.startsWith('{\n    "mcpServers"')).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const again = await home.run(["mcp", "install", "cursor", "--yes"]);
    expect([again.code, readFileSync(file, "utf8")]).toEqual([0, after]);
    expect(again.stderr).toContain("knows jamey already");
  },
  TIMEOUT_MS,
);

test(
  "without a yes, and with --print, nothing is written",
  async () => {
    await using home = await openHome();
    const refused = await home.run(["mcp", "install", "vscode"]);
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain("--yes");
    const shown = await home.run(["mcp", "install", "vscode", "--print", "--json"]);
    const said = JSON.parse(shown.stdout);
    expect(said).toMatchObject({
      name: "jamey",
      entry: { type: "stdio", command: home.binary, args: ["mcp"] },
      written: false,
    });
    expect(existsSync(said.file)).toBe(false);
  },
  TIMEOUT_MS,
);

test(
  "a file with comments is left to its owner, who is shown what to add",
  async () => {
    await using home = await openHome();
    const file = join(home.variables.HOME ?? "", ".config/zed/settings.json");
    const text = `{\n  // mine\n  "theme": "One"\n}\n`;
    put(file, text);
    const { code, stderr } = await home.run(["mcp", "install", "zed", "--yes"]);
    expect(code).toBe(65);
    expect(stderr).toContain('"context_servers"');
    expect(readFileSync(file, "utf8")).toBe(text);
  },
  TIMEOUT_MS,
);

test(
  "a host that nobody knows is a mistake, and without one they are listed",
  async () => {
    await using home = await openHome();
    expect((await home.run(["mcp", "install", "cursr"])).stderr).toContain(
      "Did you mean 'cursor'?",
    );
    const listed = await home.run(["mcp", "install", "--json"]);
    const names = JSON.parse(listed.stdout).hosts.map(({ name }: { name: string }) => name);
    expect(names).toContain("claude");
  },
  TIMEOUT_MS,
);
