// The process that `crash.test.ts` kills: appends as fast as it can, and writes down each acknowledged
// seq only after its acknowledgement. argv: the folder of the store.
import { writeSync } from "node:fs";
import { openStore } from "../../../src/runtime/store/open.ts";
import { add, said } from "./samples.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder?");
const { journal } = openStore({ folder, onError: (thrown) => console.error(thrown) });

async function write(session: number): Promise<never> {
  while (true) {
    const id = `s${session}`;
    const rows = await add(journal, `session/${id}`, [
      said(id, `m${journal.head()}`, "x".repeat(200)),
      said(id, `m${journal.head()}b`, "y"),
    ]);
    for (const row of rows) writeSync(1, `${row.seq} ${row.stream} ${row.version}\n`);
  }
}

await Promise.all([1, 2, 3, 4, 5].map(write));
