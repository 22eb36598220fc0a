// The documents' names and every type of the protocol, as an embedder imports them from the core.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Agent,
  type AgentConfig,
  type AgentEngine,
  type AgentResponse,
  createAgentEngine,
  createSession,
  createSessionManager,
  createSingleAgentMode,
  createSystemPrompt,
  defaultAgentConfig,
  type Orchestrator,
  type PromptTemplate,
  renderTemplate,
  type Session,
  type SessionManager,
  type SessionState,
  type SingleAgentMode,
  type SystemPrompt,
  type ToolCall,
  type ToolResult,
  type ToolSpec,
} from "../../src/core/index.ts";

const root = join(import.meta.dir, "../..");

test("the core has the documents' names, and each is the shape that it promises", () => {
  const config: AgentConfig = defaultAgentConfig;
  const mode: SingleAgentMode = { max_tool_iterations: config.max_tool_iterations };
  const orchestrator: Orchestrator = createSingleAgentMode(mode);
  const engine: AgentEngine = createAgentEngine(orchestrator, config);
  const agent: Agent = engine;
  const at = "2030-01-01T00:00:00.000Z";
  const manager: SessionManager = createSessionManager({ now: () => at, newId: () => "s1" });
  const session: Session = manager.create_session({});
  const state: SessionState = session.state;
  const template: PromptTemplate = { text: "You help." };
  const rendered = renderTemplate(template, state.context);
  const prompt: SystemPrompt = createSystemPrompt({
    body: rendered.ok ? rendered.value : "",
    workspace: "",
    context: {},
  });
  const call: ToolCall = { id: "c1", name: "look", args: null };
  const result: ToolResult = { id: call.id, name: call.name, output: "", success: true };
  const spec: ToolSpec = { name: call.name, description: "", parameters: { type: "object" } };
  const response: AgentResponse = {
    messages: [],
    tool_calls: [call],
    session_updates: {},
    end: null,
  };
  expect({ prompt, result, spec, response, session }).toMatchObject({
    prompt: { role: "system", content: "You help." },
    result: { id: "c1" },
    spec: { name: "look" },
    response: { tool_calls: [call] },
    session: createSession({ id: "s1", at }),
  });
  expect(Object.keys(agent)).toEqual(["processMessage", "processToolResult"]);
});

/** How the protocol is made and kept, not what is said in it. */
const machinery = ["commands/command.ts", "events/event.ts", "places.ts", "upgrade.ts"];

test("the core re-exports the types of every protocol file that names words", () => {
  const index = readFileSync(join(root, "src/core/index.ts"), "utf8");
  const folder = join(root, "src/protocol");
  const withTypes = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => /^export (?:type|interface) /m.test(readFileSync(join(folder, file), "utf8")))
    .filter((file) => !machinery.includes(file))
    .filter((file) => !index.includes(`export type * from "../protocol/${file}";`));
  expect(withTypes).toEqual([]);
});
