// What becomes of the interfaces that objects opened: whose they are, what outlives a daemon, what closes them.
import { describe, expect, test } from "bun:test";
import type { SpawnedViews } from "../../src/runtime/spawned-pages.ts";
import { createSpawnedRequests } from "../../src/runtime/spawned-requests.ts";
import { freePort } from "../support/free-port.ts";
import {
  dashboardText,
  lastUser,
  openSpawningWorld,
  serverOf,
  startedWith,
} from "../support/spawning.ts";
import { objectText } from "../support/world.ts";

const routes = { "GET /": "home" };

/** Whether something answers there. */
async function isOpen(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    return false;
  }
}

describe("an object that opens an interface", () => {
  test("is told that the port is taken, and its turn goes on", async () => {
    using other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("mine") });
    const port = other.port ?? 0;
    await using world = await openSpawningWorld({ port, routes });
    expect(await startedWith(world)).toBe(`Port ${port} already in use`);
    expect(world.rows({ types: ["TurnCompleted"] }).length).toBe(1);
    expect((await world.ask("ListConnectors", {})).servers).toEqual([]);
    expect(world.rows({ types: ["ServerSpawned"] })).toEqual([]);
  });

  test("that it has already gets the same one, with the routes of the last call", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({
      port,
      routes,
      answer: (request) =>
        request.messages.at(-1)?.role === "tool"
          ? "again"
          : { calls: [{ name: "spawn_http_server", args: { port, routes: { "GET /b": "b" } } }] },
    });
    await startedWith(world);
    const before = await serverOf(world);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("again");
    expect(await serverOf(world)).toMatchObject({
      connector_id: before.connector_id,
      routes: { "GET /b": "b" },
      requests: 1,
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/b`)).text()).toBe("again");
  });

  test("refuses ports that are none, with a reason that can be read", async () => {
    const port = await freePort();
    const wrong = [undefined, "text", 0, 70_000];
    const outputs: string[] = [];
    for (const one of wrong) {
      const args = one === undefined ? {} : { port: one };
      await using world = await openSpawningWorld({
        port,
        routes,
        answer: (request) => {
          const last = request.messages.at(-1);
          if (last?.role === "tool") return last.content;
          return { calls: [{ name: "spawn_http_server", args }] };
        },
      });
      await startedWith(world);
      outputs.push(await (await fetch(`http://127.0.0.1:${port}/`)).text());
    }
    for (const output of outputs) expect(output).toStartWith("Invalid arguments. port:");
    expect(outputs.length).toBe(4);
  });

  test.each(["0.0.0.0", "::"])("beyond this machine (%s) waits for a human's yes", async (host) => {
    const port = await freePort();
    await using world = await openSpawningWorld({ port, routes, host });
    const { payload } = await world.happened("HumanRequestQueued");
    expect(JSON.stringify(payload)).toContain(
      `http on ${host} port ${port}, from the network, by whoever reaches this address, without a key: GET / → home`,
    );
    expect(await isOpen(port)).toBe(false);
    const { requests } = await world.ask("ListPendingRequests", {});
    const [request] = requests;
    await world.ask("RespondToRequest", {
      request_id: request?.request_id ?? "",
      response: { type: "decision", decision: "approve", hash: request?.hash ?? "" },
    });
    await startedWith(world);
    expect(await isOpen(port)).toBe(true);
  });

  test("lists and closes its own, and no other's", async () => {
    const port = await freePort();
    const other = dashboardText.replace("name: dashboard", "name: other");
    await using world = await openSpawningWorld({
      port,
      routes,
      objects: { "other.md": other.replace("  - query_sessions", "  - stop_connector") },
      answer: (request) => {
        const last = request.messages.at(-1);
        if (last?.role === "tool") return last.content;
        const id = /Query: (.*)/.exec(lastUser(request))?.[1] ?? "";
        const args = id === "(none)" ? {} : { connector_id: id };
        return { calls: [{ name: "stop_connector", args }] };
      },
    });
    await startedWith(world);
    const { connector_id } = await serverOf(world);
    const ask = async (query: string) =>
      await (await fetch(`http://127.0.0.1:${port}/${query}`)).text();
    expect(await ask("")).toBe(
      `${connector_id} http://127.0.0.1:${port} 0 requests, 0 errors\n  GET / → home`,
    );
    expect(await ask("?none")).toBe("You opened no interface none.");
    await ask(`?${connector_id}`).catch(() => undefined);
    expect((await world.happened("ServerClosed")).payload).toEqual({
      connector_id,
      po_name: "other",
      reason: "its object closed it",
    });
    expect(await isOpen(port)).toBe(false);
  });
});

describe("an interface of an object", () => {
  test("is there again after a crash, on the same port, with its history", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({ port });
    await startedWith(world);
    const url = `http://127.0.0.1:${port}`;
    await fetch(`${url}/message`, { method: "POST", body: "hello" });
    const before = await serverOf(world);
    world.crash();
    // The process is gone, and with it its sockets.
    await world.runtime().stop();
    expect(await isOpen(port)).toBe(false);
    await world.start();
    expect(await serverOf(world)).toEqual({ ...before, requests: 0, last_used_at: null });
    expect(await (await fetch(`${url}/history`)).json()).toMatchObject({
      history: [{ request: "POST /message", answer: "fine" }],
    });
    expect(world.rows({ types: ["ServerSpawned"] }).length).toBe(1);
  });

  test("whose port somebody else has after a restart says so, and opens when it is free", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({ port, routes });
    await startedWith(world);
    await world.runtime().stop();
    const other = Bun.serve({ hostname: "127.0.0.1", port, fetch: () => new Response("theirs") });
    await world.start();
    expect((await serverOf(world)).problem).toBe(`Port ${port} already in use`);
    const before = world.rows({ types: ["ConnectorAttached"] }).length;
    await other.stop(true);
    const isNew = () => world.rows({ types: ["ConnectorAttached"] }).length > before;
    await world.happened("ConnectorAttached", isNew);
    expect((await serverOf(world)).problem).toBeNull();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("fine");
  });

  test("in an environment that is not trusted is opened by nobody", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({ port, routes, isTrusted: false });
    await world.ask("SendMessage", {
      po_name: "dashboard",
      message: "The environment has started, they say.",
    });
    const { payload } = await world.happened("HumanRequestQueued");
    expect(JSON.stringify(payload)).toContain("from this machine only");
    expect(await isOpen(port)).toBe(false);
  });

  test.each([
    ["is deleted", undefined, "there is no object 'dashboard' any more"],
    [
      "may open none any more",
      dashboardText.replace("  - spawn_http_server\n", ""),
      "the object may open no interface any more",
    ],
  ])("is closed when its object %s", async (_, text, reason) => {
    const port = await freePort();
    await using world = await openSpawningWorld({
      ...{ port, routes },
      objects: { "dashboard.md": dashboardText, "helper.md": objectText({ name: "helper" }) },
    });
    await startedWith(world);
    if (text === undefined) await world.ask("DeletePO", { po_name: "dashboard" });
    else await world.ask("EditPO", { po_name: "dashboard", text });
    expect((await world.happened("ServerClosed")).payload).toMatchObject({ reason });
    expect((await world.ask("ListConnectors", {})).servers).toEqual([]);
    expect(await isOpen(port)).toBe(false);
    await world.restart();
    expect((await world.ask("ListConnectors", {})).servers).toEqual([]);
  });

  test("is closed by a human, for good", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({ port, routes });
    await startedWith(world);
    const { connector_id } = await serverOf(world);
    await world.ask("StopConnector", { connector_id });
    expect(await isOpen(port)).toBe(false);
    const { payload } = await world.happened("ConnectorDetached");
    expect(payload).toEqual({ connector_id, connector_type: "po" });
    expect(world.ask("StopConnector", { connector_id })).rejects.toThrow(
      `No object opened an interface ${connector_id}. There are: none.`,
    );
  });

  test("keeps the sessions of its newest 50 requests", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({ port, routes });
    await startedWith(world);
    for (let index = 0; index < 53; index += 1) await fetch(`http://127.0.0.1:${port}/?${index}`);
    const { sessions } = await world.ask("ListSessions", { source: "web" });
    expect(sessions.length).toBe(50);
  });
});

describe("the actions that need no model", () => {
  test("show how the environment stands to who declares it", async () => {
    const port = await freePort();
    const all = {
      "GET /": "environment_page",
      "GET /api/status": "environment_status",
      "GET /api/sessions": "environment_sessions",
    };
    await using world = await openSpawningWorld({
      ...{ port, routes: all },
      objects: {
        "dashboard.md": dashboardText,
        "helper.md": objectText({ name: "helper", front: "description: <b>bold</b>" }),
      },
      answer: (request) =>
        request.messages.at(-1)?.role === "tool"
          ? "done"
          : { calls: [{ name: "ask_human", args: { question: "<i>Why?</i>" } }] },
    });
    await startedWith(world);
    const { session_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "ask <u>",
    });
    await world.happened("HumanRequestQueued");
    const before = world.model.requests.length;
    const at = `http://127.0.0.1:${port}`;
    const page = await fetch(at);
    const html = await page.text();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    for (const part of [
      "<td>helper</td><td>question: &lt;i&gt;Why?&lt;/i&gt;</td>",
      "<td>helper</td><td>waiting</td><td>&lt;b&gt;bold&lt;/b&gt;</td>",
      "<td>helper</td><td>waiting</td><td>ask &lt;u&gt;</td>",
    ]) {
      expect(html).toContain(part);
    }
    expect(await (await fetch(`${at}/api/status`)).json()).toMatchObject({
      environment: "test",
      sessions: 2,
      running_turns: 1,
      pending_requests: 1,
    });
    const { sessions } = (await (await fetch(`${at}/api/sessions`)).json()) as {
      sessions: { session_id: string; po_name: string }[];
    };
    expect(sessions[0]).toMatchObject({ session_id, po_name: "helper" });
    expect(world.model.requests.length).toBe(before);
  });

  test("show nothing to who does not", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({
      ...{ port, routes: { "GET /": "environment_page" } },
      objects: { "dashboard.md": dashboardText.replace("  - query_sessions\n", "") },
    });
    await startedWith(world);
    const refused = await fetch(`http://127.0.0.1:${port}/`);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      {
        error: {
          status: 403,
          message: "'dashboard' does not declare query_sessions: add it to its capabilities.",
        },
      },
    ]);
  });
});

describe("an object that declares query_sessions", () => {
  test("gets the newest sessions of all objects with their states, but no other's words unasked", async () => {
    const port = await freePort();
    await using world = await openSpawningWorld({
      ...{ port, routes: { "GET /all": "all", "GET /words": "words" } },
      objects: { "dashboard.md": dashboardText, "helper.md": objectText({ name: "helper" }) },
      answer: (request) => {
        const last = request.messages.at(-1);
        if (last?.role === "tool") return last.content;
        if (!last?.content.includes("Action:")) return "hello";
        const isSearch = last.content.includes("Action: words");
        const args = isSearch ? { query: "secret", po_name: "helper" } : {};
        return { calls: [{ name: "query_sessions", args }] };
      },
    });
    await startedWith(world);
    const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "a secret" });
    await world.ask("WaitForTurn", { turn_id });
    const lines = (await (await fetch(`http://127.0.0.1:${port}/all`)).text()).split("\n");
    const shown = lines.map((line) => line.split(" ").slice(2, 5).join(" "));
    expect(shown).toEqual(["dashboard (working) GET", "helper (idle) a", "dashboard (idle) The"]);
    // Searching what somebody else was told needs a human, and nobody waits here for one.
    expect((await fetch(`http://127.0.0.1:${port}/words`)).status).toBe(502);
  });
});

describe("a request whose turn lasts too long", () => {
  test("is answered 504, and the turn is cancelled", async () => {
    await using world = await openSpawningWorld({
      port: await freePort(),
      answer: () => undefined,
    });
    await startedWith(world);
    const requests = createSpawnedRequests({
      door: () => world.runtime(),
      views: {} as SpawnedViews, // What needs no model is not asked for here.
      remove: async () => await Promise.resolve(),
      log: world.runtime().log,
      timeoutMs: 20,
    });
    const request = { method: "GET", path: "/", query: "", body: "", action: "home" };
    const { status } = await requests.answer(
      await serverOf(world),
      request,
      new AbortController().signal,
    );
    expect(status).toBe(504);
    const { payload } = await world.happened("TurnCancelled");
    expect(JSON.stringify(payload)).toContain("goes on after 20 ms");
  });
});
