// The manual: made from the table of commands, and roff that is well formed.
import { describe, expect, test } from "bun:test";
import { escapeText, paragraphs, quoted, textLine } from "../../src/cli/help/man/roff.ts";
import { allCommands } from "../../src/cli/help/usage.ts";
import { temporaryHome } from "../support/fake-daemon.ts";
import { runCli } from "../support/run-cli.ts";

const roffOf = async (): Promise<string> =>
  (await runCli(["man"], { home: temporaryHome() })).stdout;

describe("roff", () => {
  test("takes nothing of a text for its own", () => {
    expect(escapeText("a\\b -x 'y' `z` ~/^…")).toBe(
      "a\\eb \\-x \\(aqy\\(aq \\(gaz\\(ga \\(ti/\\(ha...",
    );
    expect(textLine(".state/ is\n  hidden ")).toBe("\\&.state/ is hidden");
    expect(quoted('say "yes"')).toBe('"say \\(dqyes\\(dq"');
    expect(paragraphs(["one", "two"])).toEqual(["one", ".PP", "two"]);
  });
});

describe("jamey man", () => {
  test("has every command, topic and exit code", async () => {
    const roff = await roffOf();
    expect(roff).toStartWith(".TH JAMEY 1 ");
    for (const { path, row } of allCommands()) {
      expect(roff).toContain(`.SS "jamey ${escapeText(path.join(" "))}`);
      expect(roff).toContain(textLine(row.description));
    }
    for (const title of ["EXIT CODES", "PERMISSIONS", "STDIN", "ENVIRONMENT", "FILES"]) {
      expect(roff).toContain(`.SH "${title}"`);
    }
    expect(roff).toContain('.B "124"\n\\-\\-timeout was reached');
  });

  test("writes lines that are requests it knows, or text", async () => {
    const requests = (await roffOf())
      .split("\n")
      .filter((line) => /^[.']/.test(line))
      .map((line) => line.split(" ")[0] ?? "");
    expect([...new Set(requests)].toSorted()).toEqual([
      ".B",
      ".PP",
      ".SH",
      ".SS",
      ".TH",
      ".TP",
      ".br",
    ]);
  });

  test("is JSON when asked, and needs no daemon", async () => {
    const home = temporaryHome();
    const { code, stdout, stderr } = await runCli(["man", "--json"], { home });
    const { name, section, roff } = JSON.parse(stdout);
    expect([code, stderr, name, section, roff]).toEqual([0, "", "jamey", 1, await roffOf()]);
    const made = new Bun.Glob("**").scan({ cwd: home, onlyFiles: false });
    expect(await Array.fromAsync(made)).toEqual([]);
  });
});
