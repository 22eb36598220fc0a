// A template with a web page on how the environment stands: an object serves it, live, without a model for its pages.
import { DEMO, manifestWith, objectFile, SCRIPTED, type Template } from "./template.ts";

const description = "A page in your browser on how its agents stand, served by one of them";

// Not the port of the daemon itself, so that both can be open.
const PORT = 8090;
const routes = {
  "GET /": "environment_page",
  "GET /api/status": "environment_status",
  "GET /api/sessions": "environment_sessions",
  "POST /ask": "ask",
};

const demo = `# What the models say in a demonstration of this template, in the order of the steps. See 'jamey help scripts'.
- object: dashboard
  tool_calls: [{ name: spawn_http_server, args: ${JSON.stringify({ port: PORT, routes })} }]
- object: dashboard
  text: |
    The page is http://127.0.0.1:${PORT}.

    ${SCRIPTED}
`;

const trial = `name: the start opens the page
object: dashboard
message: The environment has started.
cassette: cassettes/demo.yml
expect:
  calls:
    - { tool: spawn_http_server, args: { port: ${PORT} }, outcome: completed }
  answer: { contains: "http://127.0.0.1:${PORT}" }
`;

export const dashboard: Template = {
  description,
  manifest: manifestWith(description),
  objects: {
    assistant: objectFile({
      name: "assistant",
      description: "Answers how things stand, and asks when a decision is yours",
      capabilities: ["list_prompt_objects", "query_sessions", "ask_human"],
      body: `
You answer for this environment: which agents there are, what they work on, what waits for somebody. Look with
list_prompt_objects and query_sessions before you claim anything. The page for people is http://127.0.0.1:${PORT}.
`,
    }),
    dashboard: objectFile({
      name: "dashboard",
      description: "Serves the page on how this environment stands",
      capabilities: ["spawn_http_server", "query_sessions", "list_prompt_objects"],
      front: `on_start: '/spawn_http_server ${JSON.stringify({ port: PORT, routes })}'\n`,
      body: `
You serve a web page on how this environment stands.

At the start you are sent the line that opens your server: call spawn_http_server with exactly these arguments, and
say where it is. If the port is taken, try the next ones up to ${PORT + 9}, with the same routes.

The page, the status and the sessions are answered without you. What is posted to /ask is a question of a person who
looks at the page: look with list_prompt_objects and query_sessions, and answer in one short paragraph of plain text.
`,
    }),
  },
  files: { [DEMO]: demo, "tests/start.yml": trial },
};
