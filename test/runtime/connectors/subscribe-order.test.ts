// A subscription's frames come after the reply that names it, whatever else is asked at the same time.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { newSession } from "../../support/following.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { openTestWorld } from "../../support/world.ts";

const SUBSCRIPTIONS = 20;

test("Subscribed comes before everything that it begins", async () => {
  await using world = await openTestWorld();
  await newSession(world);
  const socket = join(world.folder, "test.sock");
  const runtime = world.runtime();
  const connector = await startUnixConnector(socket, {
    ...runtime,
    async handle(request, caller) {
      const answer = await runtime.handle(request, caller);
      // Whoever answers later than it begins: what it begins must wait for its name.
      if (request.type === "Subscribe") await new Promise((resolve) => setImmediate(resolve));
      return answer;
    },
  });
  const wire = await openRawWire(socket);
  await wire.attach();
  for (let id = 0; id < SUBSCRIPTIONS; id += 1) {
    wire.send(JSON.stringify({ id, type: "Subscribe", payload: { after: 0 } }));
    wire.send(JSON.stringify({ id: `other ${id}`, type: "ListPOs" }));
  }
  for (let id = 0; id < SUBSCRIPTIONS; id += 1) await wire.until((frame) => frame.id === id);
  const known = new Set<unknown>();
  const early: unknown[] = [];
  const caughtUp = () => wire.frames.filter((frame) => frame.type === "caught_up").length;
  await wire.until(() => caughtUp() === SUBSCRIPTIONS);
  for (const frame of wire.frames) {
    if (frame.type === "Subscribed") {
      known.add((frame.payload as { subscription_id: string }).subscription_id);
    } else if (frame.subscription_id !== undefined && !known.has(frame.subscription_id)) {
      early.push(frame);
    }
  }
  expect([early, known.size]).toEqual([[], SUBSCRIPTIONS]);
  wire.close();
  await connector.stop();
});
