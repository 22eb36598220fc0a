// Long output in a pager: when there is one, which, and what happens when it cannot run.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, createContext } from "../../src/cli/context.ts";
import { readArguments } from "../../src/cli/input/arguments.ts";
import { withPager } from "../../src/cli/output/pager.ts";
import { createOutput } from "../../src/cli/output/write-out.ts";
import { globalFlags } from "../../src/cli/table/flags.ts";

const folder = mkdtempSync(join(tmpdir(), "jamey-pager-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What was written plainly, and what the pager was given. */
async function show(options: {
  raw?: string[];
  variables?: Record<string, string>;
  isTerminal?: boolean;
  text?: string;
}) {
  const { raw = [], variables = {}, isTerminal = true, text = "long\ntext\n" } = options;
  const paged = join(folder, crypto.randomUUID());
  let written = "";
  const sink = {
    async write(piece: string) {
      written += piece;
    },
  };
  const output = createOutput({ sink, name: "stdout", isTerminal, hasColour: false });
  const context: Context = createContext({
    host: {
      program: [],
      variables: { PATH: process.env.PATH, PAGED: paged, TERM: "xterm", ...variables },
      directory: "/",
      serve: async () => 0,
    } as unknown as Context["host"], // Only what a pager needs.
    arguments: readArguments(globalFlags, raw),
    out: output,
    err: output,
  });
  await withPager(context, text);
  const file = Bun.file(paged);
  return { written, paged: (await file.exists()) ? await file.text() : undefined };
}

const PAGER = 'cat >"$PAGED"';
const whole = "long\ntext\n";

describe("a pager", () => {
  test("is JAMEY_PAGER before PAGER, and gets the whole text", async () => {
    expect(await show({ variables: { JAMEY_PAGER: PAGER, PAGER: "false" } })).toEqual({
      written: "",
      paged: whole,
    });
    expect(await show({ variables: { PAGER } })).toEqual({ written: "", paged: whole });
  });

  test("is none in a pipe, with --no-pager, with JSON, in a dumb terminal, or where it is empty", async () => {
    const shown = await Promise.all([
      show({ variables: { PAGER }, isTerminal: false }),
      show({ variables: { PAGER }, raw: ["--no-pager"] }),
      show({ variables: { PAGER }, raw: ["--json"] }),
      show({ variables: { PAGER, TERM: "dumb" } }),
      show({ variables: { PAGER, JAMEY_PAGER: "" } }),
      show({ variables: { PAGER: "cat" } }),
    ]);
    expect(new Set(shown.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ written: whole, paged: undefined })]),
    );
  });

  test("that cannot run leaves the text as it would have been without one", async () => {
    expect(await show({ variables: { PAGER: "no-such-pager --fast" } })).toEqual({
      written: whole,
      paged: undefined,
    });
  });

  test("that is left before its end, or fails in its own way, is no failure", async () => {
    const text = "line\n".repeat(200_000);
    expect(await show({ text, variables: { PAGER: 'head -1 >"$PAGED"' } })).toEqual({
      written: "",
      paged: "line\n",
    });
    expect(await show({ variables: { PAGER: "exit 1" } })).toEqual({
      written: "",
      paged: undefined,
    });
  });
});
