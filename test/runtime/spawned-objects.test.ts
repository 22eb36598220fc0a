// Interfaces of objects that change, or that say themselves how the environment stands.
import { expect, test } from "bun:test";
import { freePort } from "../support/free-port.ts";
import { rawHttp } from "../support/raw-http.ts";
import {
  dashboardText,
  lastUser,
  openSpawningWorld,
  serverOf,
  startedWith,
} from "../support/spawning.ts";
import { objectText } from "../support/world.ts";

test("An interface goes on under its object's new name, at once and after a restart, with its history", async () => {
  const port = await freePort();
  await using world = await openSpawningWorld({ port });
  await startedWith(world);
  const url = `http://127.0.0.1:${port}`;
  await fetch(`${url}/message`, { method: "POST", body: "hello" });
  const { connector_id, requests, last_used_at, ...before } = await serverOf(world);
  await world.ask("RenamePO", { po_name: "dashboard", new_name: "board" });
  const client = `http ${port} of board`;
  const attached = (of: string) => ({ connector_id, connector_type: "po", client: of });
  await world.happened("ConnectorAttached", (row) => JSON.stringify(row.payload).includes(client));
  const after = { ...before, po_name: "board", page_url: `http://board.localhost:${port}` };
  expect(await serverOf(world)).toEqual({ ...after, connector_id, requests, last_used_at });
  const asked = async (name: string) =>
    (await rawHttp(port, `GET / HTTP/1.1\r\nHost: ${name}.localhost:${port}\r\n\r\n`)).status;
  expect([await asked("board"), await asked("dashboard")]).toEqual([200, 403]);
  expect(await (await fetch(url)).json()).toMatchObject({ name: "board" });
  const comings = world.rows({ types: ["ConnectorAttached", "ConnectorDetached"] });
  expect(comings.map(({ type, payload }): unknown[] => [type, payload])).toEqual([
    ["ConnectorAttached", attached(`http ${port} of dashboard`)],
    ["ConnectorDetached", { connector_id, connector_type: "po" }],
    ["ConnectorAttached", attached(client)],
  ]);
  expect(world.rows({ types: ["ServerClosed"] })).toEqual([]);
  await world.runtime().stop();
  await world.start();
  expect(await serverOf(world)).toMatchObject({ connector_id, po_name: "board", problem: null });
  expect(await (await fetch(`${url}/history`)).json()).toMatchObject({
    po_name: "board",
    history: [{ request: "POST /message", answer: "fine" }],
  });
});

test("An object that renders its dashboard itself gets agents with states, uptime and what waits for a human from the tools that it declares", async () => {
  const port = await freePort();
  await using world = await openSpawningWorld({
    ...{ port, routes: { "GET /": "render_dashboard" } },
    objects: { "dashboard.md": dashboardText, "helper.md": objectText({ name: "helper" }) },
    answer: (request) => {
      const last = request.messages.at(-1);
      if (last?.role === "tool") return last.content;
      const isPage = lastUser(request).includes("Action:");
      const question = "Which\none?";
      return {
        calls: [
          isPage
            ? { name: "list_prompt_objects", args: {} }
            : { name: "ask_human", args: { question } },
        ],
      };
    },
  });
  await startedWith(world);
  await world.ask("SendMessage", { po_name: "helper", message: "hi" });
  const { at } = await world.happened("HumanRequestQueued");
  const { started_at } = await world.ask("GetStatus", {});
  const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  const uptime = /up (\d+) s/.exec(text)?.[1];
  expect(text.split("\n")).toEqual([
    "dashboard (working): A web dashboard for the environment [may call: spawn_http_server, query_sessions, list_prompt_objects]",
    "helper (waiting): no description [may call: look, put, ask_human]",
    "",
    `Environment test: up ${uptime} s since ${started_at}, 3 sessions, 2 turns running`,
    "Requests that wait for a human: 1",
    `  ${at} helper question: Which one?`,
  ]);
});
