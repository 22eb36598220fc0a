// What the conformance suite drives: jamey's own way to an MCP server over HTTP, each tool called once with
// arguments made from its schema. The address is the last argument.
import { z } from "zod";
import { isObject } from "../../src/protocol/json.ts";
import type { Json, ToolSpec } from "../../src/protocol/messages.ts";
import { createWorld } from "../../src/runtime/world.ts";
import { connectMcp } from "../../src/tools/mcp/client.ts";
import { type KeptSignIn, signInProvider } from "../../src/tools/mcp/sign-in.ts";

const CALL_TIMEOUT_MS = 20_000;

const url = process.argv.at(-1) ?? "";
const world = createWorld({ http: { allow_private: true, ownPorts: () => [] } });
const given = z
  .looseObject({ client_id: z.string().optional(), client_secret: z.string().optional() })
  .parse(JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}"));
const redirect_url = "http://localhost:3000/callback";
let kept: KeptSignIn | undefined =
  given.client_id === undefined
    ? undefined
    : { redirect_url, client: { ...given, client_id: given.client_id } };
let answer: URLSearchParams | undefined;

/** A human whose browser is sent on at once. */
const provider = signInProvider({
  store: { read: () => kept, write: (now) => (kept = now) },
  redirect_url,
  state: crypto.randomUUID(),
  client_url: "https://conformance-test.local/client-metadata.json",
  async redirect(page) {
    const response = await fetch(page, { redirect: "manual" });
    answer = new URL(response.headers.get("location") ?? "").searchParams;
  },
});
const answered = async () => {
  if (!answer) throw new Error("nobody was sent to sign in");
  return answer;
};

const server = await connectMcp({
  name: "suite",
  reach: { type: "http", url, headers: {}, http: world.http, sign_in: { provider, answered } },
  hash: world.hash,
});

function valueFor(schema: Json | undefined): Json {
  const type = isObject(schema) ? schema.type : null;
  if (type === "number" || type === "integer") return 5;
  if (type === "boolean") return true;
  return type === "string" ? "text" : null;
}

const argumentsFor = ({ parameters: { properties } }: ToolSpec): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => [
      name,
      valueFor(schema),
    ]),
  );

/** One scenario wants to be shown a schema as an agent would be. */
const ECHO = "json_schema_echo";
const tools = await server.tools();
const focal = tools.find(({ own_name }) => own_name === "json_schema_2020_12_tool");

/** Some scenarios name the calls that they want to see. */
const wanted = z
  .object({
    toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.json()) })),
  })
  .safeParse(JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}"));
const calls = wanted.success
  ? wanted.data.toolCalls.map((one) => ({ name: one.name, args: one.arguments }))
  : tools.map(({ own_name, spec }) => ({
      name: own_name,
      args: own_name === ECHO && focal ? { schema: focal.spec.parameters } : argumentsFor(spec),
    }));

for (const { name, args } of calls) {
  const options = {
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    heard: async () => undefined,
    // A human who accepts whatever is filled in already.
    questions: async () => ({ action: "accept" as const, content: {} }),
  };
  const answer = await server.call(name, args, options).catch((thrown) => String(thrown));
  process.stdout.write(`${name}: ${JSON.stringify(answer)}\n`);
}
await server.stop();
