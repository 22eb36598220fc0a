// Names → models: which API, which address, which key; what is said when something is missing; the
// list of vendors and the default.
import { describe, expect, test } from "bun:test";
import { JameyError, messageOf } from "../../src/protocol/errors.ts";
import { mayTakeImages } from "../../src/providers/image-models.ts";
import { defaultModel, type Fetch, listVendors, openModel } from "../../src/providers/index.ts";
import { contextTokens, costOf } from "../../src/providers/prices.ts";
import { vendors } from "../../src/providers/vendors.ts";
import { CANARY, request } from "./support.ts";

type Variables = Record<string, string>;
const noOllama: Fetch = () => Promise.reject(new Error("refused"));
const accessWith = (variables: Variables, fetch: Fetch = noOllama) => ({
  variable: (name: string) => variables[name],
  fetch,
});

/** Where a call to this model goes. */
async function addressOf(name: string, variables: Variables): Promise<string> {
  let address = "";
  const fetch: Fetch = async (target) => {
    address = target;
    return await Promise.reject(new Error("far enough"));
  };
  const { model } = await openModel(name, accessWith(variables, fetch));
  for await (const part of model.stream(request(), new AbortController().signal)) {
    expect(part.type).toBe("error");
  }
  return address;
}

async function refusal(name: string, variables: Variables = {}): Promise<string> {
  try {
    await openModel(name, accessWith(variables));
  } catch (thrown) {
    const code = thrown instanceof JameyError ? thrown.code : "not a JameyError";
    return `${code}: ${messageOf(thrown)}`;
  }
  return "opened";
}

describe("openModel", () => {
  test.each([
    ["openai/gpt-5.1", {}, "https://api.openai.com/v1/responses"],
    ["openai-chat/gpt-5.1", {}, "https://api.openai.com/v1/chat/completions"],
    [
      "openai/gpt-5.1",
      { OPENAI_BASE_URL: "https://api.openai.com/v1/" },
      "https://api.openai.com/v1/responses",
    ],
    [
      "openai/a/b",
      { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" },
      "http://127.0.0.1:9/v1/chat/completions",
    ],
    [
      "openai-responses/a",
      { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" },
      "http://127.0.0.1:9/v1/responses",
    ],
    [
      "anthropic/claude-x",
      { ANTHROPIC_BASE_URL: "http://127.0.0.1:9/v1/" },
      "http://127.0.0.1:9/v1/messages",
    ],
    ["ollama/qwen3", { OLLAMA_HOST: "0.0.0.0" }, "http://127.0.0.1:11434/api/chat"],
    ["ollama/qwen3", { OLLAMA_HOST: ":99" }, "http://127.0.0.1:99/api/chat"],
    ["ollama/qwen3", { OLLAMA_HOST: "box:99" }, "http://box:99/api/chat"],
    ["ollama/qwen3", { OLLAMA_HOST: "https://box" }, "https://box/api/chat"],
    [
      "azure/dep",
      { AZURE_OPENAI_ENDPOINT: "https://r.openai.azure.com/", OPENAI_API_VERSION: "v" },
      "https://r.openai.azure.com/openai/deployments/dep/chat/completions?api-version=v",
    ],
    [
      "azure/dep",
      { AZURE_OPENAI_ENDPOINT: "https://r.openai.azure.com/openai/v1/" },
      "https://r.openai.azure.com/openai/v1/chat/completions",
    ],
    [
      "azure/dep",
      {
        AZURE_OPENAI_ENDPOINT:
          "https://r.openai.azure.com/openai/deployments/old/chat/completions?api-version=1",
      },
      "https://r.openai.azure.com/openai/deployments/dep/chat/completions?api-version=2024-10-21",
    ],
    [
      "azure-responses/dep",
      { AZURE_OPENAI_ENDPOINT: "https://r.openai.azure.com/openai/v1" },
      "https://r.openai.azure.com/openai/v1/responses",
    ],
    ["openrouter/openai/gpt-5", {}, "https://openrouter.ai/api/v1/chat/completions"],
    [
      "compatible/m",
      { COMPATIBLE_BASE_URL: "http://127.0.0.1:9/v1" },
      "http://127.0.0.1:9/v1/chat/completions",
    ],
  ] as [string, Variables, string][])("%s with %j goes to %s", async (name, variables, address) => {
    const keys = Object.values(vendors).flatMap((row) =>
      row.key_variable === null ? [] : [[row.key_variable, CANARY]],
    );
    expect(await addressOf(name, { ...Object.fromEntries(keys), ...variables })).toBe(address);
  });

  test("a server of one's own needs no key", async () => {
    const variables = { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
    expect(await addressOf("openai/x", variables)).toStartWith("http://127.0.0.1:9/");
  });

  test.each([
    [
      "gpt-5",
      {},
      "model_not_found: 'gpt-5' names no model: write vendor/model, for example openai/gpt-5.1.",
    ],
    [
      "openai/",
      {},
      "model_not_found: 'openai/' names no model: write vendor/model, for example openai/gpt-5.1.",
    ],
    ["offline/else", {}, "model_not_found: There is no offline/else: it is called offline/guide."],
    [
      "openai/gpt-5",
      {},
      "key_missing: openai needs a key: set OPENAI_API_KEY, or choose another model with --model.",
    ],
    [
      "anthropic/x",
      { ANTHROPIC_API_KEY: "  " },
      "key_missing: anthropic needs a key: set ANTHROPIC_API_KEY, or choose another model with --model.",
    ],
    [
      "openai/gpt-5",
      { OPENAI_API_KEY: "two\nlines" },
      "key_missing: The value of OPENAI_API_KEY is not a key: it holds blanks or other characters no key has.",
    ],
    [
      "openai/gpt-5",
      { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "file:///etc" },
      "config_invalid: OPENAI_BASE_URL is not an http or https address.",
    ],
    [
      "azure/dep",
      { AZURE_OPENAI_API_KEY: "k" },
      "config_invalid: Set AZURE_OPENAI_ENDPOINT to the resource's address, https://<resource>.openai.azure.com.",
    ],
    [
      "azure-responses/dep",
      { AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_ENDPOINT: "https://r.openai.azure.com" },
      "config_invalid: azure-responses needs Azure's v1 API: let AZURE_OPENAI_ENDPOINT end in /openai/v1.",
    ],
    [
      "compatible/m",
      {},
      "config_invalid: Set COMPATIBLE_BASE_URL to the server's address, for example http://127.0.0.1:8000/v1.",
    ],
    ["scripted//nowhere/x.yml", {}, "model_not_found: There is no script /nowhere/x.yml."],
  ] as [string, Variables, string][])(
    "%s with %j is refused: %s",
    async (name, variables, expected) => {
      expect(await refusal(name, variables)).toBe(expected);
    },
  );

  test("an unknown vendor is answered with those that are known", async () => {
    expect(await refusal("constructor/x")).toStartWith(
      "model_not_found: 'constructor' is no vendor. There are: openai, anthropic,",
    );
  });
});

describe("the default model", () => {
  const tags: Fetch = () => Promise.resolve(Response.json({ models: [{ name: "qwen3:8b" }] }));
  test.each([
    [
      { JAMEY_MODEL: "xai/grok-4", OPENAI_API_KEY: "k" },
      noOllama,
      { name: "xai/grok-4", from: "JAMEY_MODEL" },
    ],
    [
      { ANTHROPIC_API_KEY: "k", OPENAI_API_KEY: "k" },
      noOllama,
      { name: "openai/gpt-5.1", from: "the key in OPENAI_API_KEY" },
    ],
    [
      { GROQ_API_KEY: "k", ANTHROPIC_API_KEY: "k" },
      noOllama,
      { name: "anthropic/claude-sonnet-4-6", from: "the key in ANTHROPIC_API_KEY" },
    ],
    [
      { AZURE_OPENAI_API_KEY: "k", OPENAI_API_KEY: " " },
      tags,
      { name: "ollama/qwen3:8b", from: "the Ollama that runs here" },
    ],
    [{}, noOllama, { name: "offline/guide", from: "no key and no Ollama was found" }],
  ] as [Variables, Fetch, unknown][])("with %j", async (variables, fetch, expected) => {
    expect(await defaultModel(accessWith(variables, fetch))).toEqual(expected as never);
  });

  test("an Ollama that does not answer in time does not count", async () => {
    const slow: Fetch = (_, init) => {
      const stopped = Promise.withResolvers<Response>();
      init.signal?.addEventListener("abort", () => stopped.reject(new Error("late")));
      return stopped.promise;
    };
    expect((await defaultModel(accessWith({}, slow))).name).toBe("offline/guide");
  });
});

describe("the list of vendors", () => {
  test("says where a key comes from and never the key, nor a password in an address", async () => {
    const variables: Variables = {
      OPENAI_API_KEY: CANARY,
      OPENAI_BASE_URL: `https://user:${CANARY}@proxy.example/v1?token=${CANARY}`,
    };
    const access = { ...accessWith(variables), source: (name: string) => `${name} of the daemon` };
    const list = await listVendors(access);
    expect(JSON.stringify(list)).not.toContain(CANARY);
    expect(list[0]).toEqual({
      vendor: "openai",
      api: "openai-responses",
      base_url: "https://proxy.example/v1",
      key_from: "OPENAI_API_KEY of the daemon",
      is_ready: true,
      needs_key: true,
      key_variable: "OPENAI_API_KEY",
      base_url_variable: "OPENAI_BASE_URL",
      example: "openai/gpt-5.1",
    });
    expect(list.find((view) => view.vendor === "ollama")).toEqual({
      vendor: "ollama",
      api: "ollama",
      base_url: "http://127.0.0.1:11434",
      key_from: null,
      is_ready: false,
      needs_key: false,
      key_variable: "OLLAMA_API_KEY",
      base_url_variable: "OLLAMA_HOST",
      example: "ollama/qwen3",
    });
    const ready = list.filter((view) => view.is_ready).map((view) => view.vendor);
    expect(ready).toEqual(["openai", "openai-chat", "openai-responses", "offline", "scripted"]);
  });

  test("holds every row of the table, and without keys only what is built in is ready", async () => {
    const list = await listVendors(accessWith({}));
    expect(list.map((view) => view.vendor)).toEqual(Object.keys(vendors));
    expect(list.filter((view) => view.is_ready).map((view) => view.vendor)).toEqual([
      "offline",
      "scripted",
    ]);
  });
});

describe("prices", () => {
  const usage = {
    input_tokens: 1_000_000,
    output_tokens: 100_000,
    cached_tokens: 400_000,
    reasoning_tokens: 0,
  };
  test.each([
    ["openai/gpt-5.1", 0.6 * 1.25 + 0.4 * 0.125 + 1],
    ["openai/gpt-4o-2024-08-06", 0.6 * 2.5 + 0.4 * 1.25 + 1],
    ["anthropic/claude-haiku-4-5-20251001", 0.6 * 1 + 0.4 * 0.1 + 0.5],
    ["ollama/qwen3", 0],
    ["offline/guide", 0],
    ["scripted//a.yml", 0],
    ["openai/gpt-99", null],
    ["openai/constructor", null],
    ["azure/gpt-5.1", null],
    ["nonsense", null],
  ])("%s costs %p", (model, expected) => {
    const cost = costOf(model, usage);
    if (expected === null || cost === null) expect(cost).toBe(expected);
    else expect(cost).toBeCloseTo(expected, 10);
  });

  test("context windows are known or null", () => {
    expect(contextTokens("openai/gpt-5.1")).toBe(400_000);
    expect(contextTokens("ollama/qwen3")).toBeNull();
  });
});

describe("images", () => {
  test("are refused only by models that are well known to read text alone", () => {
    const rows: [string, boolean][] = [
      ["openai/gpt-3.5-turbo", false],
      ["openai/gpt-4", false],
      ["openai/gpt-4o", true],
      ["openai/gpt-4-turbo", true],
      ["openai/o3-mini", false],
      ["openai/gpt-5.1", true],
      ["deepseek/deepseek-chat", false],
      ["ollama/qwen3:8b", false],
      ["ollama/qwen3-vl", true],
      ["ollama/llama3.2-vision", true],
      ["anthropic/claude-sonnet-4-6", true],
      ["toString/x", true],
      ["nonsense", true],
    ];
    for (const [model, expected] of rows) {
      expect([model, mayTakeImages(model)]).toEqual([model, expected]);
    }
  });
});
