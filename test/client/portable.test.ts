// The portable client: what it promises a program, over real HTTP, with connections that break.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { buildClient, declarations } from "../../scripts/client.ts";
import {
  type Client,
  type Frame,
  JameyError,
  openClient,
} from "../../src/client/portable/index.ts";
import { createServerSentReader } from "../../src/client/portable/server-sent.ts";
import { commands } from "../../src/protocol/commands/index.ts";
import { events } from "../../src/protocol/events/index.ts";
import { type Listening, openListening } from "../support/tcp.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

async function openScene(given: { fetch?: Fetch } = {}) {
  const listening = await openListening();
  const { text: token } = await listening.makeKey();
  return { listening, client: openClient({ url: listening.url, token, ...given }) };
}

const rename = (client: Client, session_id: string, name: string) =>
  client.call("RenameSession", { session_id, name });

const begin = async (client: Client): Promise<string> => {
  const { session } = await client.call("CreateSession", { po_name: "helper" });
  return session.session_id;
};

/** Collects frames, and says when one is there. */
function createCollected() {
  const frames: Frame[] = [];
  const waits: { until: (frame: Frame) => boolean; resolve: () => void }[] = [];
  return {
    frames,
    take(frame: Frame): void {
      frames.push(frame);
      for (const { until, resolve } of waits) if (until(frame)) resolve();
    },
    seen(until: (frame: Frame) => boolean): Promise<void> {
      if (frames.some(until)) return Promise.resolve();
      return new Promise((resolve) => waits.push({ until, resolve }));
    },
    names: () =>
      frames.flatMap((frame) =>
        frame.type === "event" && frame.event_type === "SessionRenamed" ? [frame.payload.name] : [],
      ),
  };
}

const isNamed = (name: string) => (frame: Frame) =>
  frame.type === "event" && frame.event_type === "SessionRenamed" && frame.payload.name === name;

const closeAll = (listening: Listening) => listening[Symbol.asyncDispose]();

describe("a call", () => {
  test("is answered as the table says, and a refusal has the daemon's own code", async () => {
    const { listening, client } = await openScene();
    const sent = await client.call("SendMessage", { po_name: "helper", message: "hello" });
    const run = await client.call("WaitForTurn", { turn_id: sent.turn_id });
    expect([run.status, run.response]).toEqual(["completed", "ok"]);
    const refused = await client.call("InspectPO", { po_name: "nobody" }).catch((thrown) => thrown);
    expect(refused).toBeInstanceOf(JameyError);
    expect(refused.code).toBe("po_not_found");
    const stranger = openClient({ url: listening.url, token: "none" });
    const unknown = await stranger.call("ListPOs", {}).catch((thrown) => thrown);
    expect(unknown.code).toBe("unauthorized");
    await closeAll(listening);
    const away = await client.call("ListPOs", {}).catch((thrown) => thrown);
    expect(away.code).toBe("unavailable");
  });
});

describe("what is followed", () => {
  test("comes once and in order, however often the connection breaks", async () => {
    let opened = 0;
    const cutting: Fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (!url.includes("/api/events")) return response;
      opened += 1;
      return opened < 6 ? cutAfter(response, 150 * opened) : response;
    };
    const { listening, client } = await openScene({ fetch: cutting });
    const session_id = await begin(client);
    const collected = createCollected();
    const following = await client.follow({ session_id, after: 0 }, collected.take);
    const names = Array.from({ length: 12 }, (_, index) => `name ${index}`);
    for (const name of names) await rename(client, session_id, name);
    await collected.seen(isNamed("name 11"));
    expect(collected.names()).toEqual(names);
    expect(opened).toBeGreaterThan(1);
    client.close();
    await following.ended;
    await closeAll(listening);
  }, 60_000);

  test("goes on at the cursor that was told last", async () => {
    const { listening, client } = await openScene();
    const session_id = await begin(client);
    const collected = createCollected();
    let kept: string | null = null;
    const params = { session_id, event_types: ["SessionRenamed"] as const };
    const first = await client.follow(params, (frame, cursor) => {
      kept = cursor;
      collected.take(frame);
    });
    await rename(client, session_id, "one");
    await collected.seen(isNamed("one"));
    first.stop();
    await first.ended;
    await rename(client, session_id, "two");
    await client.follow({ ...params, after: kept }, collected.take);
    await collected.seen(isNamed("two"));
    expect(collected.names()).toEqual(["one", "two"]);
    client.close();
    await closeAll(listening);
  });

  test("ends with the reason where trying again changes nothing, or where the program fails", async () => {
    const { listening, client } = await openScene();
    const nowhere = { session_id: "no-such-session" };
    const refused = await client.follow(nowhere, () => undefined).catch((thrown) => thrown);
    expect(refused.code).toBe("session_not_found");
    const following = await client.follow({ after: 0 }, () => {
      throw new Error("mine");
    });
    expect(await following.ended.catch((thrown: Error) => thrown.message)).toBe("mine");
    await closeAll(listening);
  });
});

test("events are the same wherever their bytes are cut", () => {
  const text =
    ': hi\n\nretry: 20\n\nid: a:1\nevent: X\ndata: {"a":1}\n\ndata: {"b": ":"}\n\ndata: half';
  const whole = createServerSentReader().read(text);
  expect(whole.filter(({ data }) => data !== "")).toEqual([
    { id: "a:1", data: '{"a":1}' },
    { id: null, data: '{"b": ":"}' },
  ]);
  for (let at = 0; at <= text.length; at += 1) {
    const reader = createServerSentReader();
    expect([...reader.read(text.slice(0, at)), ...reader.read(text.slice(at))]).toEqual(whole);
  }
});

/** What is published, in characters: a page loads it whole. */
const MAX_CODE_LENGTH = 12_000;

test("the client works where there is neither node nor Bun, imports nothing, and is small", async () => {
  const built = mkdtempSync(join(tmpdir(), "jamey-client-"));
  await buildClient(join(built, "client"));
  const code = readFileSync(join(built, "client/index.js"), "utf8");
  rmSync(built, { recursive: true });
  expect(code.length).toBeLessThan(MAX_CODE_LENGTH);
  expect(new Bun.Transpiler({ loader: "js" }).scan(code)).toEqual({
    imports: [],
    exports: ["JameyError", "openClient"],
  });
  const asked: unknown[] = [];
  const list = { type: "POList", payload: { prompt_objects: [] } };
  const events = 'id: 7\ndata: {"type":"caught_up","seq":7}\n\n';
  const page = createContext({
    ...{ AbortController, TextDecoder, URLSearchParams, setTimeout, clearTimeout },
    fetch: (url: string, init: RequestInit) => {
      asked.push([url, init.method, init.body]);
      const isStream = url.includes("/api/events");
      return Promise.resolve(isStream ? new Response(events) : Response.json(list));
    },
  });
  const script = code.replace(/export \{([^}]*)\};?\s*$/, "globalThis.made = {$1};");
  const program = `client = made.openClient({ url: "http://a/" });
    answer = client.call("ListPOs", {});
    told = new Promise((tell) =>
      client.follow({ after: 3 }, (frame, cursor) => (client.close(), tell([frame, cursor]))));`;
  runInContext(`${script}\n${program}`, page);
  expect(await page.answer).toEqual({ prompt_objects: [] });
  expect(await page.told).toEqual([{ type: "caught_up", seq: 7 }, "7"]);
  expect(asked).toEqual([
    ["http://a/api/call/ListPOs", "POST", "{}"],
    ["http://a/api/events?after=3", undefined, undefined],
  ]);
});

test("its published types name every command and every event, and no other package", async () => {
  const text = await declarations();
  const [, table = ""] = /interface Commands \{([\s\S]*?)\n\}/.exec(text) ?? [];
  const [, happened = ""] = /interface Events \{([\s\S]*?)\n\}/.exec(text) ?? [];
  const named = (block: string) => [...block.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
  expect(named(table)).toEqual(Object.keys(commands));
  expect(named(happened)).toEqual(Object.keys(events));
  expect(new Bun.Transpiler({ loader: "ts" }).scan(text)).toEqual({ imports: [], exports: [] });
  expect(text).not.toContain("import ");
});

/** As programs of others are set up: those of a bundler, of node itself, and the strictest. */
const settings = {
  bundled: { module: "Preserve" },
  node: { module: "NodeNext", target: "ES2022" },
  strictest: {
    ...{ module: "NodeNext", exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ verbatimModuleSyntax: true, isolatedModules: true },
  },
};

test.each(Object.entries(settings))(
  "a program that is checked against the published types finds its mistakes: %s",
  async (_name, own) => {
    const folder = mkdtempSync(join(tmpdir(), "jamey-types-"));
    await buildClient(join(folder, "node_modules/jamey-client"));
    await Bun.write(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const common = { strict: true, noEmit: true, lib: ["ESNext", "DOM"], types: [] };
    const compilerOptions = { ...common, skipLibCheck: false, ...own };
    await Bun.write(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const program = `import { openClient } from "jamey-client";
const client = openClient({ url: "http://a" });
export const { session } = await client.call("GetSession", { session_id: "x" });
await client.follow({ event_types: ["MessageAdded"] }, (frame) => {
  if (frame.type === "event" && frame.event_type === "MessageAdded") frame.payload.content.trim();
});
export const wrong: number = session.po_name;
`;
    await Bun.write(join(folder, "program.ts"), program);
    const child = Bun.spawn([process.execPath, "check", "--no-script"], {
      cwd: folder,
      stdout: "pipe",
      stderr: "pipe",
    });
    const said = (await child.stdout.text()) + (await child.stderr.text());
    await child.exited;
    rmSync(folder, { recursive: true });
    expect(said.match(/^\w\S+\.ts.*error.*$/gm)).toEqual([
      "program.ts(7,14): error TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
  },
  60_000,
);

/** The answer, broken off after so many bytes. */
function cutAfter(response: Response, bytes: number): Response {
  let left = bytes;
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk.slice(0, left));
      left -= chunk.length;
      if (left <= 0) controller.error(new Error("cut"));
    },
  });
  return new Response(response.body?.pipeThrough(cut), { headers: response.headers });
}
