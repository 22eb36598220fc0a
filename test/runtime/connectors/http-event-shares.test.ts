// Many readers of events: one key leaves room for the others, and who asks is answered between them.
import { expect, test } from "bun:test";
import { MAX_KEY_EVENT_STREAMS } from "../../../src/runtime/connectors/http/others.ts";
import { codeOf } from "../../support/api.ts";
import { openListening } from "../../support/tcp.ts";
import { localToken } from "../../support/world.ts";

test("One key has its share of streams, and takes none from another", async () => {
  await using listening = await openListening();
  const leave = new AbortController();
  const open = (key: string) =>
    fetch(`${listening.url}/api/events?after=0`, {
      headers: { authorization: `Bearer ${key}` },
      signal: leave.signal,
    });
  const greedy = (await listening.makeKey(["read"])).text;
  const other = (await listening.makeKey(["read"])).text;
  const streams = await Promise.all(
    Array.from({ length: MAX_KEY_EVENT_STREAMS }, () => open(greedy)),
  );
  expect(streams.map((one) => one.status)).toEqual(streams.map(() => 200));
  const refused = await open(greedy);
  expect(
    codeOf({ status: refused.status, headers: refused.headers, body: await refused.json() }),
  ).toEqual([429, "overloaded"]);
  expect([(await open(other)).status, (await open(localToken)).status]).toEqual([200, 200]);
  leave.abort();
});
