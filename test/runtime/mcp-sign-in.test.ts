// Signing in to MCP servers: begun by a human, ended by the browser's return, kept over restarts.
import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { openPluginFolder } from "../support/plugin-folder.ts";
import { rawHttp } from "../support/raw-http.ts";
import { serveSigned } from "../support/signed-mcp-server.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

async function addApproved(world: TestWorld, endpoint: string): Promise<string> {
  await world.ask("AddMcpServer", { plugin: "far", endpoint });
  return JSON.stringify((await approve(world)).payload);
}

async function approve(world: TestWorld) {
  const { plugins } = await world.ask("ListPlugins", {});
  return await world.call("ApprovePlugin", { plugin: "far", hash: plugins[0]?.hash });
}

const codeOf = ({ payload }: { payload: unknown }) => (payload as { code?: string }).code;

/** What a browser does, up to the page that it ends on. */
const browse = async (url: string) => await fetch(url);

const signedIn = async (world: TestWorld) => {
  while (!world.log.some((line) => line.includes("signed in"))) await new Promise(setImmediate);
};

test("a server that wants it is signed in to, and used, also after a restart", async () => {
  using folder = openPluginFolder();
  using far = serveSigned();
  await using world = await openTestWorld({ plugins: folder.path });
  await world.ask("AddMcpServer", { plugin: "far", endpoint: far.url });
  const early = await world.call("SignInToMcpServer", { plugin: "far" });
  expect(codeOf(early)).toBe("forbidden");
  expect(JSON.stringify((await approve(world)).payload)).toContain("jamey mcp login far");
  const { plugins } = await world.ask("ListPlugins", {});
  expect(plugins.map(({ state, tools }) => [state, tools])).toEqual([["waiting", []]]);
  const { url } = await world.ask("SignInToMcpServer", { plugin: "far" });
  const page = new URL(url ?? "");
  expect([page.pathname, page.searchParams.get("code_challenge_method")]).toEqual([
    "/authorize",
    "S256",
  ]);
  const back = page.searchParams.get("redirect_uri") ?? "";
  expect((await browse(`${back}?code=x&state=guessed`)).status).toBe(400);
  const port = Number(new URL(back).port);
  const path = `/callback?code=x&state=${page.searchParams.get("state")}`;
  for (const host of [`evil.example:${port}`, `localhost:${port}`, "[::1", "a b"]) {
    const answer = await rawHttp(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect([answer.status, answer.body]).toEqual([400, "This is no return from signing in.\n"]);
  }
  const ended = await browse(page.href);
  expect(await ended.text()).toBe("jamey has what it needs. You can close this page.\n");
  await signedIn(world);
  expect((await approve(world)).ok && (await approve(world)).ok).toBe(true);
  await world.restart();
  const asks = { session_id: null, name: "far__up", args: { text: "ü" } };
  expect((await world.ask("RunTool", asks)).result.output).toBe("Ü");
  expect(far.tokens).toEqual(["token-1"]);
  const file = join(world.folder, "credentials");
  expect([readFileSync(file, "utf8").includes("token-1"), statSync(file).mode & 0o777]).toEqual([
    true,
    0o600,
  ]);
  expect(JSON.stringify(world.rows()) + world.log.join("")).not.toContain("token-1");
});

test("a page that is no web page is shown to nobody", async () => {
  using folder = openPluginFolder();
  using far = serveSigned({ authorize: () => "file:///etc/passwd" });
  await using world = await openTestWorld({ plugins: folder.path });
  expect(await addApproved(world, far.url)).toContain("config_invalid");
  expect(codeOf(await world.call("SignInToMcpServer", { plugin: "far" }))).toBe("config_invalid");
});

test("there is nothing to sign in to where a program is started", async () => {
  using folder = openPluginFolder();
  folder.tool("weather", "true");
  await using world = await openTestWorld({ plugins: folder.path });
  const asked = await world.call("SignInToMcpServer", { plugin: "weather" });
  expect(codeOf(asked)).toBe("invalid_request");
});
