// The daemon's side towards the network: its token and its listener are there together, or neither is.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEnvironment, openEnvironment } from "../../src/runtime/environment/open.ts";
import { createLog } from "../../src/runtime/log.ts";
import { createNetwork } from "../../src/runtime/network.ts";
import { openTestWorld } from "../support/world.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-network-"));
afterAll(() => rmSync(root, { recursive: true }));

/** An environment whose settings ask for a listener at this port. */
function openNetwork(port: number, more: Record<string, string> = {}) {
  const variables = { JAMEY_HOME: mkdtempSync(join(root, "home-")), ...more };
  const flags = { connectors: { http: { enabled: true, port } } };
  const found = findEnvironment({ environment: "default", variables, mayMake: true });
  const environment = openEnvironment(found, { variables, flags });
  const log = createLog({ level: "info", now: () => "", write: () => undefined });
  const network = createNetwork({ environment, variables, log });
  return { network, token: found.places.token };
}

/** A server that has a port of the machine. */
const serve = () => Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("") });

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? thrown.code : thrown;
  }
};

test("Where the token cannot be written nothing listens", async () => {
  await using world = await openTestWorld();
  const taken = serve();
  const { port = 0 } = taken;
  await taken.stop(true);
  const { network, token } = openNetwork(port);
  mkdirSync(token);
  expect(codeOf(() => network.listen(world.runtime()))).toBe("config_invalid");
  expect(network.url()).toBeNull();
  expect(await fetch(`http://127.0.0.1:${port}/health`).catch(() => "nobody")).toBe("nobody");
});

test("Where nothing can listen there is no token, and a listener that ends takes it with it", async () => {
  await using world = await openTestWorld();
  const taken = serve();
  const refused = openNetwork(taken.port ?? 0);
  expect(codeOf(() => refused.network.listen(world.runtime()))).toBe("config_invalid");
  expect(existsSync(refused.token)).toBe(false);
  await taken.stop(true);
  const { network, token } = openNetwork(0);
  const connector = network.listen(world.runtime());
  expect([existsSync(token), network.ports().length]).toEqual([true, 1]);
  await connector.stop();
  expect(existsSync(token)).toBe(false);
});

test("A secret of webhooks that begins with whsec_ is Base64 of 24 bytes or more, else nothing starts", () => {
  const bytes = Buffer.alloc(24, 0xfb);
  const openWith = (JAMEY_HOOK_SECRET: string) =>
    codeOf(() => typeof openNetwork(0, { JAMEY_HOOK_SECRET }).network);
  const wrong = [
    `whsec_${"!".repeat(40)}`,
    `whsec_${"_".repeat(40)}`,
    `whsec_${bytes.toString("base64")}!`,
    `whsec_${bytes.subarray(1).toString("base64")}`,
    `whsec_${"=".repeat(40)}`,
  ];
  expect(wrong.map(openWith)).toEqual(wrong.map(() => "config_invalid"));
  const right = [`whsec_${bytes.toString("base64")}`, `whsec_${"Ab1".repeat(12)}`, "x".repeat(32)];
  expect(right.map(openWith)).toEqual(right.map(() => "object"));
});
