// More JSON values than may be: said to who asked, over a WebSocket and by HTTP.
import { expect, test } from "bun:test";
import { MAX_JSON_VALUES } from "../../../src/protocol/limits.ts";
import { openApi } from "../../support/api.ts";
import { errorOf, openRawWire } from "../../support/raw-wire.ts";

const numbers = `[${"1,".repeat(MAX_JSON_VALUES)}1]`;
const error = {
  code: "too_large",
  message: `The JSON holds more than ${MAX_JSON_VALUES} values.`,
  details: {},
};

test("a frame of more values than may be is answered by its id, and the client goes on", async () => {
  await using scene = await openApi();
  const wire = await openRawWire(scene.socket);
  await wire.attach();
  const ids = ["907", '"seven"'];
  for (const id of ids) wire.send(`{"id":${id},"type":"ListPOs","payload":{"a":${numbers}}}`);
  wire.send(`{"type":"ListPOs","id":908,"payload":{"a":${numbers}}}`);
  expect((await wire.ask("ListPOs")).type).toBe("POList");
  const errors = wire.frames.filter((frame) => frame.type === "Error");
  // One that does not begin with its id cannot be named.
  expect(errors.map((frame) => frame.id)).toEqual([907, "seven", null]);
  for (const frame of errors) expect<unknown>(errorOf(frame)).toEqual(error);
  wire.close();
});

test("a body of more values than may be is answered with what is wrong", async () => {
  await using scene = await openApi();
  const init = { method: "POST", body: `{"message":${numbers}}`, unix: scene.socket };
  for (const place of ["/api/call/SendMessage", "/api/pos/helper/message"]) {
    const response = await fetch(`http://jamey${place}`, init);
    expect([place, response.status, await response.json()]).toEqual([place, 413, { error }]);
  }
  expect(scene.faults).toEqual([]);
});
