// Whatever is sent to any operation, the answer is one that the OpenAPI document knows, and never a bug.
import { expect, test } from "bun:test";
import { commands } from "../../../src/protocol/commands/index.ts";
import { schemaOf } from "../../../src/protocol/schema.ts";
import { routes } from "../../../src/runtime/connectors/http/routes.ts";
import { createRandom } from "../../core/support/random.ts";
import { openApi } from "../../support/api.ts";
import { apiWorld, fields } from "../../support/api-world.ts";

const ROUNDS = 12;

const odd: unknown[] = [
  ...[
    "",
    "x",
    "helper",
    "assistant",
    "größe.v2",
    "../..",
    "a".repeat(5_000),
    "\u0000",
    "\ud83d",
    "null",
  ],
  ...[0, -1, 1.5, 1e308, 2 ** 53, true, null, [], {}, [[]], ["read"], { a: { b: [1] } }],
  ...["2026-01-01T00:00:00Z", "json", "__proto__", { __proto__: null, toString: 1 }],
];

const textOf = (value: unknown): string =>
  (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();

test("no request makes the daemon break or say what the document does not know", async () => {
  await using scene = await openApi(apiWorld);
  const { world, call } = scene;
  const random = createRandom(7);
  const { session_id } = (await world.ask("CreateSession", { po_name: "helper" })).session;
  const { turn_id } = await world.ask("SendMessage", {
    po_name: "helper",
    message: "hi",
    session_id,
  });
  await world.ask("WaitForTurn", { turn_id });
  const known: Record<string, string> = { session_id, turn_id, po_name: "helper", name: "look" };
  const value = (name: string) =>
    random.oneIn(2) && known[name] !== undefined ? known[name] : random.pick(odd);
  const statuses = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const route of routes) {
      const target = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(textOf(random.pick([known[name] ?? "none", random.pick(odd)]))),
      );
      const names = route.commands.flatMap((name) =>
        Object.keys(schemaOf(commands[name].params, "input").properties ?? {}),
      );
      const given = names
        .filter((name) => name !== "timeout_ms" && random.oneIn(2))
        .map((name): [string, unknown] => [name, value(name)]);
      const body = Object.fromEntries([...given, ["timeout_ms", 1]]);
      const query = new URLSearchParams(
        given.map(([name, one]): [string, string] => [name, textOf(one)]),
      );
      const sent = route.method === "GET" || route.method === "DELETE" ? undefined : body;
      const place = sent ? target : `${target}?${query}&timeout_ms=1`;
      const { status, body: answer } = await call(route.method, place, sent);
      statuses.add(status);
      const error = fields(fields(answer)?.error);
      expect([place, sent, error?.code === "internal" ? answer : "fine"]).toEqual([
        place,
        sent,
        "fine",
      ]);
    }
  }
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 404]));
  expect(
    scene.faults.filter((fault) => !/is not in the document$/.test(fault) || /: \d/.test(fault)),
  ).toEqual([]);
});
