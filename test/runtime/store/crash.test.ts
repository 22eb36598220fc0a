// A process that is killed at any moment loses nothing that it acknowledged.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openStore } from "../../../src/runtime/store/open.ts";
import { temporaryFolder } from "./samples.ts";

const ROUNDS = 5;
/** The writer is killed after so many acknowledgements, another number in each round. */
const ACKNOWLEDGED = 40;

test("kill -9 in the middle of writing loses no acknowledged event and damages nothing", async () => {
  using folder = temporaryFolder();
  let acknowledged: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    acknowledged = acknowledged.concat(
      await writeAndKill(folder.path, ACKNOWLEDGED * round + round),
    );
    const store = openStore({
      folder: folder.path,
      onError: (thrown) => expect(thrown).toBe("none"),
    });
    const kept = new Set<string>();
    for (let after = 0; after < store.journal.head(); ) {
      const page = store.journal.read(
        after,
        { types: null, session_id: null },
        { rows: 1000, bytes: 1e7 },
      );
      for (const row of page.rows) kept.add(`${row.seq} ${row.stream} ${row.version}`);
      after = page.cursor;
    }
    expect(acknowledged.length).toBeGreaterThan(ACKNOWLEDGED * round);
    expect(acknowledged.filter((line) => !kept.has(line))).toEqual([]);
    expect(store.journal.check()).toEqual({ ok: true, problems: [] });
    await store.close();
  }
}, 60_000);

/** Starts a writer, kills it after some lines, and returns every whole line it got out. */
async function writeAndKill(folder: string, lines: number): Promise<string[]> {
  await using writer = Bun.spawn(
    [process.execPath, join(import.meta.dir, "crash-writer.ts"), folder],
    {
      stdout: "pipe",
      stderr: "inherit",
      stdin: "ignore",
    },
  );
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of writer.stdout) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split("\n").length > lines) writer.kill("SIGKILL");
  }
  await writer.exited;
  return text.split("\n").slice(0, -1);
}
