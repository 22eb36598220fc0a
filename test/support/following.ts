// What the tests of following share: sessions that are renamed, and what a client has seen of it.
import type { EventName } from "../../src/protocol/events/index.ts";
import type { FollowFrame } from "../../src/protocol/frames.ts";
import type { TestClient } from "./test-client.ts";
import type { TestWorld } from "./world.ts";

export const rename = async (world: TestWorld, session_id: string, ...names: string[]) => {
  for (const name of names) await world.ask("RenameSession", { session_id, name });
};

/** Many at once, in their order: as many as an actor takes into its mailbox. */
export const renameMany = async (world: TestWorld, session_id: string, wanted: string[]) => {
  for (let from = 0; from < wanted.length; from += 500) {
    const some = wanted.slice(from, from + 500);
    await Promise.all(some.map((name) => rename(world, session_id, name)));
  }
};

export const newSession = async (world: TestWorld, po_name = "helper") =>
  (await world.ask("CreateSession", { po_name })).session.session_id;

export const subscribe = (
  world: TestWorld,
  client: TestClient,
  params: {
    event_types?: EventName[];
    signal_types?: ("TextDelta" | "ReasoningDelta" | "ToolOutputDelta")[];
    session_id?: string | null;
    after?: number | null;
    journal_id?: string | null;
  } = {},
) => world.ask("Subscribe", params, client.connection.caller);

/** What frames say, without ids and times. */
export const told = (frames: FollowFrame[]) =>
  frames.map((frame) => (frame.type === "event" ? frame.event_type : frame.type));

export const names = (client: TestClient) =>
  client.events("SessionRenamed").map((frame) => (frame.payload as { name: string }).name);

/** Resolves when the client has seen everything committed so far. */
export async function settled(world: TestWorld, client: TestClient): Promise<void> {
  const session_id = await newSession(world);
  await client.event("SessionCreated", (payload) => payload.session_id === session_id);
}
