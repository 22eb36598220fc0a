// A daemon under torture: turns that stream, run tools and ask humans, clients that reconnect with their
// cursor, and everything written down that the oracle needs to know afterwards.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dialects } from "./fake-vendors/dialects.ts";
import { type FakeVendor, startFakeVendor } from "./fake-vendors/server.ts";
import { type Home, openHome, type Served } from "./home.ts";
import { createKillModel, type KillModel } from "./kill-model.ts";
import { createKillRecord, type KillRecord } from "./kill-record.ts";
import type { Evidence, Sent } from "./oracle.ts";
import {
  type Follow,
  openWire,
  type Wire,
  WireLost,
  type WirePayload,
  WireRefusal,
} from "./wire-client.ts";

export interface KillRun extends AsyncDisposable {
  home: Home;
  vendor: FakeVendor;
  model: KillModel;
  /** What the follower saw so far. */
  record: KillRecord;
  sent: Sent[];
  /** Messages that got other ids when they were sent again. */
  conflicts: string[];
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Waits until the daemon has gone by itself. */
  gone(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number>;
  /** The same content is the same message. undefined where the daemon went before it said anything. */
  send(content: string, session_id?: string): Promise<Sent | undefined>;
  /** Answers open questions from a connection of its own. */
  answer(isChosen: (request_id: string) => boolean): Promise<void>;
  /** Waits until something holds, looking after each frame of the follower. */
  when(what: string, holds: () => boolean): Promise<void>;
  /** True while nothing can happen unless a human speaks. */
  isQuiet(): boolean;
  journal_id(): string;
  /** Resends what is unsure, answers what is open, waits for every turn. */
  settle(): Promise<WirePayload[]>;
  evidence(): Promise<Evidence>;
}

export async function openKillRun(): Promise<KillRun> {
  const dialect = dialects.find(({ vendor }) => vendor === "openai-chat");
  if (!dialect) throw new Error("there is no dialect openai-chat");
  const home = await openHome();
  const ledger = join(home.folder, "ledger");
  const model = createKillModel(dialect, ledger);
  const vendor = await startFakeVendor(({ body }) => model.think(body));
  const variables = dialect.variables(vendor.origin, "sk-test-of-torture");

  const sent: Sent[] = [];
  const conflicts: string[] = [];
  const unsure = new Map<string, { content: string; session_id: string | null }>();
  const answers = new Map<string, string>();
  const record = createKillRecord();
  let live:
    | { served: Served; wires: Wire[]; follow: Follow; sender: Wire; answerer: Wire }
    | undefined;
  let journal_id: string | null = null;

  const now = () => {
    if (!live) throw new WireLost("no daemon runs");
    return live;
  };

  async function start(): Promise<void> {
    const served = await home.serve(variables);
    const clients = ["tui", "cli", "web"];
    const wires = await Promise.all(clients.map((client) => openWire(home.socket, { client })));
    const [follower, sender, answerer] = wires;
    if (!follower || !sender || !answerer) throw new Error("three clients were opened");
    const signal_types = ["TextDelta", "ToolOutputDelta"];
    const asked = { after: record.cursor(), journal_id, signal_types };
    const follow = await follower.follow(asked, record.take);
    journal_id = follower.hello.journal_id;
    live = { served, wires, follow, sender, answerer };
  }

  async function end<Result>(how: (served: Served) => Promise<Result>): Promise<Result> {
    const { served, wires } = now();
    const result = await how(served);
    await Promise.all(wires.map(({ closed }) => closed));
    live = undefined;
    return result;
  }

  async function accept(
    message_key: string,
    content: string,
    session_id: string | null,
  ): Promise<Sent | undefined> {
    unsure.set(message_key, { content, session_id });
    try {
      const accepted = await now().sender.ask("SendMessage", {
        po_name: "assistant",
        message: content,
        session_id,
        message_key,
        settings: {
          model: dialect?.model,
          rules: [{ tool: "shell", match: null, action: "allow" }],
          output: content.startsWith("shape ") ? { schema: { required: ["done"] } } : null,
        },
      });
      unsure.delete(message_key);
      const { session_id: in_session = "", turn_id = "", message_id = "" } = accepted;
      const one = { message_key, content, session_id: in_session, turn_id, message_id };
      const before = sent.find((other) => other.message_key === message_key);
      if (!before) sent.push(one);
      else if (!Bun.deepEquals(before, one)) conflicts.push(`${message_key} has other ids now`);
      return one;
    } catch (thrown) {
      // The daemon was killed: whether the message was taken is not known.
      if (thrown instanceof WireLost) return undefined;
      throw thrown;
    }
  }

  async function respond(request_id: string): Promise<void> {
    const text = `answer-to-${request_id}`;
    try {
      const response = { type: "answer", text };
      await now().answerer.ask("RespondToRequest", { request_id, response });
      answers.set(request_id, text);
    } catch (thrown) {
      const isUnsure = thrown instanceof WireLost;
      // An earlier answer may have been taken although its sender never heard so.
      const isAnswered = thrown instanceof WireRefusal && thrown.code === "already_answered";
      if (!isUnsure && !isAnswered) throw thrown;
    }
  }

  async function answer(isChosen: (request_id: string) => boolean): Promise<void> {
    try {
      const { requests } = await now().answerer.ask("ListPendingRequests");
      // The documented reply: a list of requests, each with its id.
      for (const { request_id } of requests as { request_id: string }[]) {
        if (isChosen(request_id)) await respond(request_id);
      }
    } catch (thrown) {
      if (!(thrown instanceof WireLost)) throw thrown;
    }
  }

  async function settle(): Promise<WirePayload[]> {
    for (const [key, { content, session_id }] of [...unsure])
      await accept(key, content, session_id);
    const runs: WirePayload[] = [];
    for (const { turn_id } of sent) {
      const isOver = () => record.ended.has(turn_id);
      const isAsked = () => [...record.open.keys()].some((id) => !answers.has(id));
      while (!isOver()) {
        await answer(() => true);
        await when(`the end of ${turn_id}, or a question`, () => isOver() || isAsked());
      }
      runs.push(await now().sender.ask("WaitForTurn", { turn_id }));
    }
    return runs;
  }

  async function when(what: string, holds: () => boolean): Promise<void> {
    await now().follow.when(what, holds);
  }

  async function evidence(): Promise<Evidence> {
    const fresh = await openWire(home.socket);
    const whole = await fresh.follow({ after: 0 });
    const { seq: head = 0 } = await whole.until(
      "the whole log",
      ({ type }) => type === "caught_up",
    );
    await when(`event ${head}`, () => record.cursor() >= head);
    const upToHead = (frames: KillRecord["frames"]) =>
      frames.filter(({ type, seq = 0 }) => type === "gap" || (type === "event" && seq <= head));
    const sessions = [...new Set(sent.map(({ session_id }) => session_id))];
    const said = sessions.map(async (id) => [id, await fresh.conversation(id)] as const);
    const conversations = new Map(await Promise.all(said));
    fresh.close();
    return {
      sent,
      unsure: [...unsure.values()].map(({ content }) => content),
      followed: upToHead(record.frames),
      log: upToHead(whole.frames),
      conversations,
      answers,
      ledger: existsSync(ledger) ? readFileSync(ledger, "utf8") : "",
    };
  }

  return {
    home,
    vendor,
    model,
    record,
    sent,
    conflicts,
    start,
    kill: async () => await end(async (served) => await served.kill()),
    async gone() {
      await end(async ({ exited }) => await exited);
    },
    stop: async () => await end(async (served) => await served.stop()),
    send: async (content, session_id) =>
      await accept(`key ${content}`, content, session_id ?? null),
    answer,
    when,
    isQuiet() {
      const waiting = new Set(record.open.values());
      return sent.every(
        ({ session_id, turn_id }) => waiting.has(session_id) || record.ended.has(turn_id),
      );
    },
    journal_id: () => String(journal_id),
    settle,
    evidence,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await vendor[Symbol.asyncDispose]();
    },
  };
}
