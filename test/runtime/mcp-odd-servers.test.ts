// MCP servers that answer too much or wrongly, or whose tools become others: the daemon stays small, the object
// hears why, and nobody else's call ends.
import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { serveOddMcp } from "../support/odd-mcp-server.ts";
import { openPluginFolder, type PluginFolder } from "../support/plugin-folder.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const fixture = new URL("../fixtures/tools/odd-server.ts", import.meta.url).pathname;
const MEBIBYTE = 1024 * 1024;
const BOUND = 4 * MEBIBYTE;

async function plugin(world: TestWorld) {
  const { plugins } = await world.ask("ListPlugins", {});
  const [found] = plugins;
  if (!found) throw new Error("there is no plugin");
  return found;
}

async function approve(world: TestWorld, times: number): Promise<void> {
  for (let step = 0; step < times; step += 1) {
    const { name, hash } = await plugin(world);
    await world.ask("ApprovePlugin", { plugin: name, hash: hash ?? "" });
  }
}

async function begin(folder: PluginFolder, reach: string): Promise<TestWorld> {
  folder.manifest("odd", "mode: mcp", "calls: allow", reach);
  const world = await openTestWorld({ plugins: folder.path });
  await approve(world, 2);
  return world;
}

type Said = [boolean, string];

async function run(world: TestWorld, tool: string): Promise<Said> {
  const asked = { session_id: null, name: `odd__${tool}`, args: {} };
  const { result } = await world.ask("RunTool", asked);
  return [result.success, result.output];
}

/** A body of this many bytes, never in memory at once: `first`, then one of `fill` after the other, then `last`. */
function long(bytes: number, first: string, last: string, fill = " "): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let left = bytes - first.length - last.length;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(first)),
    pull(controller) {
      const next = Math.min(left, MEBIBYTE);
      left -= next;
      if (next > 0) controller.enqueue(encoder.encode(fill.repeat(next)));
      if (left > 0) return;
      controller.enqueue(encoder.encode(last));
      controller.close();
    },
  });
}

const answerOf = (id: number, text: string) =>
  JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
const json = { "content-type": "application/json" };
const events = { "content-type": "text/event-stream" };
/** An answer of this many bytes: JSON may have spaces at its end. */
const padded = (id: number, bytes: number) => long(bytes, answerOf(id, "fits"), "");

describe("an MCP server over HTTP", () => {
  test("is heard up to a bound for each message, and told of where it says more", async () => {
    using folder = openPluginFolder();
    using server = serveOddMcp({
      body: (id) => new Response(padded(id, 64 * MEBIBYTE), { headers: json }),
      edge: (id) => new Response(padded(id, BOUND), { headers: json }),
      event: (id) =>
        new Response(long(64 * MEBIBYTE, `data: ${answerOf(id, "fits")}`, "\n\n"), {
          headers: events,
        }),
      // Many events, each of which is short; but nobody reads events of an error.
      failed: () =>
        new Response(long(64 * MEBIBYTE, "", "", "\n"), { status: 500, headers: events }),
      many: (id) => {
        const note = `data: {"jsonrpc":"2.0","method":"notifications/x"}${" ".repeat(MEBIBYTE)}\r\n\r\n`;
        return new Response(`${note.repeat(8)}data: ${answerOf(id, "fits")}\r\n\r\n`, {
          headers: events,
        });
      },
      packed: (id) => {
        const body = gzipSync(answerOf(id, "fits") + " ".repeat(64 * MEBIBYTE));
        return new Response(body, { headers: { ...json, "content-encoding": "gzip" } });
      },
    });
    await using world = await begin(folder, `endpoint: ${server.endpoint}`);
    const body: Said = [false, `odd: it sent an answer longer than ${BOUND} bytes`];
    expect(await run(world, "body")).toEqual(body);
    expect(await run(world, "edge")).toEqual([true, "fits"]);
    expect(await run(world, "packed")).toEqual(body);
    expect(await run(world, "many")).toEqual([true, "fits"]);
    const event: Said = [false, `odd: it sent an event longer than ${BOUND} bytes`];
    expect(await run(world, "event")).toEqual(event);
    expect(await run(world, "edge")).toEqual([true, "fits"]);
    expect(await run(world, "failed")).toEqual(body);
  });

  test.each(["server/discover", "initialize", "tools/list"])(
    "that says too much at %s cannot be seen, and why is said",
    async (method) => {
      using folder = openPluginFolder();
      using server = serveOddMcp({
        [method]: (id) => new Response(padded(id, 64 * MEBIBYTE), { headers: json }),
      });
      folder.manifest("odd", "mode: mcp", `endpoint: ${server.endpoint}`);
      await using world = await openTestWorld({ plugins: folder.path });
      const { hash } = await plugin(world);
      const { payload } = await world.call("ApprovePlugin", { plugin: "odd", hash });
      const why = `its tools could not be seen: it sent an answer longer than ${BOUND} bytes`;
      expect(payload).toMatchObject({ code: "config_invalid" });
      expect(JSON.stringify(payload)).toContain(why);
    },
  );

  test("that answers with what is no result of a tool is said to have done so", async () => {
    using folder = openPluginFolder();
    using server = serveOddMcp({
      nonsense: (id) => Response.json({ jsonrpc: "2.0", id, result: { nonsense: true } }),
    });
    await using world = await begin(folder, `endpoint: ${server.endpoint}`);
    expect(await run(world, "nonsense")).toEqual([
      false,
      'odd: its answer has no content, but this: {"nonsense":true}',
    ]);
  });
});

describe("an MCP server over stdio", () => {
  const command = `command: ${JSON.stringify([process.execPath, fixture])}`;

  test("that says too much or nonsense fails its call with the reason", async () => {
    using folder = openPluginFolder();
    await using world = await begin(folder, command);
    const [success, output] = await run(world, "huge");
    // What it may have said on stderr when nobody read it any more comes in further lines.
    const why = `odd: it wrote a line longer than ${BOUND} bytes`;
    expect([success, output.split("\n")[0]]).toEqual([false, why]);
    const wrong = 'odd: its answer has no content, but this: {"nonsense":true}';
    expect(await run(world, "nonsense")).toEqual([false, wrong]);
    expect(await run(world, "empty")).toEqual([true, ""]);
  });

  test("whose tools become others goes on with what runs, and is asked anew for the next call", async () => {
    using folder = openPluginFolder();
    await using world = await begin(folder, command);
    const slow = run(world, "slow");
    expect(await run(world, "touch")).toEqual([true, "touched"]);
    const [success, finished] = await run(world, "finish");
    const pid = finished.replace("finished, of ", "");
    expect([success, await slow]).toEqual([true, [true, `slow, of ${pid}`]]);
    expect(await run(world, "change")).toEqual([true, "changed"]);
    const refusal = "The tools of odd are not those that a human approved: jamey mcp approve odd";
    expect(await run(world, "finish")).toEqual([false, refusal]);
    const { state, difference } = await plugin(world);
    expect([state, difference]).toEqual(["changed", expect.stringContaining("As it is now.")]);
    await approve(world, 1);
    expect(await run(world, "finish")).toEqual([true, finished]);
  });
});
