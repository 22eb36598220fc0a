// The compiled daemon is killed with SIGKILL while objects change: whatever it was doing, the next one has
// the journal and the files agreed, and nothing that was acknowledged is lost.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openHome } from "../support/home.ts";

setDefaultTimeout(120_000);

const EDITS = 40;
const ROUNDS = 6;

const textOf = (round: number, index: number) =>
  `---\nname: target\n---\nRound ${round}, text ${index}.\n`;

test("edits survive the kill of the daemon at any moment", async () => {
  await using home = await openHome();
  const folder = join(home.folder, "jamey/data/environments/default/objects");
  let daemon = await home.serve();
  const acknowledged = new Set<string>();
  const first = await home.connect();
  acknowledged.add(String((await first.ask("CreatePO", { text: textOf(0, 0) })).hash));
  first.close();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const wire = await home.connect();
    let left = EDITS;
    const replied: Promise<void>[] = [];
    for (let index = 0; index < EDITS; index += 1) {
      const asked = wire.ask("EditPO", { po_name: "target", text: textOf(round, index) });
      replied.push(
        asked.then(
          (reply) => {
            acknowledged.add(String(reply.hash));
            left -= 1;
            // Each round dies at another moment.
            if (left === EDITS - round * 5) void daemon.kill();
          },
          () => undefined,
        ),
      );
    }
    await daemon.exited;
    await Promise.all(replied);
    daemon = await home.serve();
    const after = await home.connect();
    const info = await after.ask("InspectPO", { po_name: "target" });
    const history = await after.ask("ListPOHistory", { po_name: "target" });
    const versions = history.versions as { hash: string; author: string; is_live: boolean }[];
    const text = readFileSync(join(folder, "target.md"), "utf8");
    expect(new Bun.CryptoHasher("sha256").update(text).digest("hex")).toBe(String(info.version));
    expect([versions[0]?.hash, versions[0]?.is_live]).toEqual([String(info.version), true]);
    expect(versions.filter((one) => one.author === "disk")).toEqual([]);
    const kept = new Set(versions.map((one) => one.hash));
    expect([...acknowledged].filter((hash) => !kept.has(hash))).toEqual([]);
    after.close();
  }
  expect(
    readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .toSorted(),
  ).toEqual(["assistant.md", "target.md"]);
  expect(await daemon.stop()).toBe(0);
});
