// An object asks to be allowed more, on the compiled binary: the daemon is killed while a human thinks, the
// approval comes after the restart, and the very change that was shown is made.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openHome } from "../support/home.ts";

setDefaultTimeout(120_000);

test("a change that was asked for before kill -9 is approved after it, and made once", async () => {
  await using home = await openHome();
  const objects = join(home.folder, "jamey/data/environments/default/objects");
  const first = await home.serve();
  const wire = await home.connect();
  const poet = "---\nname: poet\ncapabilities: [think]\n---\nYou rhyme.\n";
  await wire.ask("CreatePO", { text: poet });
  const follow = await wire.follow({ event_types: ["HumanRequestQueued"] });
  const call = '/add_capability {"capability":"assistant","reason":"to ask it"}';
  const sent = await wire.ask("SendMessage", { po_name: "poet", message: call, session_id: null });
  await follow.until("the question", (frame) => frame.event_type === "HumanRequestQueued");
  wire.close();
  await first.kill();

  const second = await home.serve();
  const again = await home.connect();
  const { requests } = await again.ask("ListPendingRequests", {});
  // One object asks, and nobody else.
  const [request] = requests as { request_id: string; hash: string; question: string }[];
  expect(request?.question).toEndWith(
    ": add assistant\n@@ line 3 @@\n-capabilities: [think]\n+capabilities: [think, assistant]",
  );
  const { request_id, hash } = request ?? expect.unreachable();
  const decided = { type: "decision", decision: "approve", scope: "once" };
  const other = { request_id, response: { ...decided, hash: "0".repeat(64) } };
  expect(await again.ask("RespondToRequest", other).catch((error) => error.code)).toBe(
    "stale_hash",
  );
  await again.ask("RespondToRequest", { request_id, response: { ...decided, hash } });
  const run = await again.ask("WaitForTurn", { turn_id: sent.turn_id });
  expect(run.status).toBe("completed");
  const changed = poet.replace("[think]", "[think, assistant]");
  expect(readFileSync(join(objects, "poet.md"), "utf8")).toBe(changed);
  const history = await again.ask("ListPOHistory", { po_name: "poet" });
  const versions = history.versions as { author: string; reason: string }[];
  expect(versions.map(({ author, reason }) => [author, reason])[0]).toEqual(["poet", "to ask it"]);
  expect(versions.length).toBe(2);
  again.close();
  await second.stop();
});
