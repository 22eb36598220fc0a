// Traces out of the compiled binary: off unless asked for, sent before the daemon has gone, and no matter to
// anybody where no collector is.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attributesOf, startCollector } from "../support/collector.ts";
import { freePort } from "../support/free-port.ts";
import { openHome } from "../support/home.ts";

setDefaultTimeout(60_000);

/** What each kind of span has to have by the conventions for generative AI. */
const REQUIRED: Record<string, string[]> = {
  invoke_agent: ["gen_ai.provider.name", "gen_ai.agent.name", "gen_ai.conversation.id"],
  chat: ["gen_ai.provider.name", "gen_ai.request.model", "gen_ai.conversation.id"],
  execute_tool: ["gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.tool.type"],
};

test("a collector that is named in the settings gets a prompt's spans, whole when the daemon stops", async () => {
  await using collector = startCollector();
  await using home = await openHome({ JAMEY_MODEL: "offline/guide" });
  await home.run(["config", "set", "telemetry.otlp_endpoint", collector.url]);
  const said = await home.run(["--allow", "shell", '/shell {"command":"echo secret word"}']);
  expect(said.stdout).toContain("secret word");
  expect((await home.run(["daemon", "stop"])).code).toBe(0);
  expect(new Set(collector.paths)).toEqual(new Set(["POST /v1/traces"]));
  const spans = collector.spans();
  expect(spans.map(({ name }) => name).toSorted()).toEqual([
    ...["chat guide", "chat guide", "execute_tool shell", "invoke_agent assistant"],
  ]);
  for (const span of spans) {
    const attributes = attributesOf(span);
    const [operation = ""] = span.name.split(" ");
    expect(attributes["gen_ai.operation.name"]).toBe(operation);
    const missing = (REQUIRED[operation] ?? ["?"]).filter((name) => !(name in attributes));
    expect([span.name, missing]).toEqual([span.name, []]);
  }
  expect(collector.bodies.join("")).not.toContain("secret");
});

test("where nobody collects, prompts are answered and one line of the log says so", async () => {
  await using home = await openHome({
    JAMEY_MODEL: "offline/guide",
    JAMEY_TELEMETRY_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
  });
  for (const word of ["one", "two"]) {
    expect(await home.run([`/say ${word}`, "-q"])).toMatchObject({ code: 0, stdout: `${word}\n` });
  }
  expect((await home.run(["daemon", "stop"])).code).toBe(0);
  const log = readFileSync(join(home.state, "daemon.log"), "utf8");
  expect(log.match(/traces were not taken/g)?.length).toBe(1);
});

test("nothing is sent unless it is asked for", async () => {
  await using home = await openHome();
  const shown = await home.run(["config", "show", "--json"]);
  const { settings }: { settings: { key: string; value: unknown }[] } = JSON.parse(shown.stdout);
  expect(settings.find(({ key }) => key === "telemetry.otlp_endpoint")).toMatchObject({
    value: null,
  });
});
