// Whether MCP clients may attach is a setting; nobody else is touched by it.
import { expect, test } from "bun:test";
import { openTestWorld } from "../support/world.ts";

test("MCP clients are refused with the reason where the settings say so, and only they", async () => {
  await using world = await openTestWorld({ config: { connectors: { mcp: { enabled: false } } } });
  expect(() => world.connect({ client: "mcp" })).toThrow(
    "MCP clients are refused here: connectors.mcp.enabled is false.",
  );
  expect(() => world.connect({ client: "mcp claude/1.0" })).toThrow("jamey daemon restart");
  world.connect({ client: "cli" }).close();
});

test("MCP clients attach by default", async () => {
  await using world = await openTestWorld({});
  world.connect({ client: "mcp" }).close();
});
