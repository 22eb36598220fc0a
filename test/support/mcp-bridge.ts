// `jamey mcp` as an MCP host starts it: lines in, lines out. Every line of stdout is held to be JSON-RPC.
import { isObject } from "../../src/protocol/json.ts";
import type { Home } from "./home.ts";

/** A line that does not come is a failure with what was said so far. */
const LINE_TIMEOUT_MS = 15_000;

export type Message = Record<string, unknown>;

export interface Bridge extends AsyncDisposable {
  pid: number;
  send(message: Message): void;
  write(text: string): void;
  /** Asks and waits for the answer of this id. */
  ask(method: string, params?: Message): Promise<Message>;
  /** The first message that fits, now or later. */
  until(fits: (message: Message) => boolean): Promise<Message>;
  lines: Message[];
  /** Lines that are no messages. */
  foreign: string[];
  stderr(): string;
  /** Ends stdin; resolves to the exit code. */
  end(): Promise<number>;
}

export function startBridge(home: Home, args: string[] = []): Bridge {
  const child = Bun.spawn([home.binary, "mcp", ...args], {
    cwd: home.workspace,
    env: home.variables,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const lines: Message[] = [];
  const foreign: string[] = [];
  const waiting = new Set<() => void>();
  let said = "";
  let asked = 0;

  function take(line: string): void {
    const value = parsed(line);
    if (isObject(value) && value.jsonrpc === "2.0") lines.push(value);
    else foreign.push(line);
    for (const look of [...waiting]) look();
  }
  const reading = readLines(child.stdout, take);
  const hearing = readLines(child.stderr, (line) => {
    said += `${line}\n`;
  });

  function until(fits: (message: Message) => boolean): Promise<Message> {
    const found = Promise.withResolvers<Message>();
    const look = () => {
      const one = lines.find(fits);
      if (one) found.resolve(one);
    };
    waiting.add(look);
    const late = () => found.reject(new Error(`no such line; ${JSON.stringify(lines)} ${said}`));
    const timer = setTimeout(late, LINE_TIMEOUT_MS);
    look();
    return found.promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  }

  const write = (text: string) => {
    child.stdin.write(text);
    child.stdin.flush();
  };
  const send = (message: Message) => write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  return {
    pid: child.pid,
    send,
    write,
    lines,
    foreign,
    until,
    async ask(method, params = {}) {
      asked += 1;
      const id = `test-${asked}`;
      send({ id, method, params });
      return await until((message) => message.id === id && message.method === undefined);
    },
    stderr: () => said,
    async end() {
      child.stdin.end();
      await Promise.all([reading, hearing]);
      return await child.exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (_broken) {
    return undefined;
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}

/** The handshake of the 2025 era. */
export async function shakeHands(bridge: Bridge, capabilities: Message = {}): Promise<Message> {
  const answer = await bridge.ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities,
    clientInfo: { name: "a-host", version: "1" },
  });
  bridge.send({ method: "notifications/initialized" });
  return answer;
}

/** What a tool answered, as its structure. */
export function structureOf({ result, error }: Message): Message {
  const structure = isObject(result) ? result.structuredContent : undefined;
  if (isObject(structure)) return structure;
  throw new Error(`no structure: ${JSON.stringify({ result, error })}`);
}
