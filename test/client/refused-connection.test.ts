// An error that answers no request, over a real socket: nobody waits for an answer that never comes.
import { expect, test } from "bun:test";
import { openConnection } from "../../src/client/connection.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { startFakeDaemon } from "../support/fake-daemon.ts";

const introduction = { client: "cli", workspace: "/w", variables: {}, call_id: null };

test("a connection ends with the error that answers no request, and so does what is under way", async () => {
  const payload = { code: "too_large" as const, message: "more than it reads", details: {} };
  const daemon = startFakeDaemon({
    answer: (asked, client) => {
      if (asked.type === "ListTools") client.send({ id: null, type: "Error", payload });
    },
  });
  const connection = await openConnection({ socket: daemon.socket }, introduction);
  const calls = [connection.call("ListPOs", {}), connection.call("ListTools", {})];
  const ended = await Promise.all(calls.map((call) => call.catch((thrown: unknown) => thrown)));
  const error = new JameyError(payload.code, payload.message);
  expect(ended).toEqual([error, error]);
  expect(await connection.ended).toEqual({ type: "lost", error });
  await daemon.stop();
});
