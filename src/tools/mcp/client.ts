// One MCP server as a client sees it: connected in the newest era that both know, its tools listed and called.
// Rules: 1. Nothing is declared that is not answered: no sampling, no roots, no pages to open. Forms are for the
//           human of a call that runs; outside of calls they are cancelled. 2. Every request has a time limit; that
//           of a call is its signal's. 3. The SDK is loaded when a server is first needed.
import type {
  CallToolResult,
  FetchLike,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import type { Http, SpokenProcess } from "../../core/world.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/messages.ts";
import { VERSION } from "../../protocol/version.ts";
import { type NamedTool, nameTools } from "./names.ts";
import { problemOf, textOf } from "./result.ts";
import { createRunningCalls, type Questions, type RunningCalls } from "./running-calls.ts";
import type { SignIn } from "./sign-in.ts";
import { httpWire, processWire, type Wire } from "./wire.ts";

/** For the handshake, and for a list of tools. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A server of the older era may not answer the question for the newer at all. */
const PROBE_TIMEOUT_MS = 3_000;
/** The longest that a timer waits. */
const MAX_TIMER_MS = 2_147_483_647;

export interface CallOptions {
  signal: AbortSignal;
  heard(text: string): Promise<void>;
  /** What the server asks while it runs for this call; left out, nobody answers. */
  questions?: Questions;
}

export interface McpServer {
  /** As it lists them now: it is asked again after it said that they are others. */
  tools(): Promise<NamedTool[]>;
  call(
    own_name: string,
    args: Record<string, Json>,
    options: CallOptions,
  ): Promise<{ output: string; success: boolean }>;
  /** Of an open connection of this kind: everything further that a client may ask. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export type Reach =
  | { type: "process"; open(): SpokenProcess }
  | { type: "http"; url: string; headers: Record<string, string>; http: Http; sign_in?: SignIn };

export interface McpOptions {
  name: string;
  reach: Reach;
  hash(text: string): string;
  /** Told of its tools each time that it was asked for them. */
  listed?(tools: NamedTool[]): void;
}

/** What a refusal says goes to humans and into the log: UTF-16 units of it. */
const MAX_REASON_LENGTH = 10_000;

/** Rejects with a sentence where the server cannot be reached or offers what is not taken. */
export async function connectMcp(options: McpOptions): Promise<McpServer> {
  try {
    return await connect(options);
  } catch (thrown) {
    const reason = messageOf(thrown);
    if (reason.length <= MAX_REASON_LENGTH) throw thrown;
    throw new Error(`${reason.slice(0, MAX_REASON_LENGTH)}…`, { cause: thrown });
  }
}

async function connect(options: McpOptions): Promise<McpServer> {
  const { reach } = options;
  if (reach.type === "http") return await overHttp(options, reach);
  try {
    return await overProcess(options, reach, "auto");
  } catch (first) {
    // Some servers of the older era end at a question that they do not know.
    try {
      return await overProcess(options, reach, "legacy");
    } catch {
      throw first;
    }
  }
}

export type HttpReach = Extract<Reach, { type: "http" }>;

/** Sign-ins that one connection or call asks for: more rights, then again. */
const MAX_SIGN_INS = 2;

async function overHttp(options: McpOptions, reach: HttpReach): Promise<McpServer> {
  for (let signIns = 0; ; signIns += 1) {
    const wire = await wireTo(reach);
    const { transport } = wire;
    try {
      const calls = createRunningCalls();
      const server = await attempt({ ...options, calls }, wire, "auto");
      return { ...server, call: signingIn(server.call, transport, reach) };
    } catch (thrown) {
      if (signIns >= MAX_SIGN_INS || !(await signedIn(thrown, transport, reach))) {
        throw refusal(thrown, options.name, reach);
      }
    }
  }
}

function signingIn(
  call: McpServer["call"],
  transport: StreamableHTTPClientTransport,
  reach: HttpReach,
): McpServer["call"] {
  return async (name, args, given) => {
    for (let signIns = 0; ; signIns += 1) {
      try {
        return await call(name, args, given);
      } catch (thrown) {
        if (signIns >= MAX_SIGN_INS || !(await signedIn(thrown, transport, reach))) throw thrown;
      }
    }
  };
}

/** Takes what a human's browser brought back, if one was sent there. */
async function signedIn(
  thrown: unknown,
  transport: StreamableHTTPClientTransport,
  { sign_in }: HttpReach,
): Promise<boolean> {
  const answered = sign_in?.answered;
  if (!answered || !isUnauthorized(thrown)) return false;
  await transport.finishAuth(await answered());
  return true;
}

function refusal(thrown: unknown, name: string, { sign_in }: HttpReach): unknown {
  if (sign_in || !isUnauthorized(thrown)) return thrown;
  const advice = `sign in with 'jamey mcp login ${name}', or give a key in a header, such as Authorization: Bearer {{KEY}}`;
  return new Error(`it wants to know who asks (401): ${advice}`, { cause: thrown });
}

/** As the SDK says it, in either of its words. */
function isUnauthorized(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return thrown.name === "UnauthorizedError" || /\b401\b/.test(thrown.message);
}

async function overProcess(
  options: McpOptions,
  reach: Extract<Reach, { type: "process" }>,
  era: "auto" | "legacy",
): Promise<McpServer> {
  const { parseJSONRPCMessage } = await import("@modelcontextprotocol/client");
  const calls = createRunningCalls();
  const wire = processWire(reach.open(), (line) => parseJSONRPCMessage(JSON.parse(line)), calls);
  try {
    return await attempt({ ...options, calls }, wire, era);
  } catch (thrown) {
    await wire.transport.close();
    const why = await wire.ended;
    const reason = messageOf(thrown);
    throw reason === why ? thrown : new Error(`${reason} (${why})`, { cause: thrown });
  }
}

async function wireTo(reach: HttpReach): Promise<Wire<StreamableHTTPClientTransport>> {
  const sdk = await import("@modelcontextprotocol/client");
  const make = (fetch: FetchLike) =>
    new sdk.StreamableHTTPClientTransport(new URL(reach.url), {
      fetch,
      requestInit: { headers: reach.headers },
      ...(reach.sign_in ? { authProvider: reach.sign_in.provider } : {}),
    });
  return httpWire(reach.http, make);
}

async function attempt(
  options: McpOptions & { calls: RunningCalls },
  wire: Wire,
  era: "auto" | "legacy",
): Promise<McpServer> {
  const { Client } = await import("@modelcontextprotocol/client");
  const { reach, calls } = options;
  // A web server that is silent is out of order, a program that is may just be of the older era.
  const timeoutMs = reach.type === "http" ? CONNECT_TIMEOUT_MS : PROBE_TIMEOUT_MS;
  const ended = Promise.withResolvers<string>();
  let listed: Promise<NamedTool[]> | undefined;
  const client = new Client(
    { name: "jamey", version: VERSION },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: era, probe: { timeoutMs } },
      listChanged: {
        tools: {
          ...{ autoRefresh: false, debounceMs: 0 },
          // However often it says so, it is asked when its tools are needed next.
          onChanged: () => {
            listed = undefined;
          },
        },
      },
    },
  );
  client.setRequestHandler("elicitation/create", async ({ params }, { mcpReq }) => {
    return await calls.answer(params, mcpReq.signal);
  });
  const tools = async (): Promise<NamedTool[]> => {
    listed ??= list(client, options);
    const own = listed;
    try {
      return await unlessEnded(wire, own);
    } catch (thrown) {
      if (listed === own) listed = undefined;
      throw thrown;
    }
  };
  await unlessEnded(wire, client.connect(wire.transport, { timeout: CONNECT_TIMEOUT_MS }));
  client.onclose = () => ended.resolve("its connection was closed");
  try {
    await tools();
  } catch (thrown) {
    await client.close();
    throw thrown;
  }
  const server = serverOf(client, calls);
  return {
    ...{ tools, stop: server.stop, ended: Promise.race([wire.ended, ended.promise]) },
    call: async (...asked) => await unlessEnded(wire, server.call(...asked)),
  };
}

/** What fails after the connection ended by itself has failed of that. */
async function unlessEnded<Out>(wire: Wire, work: Promise<Out>): Promise<Out> {
  try {
    return await work;
  } catch (thrown) {
    const why = await Promise.race([wire.ended, Promise.resolve(undefined)]);
    throw why === undefined ? thrown : new Error(why, { cause: thrown });
  }
}

async function list(client: McpClient, options: McpOptions): Promise<NamedTool[]> {
  const listed = client.getServerCapabilities()?.tools
    ? (await client.listTools(undefined, { timeout: CONNECT_TIMEOUT_MS, cacheMode: "refresh" }))
        .tools
    : [];
  const tools = nameTools(options.name, listed, options.hash);
  options.listed?.(tools);
  return tools;
}

type McpClient = InstanceType<typeof import("@modelcontextprotocol/client")["Client"]>;

function serverOf(client: McpClient, calls: RunningCalls): Pick<McpServer, "call" | "stop"> {
  return {
    async call(name, args, { signal, heard, questions }) {
      // The SDK leaves the choice between its shapes of results open; a tool's is this one.
      const result = (await calls.run(
        questions,
        async () =>
          await client.callTool(
            { name, arguments: args },
            {
              signal,
              // A human may think for days; how long the server may is the signal's to say.
              timeout: MAX_TIMER_MS,
              onprogress: ({ message }) => void (message && heard(`${message}\n`)),
            },
          ),
      )) as CallToolResult;
      const problem = problemOf(result);
      if (problem !== undefined) throw new Error(problem);
      return { output: textOf(result), success: result.isError !== true };
    },
    stop: async () => await client.close(),
  };
}
