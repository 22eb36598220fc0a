// Objects that open interfaces of their own, in a world in memory with real ports.
import type { ModelRequest } from "../../src/core/model.ts";
import { builtInTools } from "../../src/tools/index.ts";
import type { Script } from "./test-model.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "./world.ts";

/** The dashboard of document 003: no key of ours in its front matter. */
export const dashboardText = `---
name: dashboard
description: A web dashboard for the environment
capabilities:
  - spawn_http_server
  - query_sessions
  - list_prompt_objects
---

# Dashboard

## Behavior

On startup, spawn an HTTP server on port 8080 with these routes:
- GET / - render the dashboard
- GET /api/status - the status as JSON
- GET /api/sessions - recent sessions as JSON
`;

export const lastUser = ({ messages }: ModelRequest): string =>
  messages.findLast((one) => one.role === "user")?.content ?? "";

export const hasResult = ({ messages }: ModelRequest): boolean => messages.at(-1)?.role === "tool";

/** Opens at the start, and answers each request by `answer`; undefined leaves it to the test. */
export async function openSpawningWorld(
  options: {
    port: number;
    routes?: Record<string, string>;
    answer?: (request: ModelRequest) => ReturnType<Script>;
    host?: string;
  } & Pick<TestWorldOptions, "isTrusted" | "objects" | "config">,
): Promise<TestWorld> {
  const { port, routes, host, answer = () => "fine" } = options;
  return await openTestWorld({
    objects: options.objects ?? { "dashboard.md": dashboardText },
    tools: builtInTools(),
    ...(options.config ? { config: options.config } : {}),
    ...(options.isTrusted === undefined ? {} : { isTrusted: options.isTrusted }),
    script(request) {
      if (!lastUser(request).startsWith("The environment has started")) return answer(request);
      if (hasResult(request)) return "It is open.";
      const args = { port, ...(routes ? { routes } : {}), ...(host ? { host } : {}) };
      return { calls: [{ name: "spawn_http_server", args }] };
    },
  });
}

/** The server of the world's object, as clients list it. */
export async function serverOf(world: TestWorld) {
  const { servers } = await world.ask("ListConnectors", {});
  const [server] = servers;
  if (!server) throw new Error("no server is open");
  return server;
}

/** The turn of the start has ended: what its call of a tool gave. */
export async function startedWith(world: TestWorld): Promise<string> {
  await Promise.race([world.happened("TurnCompleted"), world.happened("TurnFailed")]);
  const said = world.rows({ types: ["MessageAdded"] });
  const [output = ""] = said.flatMap(({ type, payload }) =>
    type === "MessageAdded" && payload.role === "tool" ? [payload.content] : [],
  );
  return output;
}
