// The door to models: `vendor/model` → a stream of parts, the list of vendors, and the default.
// The table of vendors is in `vendors.ts`. SDKs and API files load when a model is first opened.
import type { Model } from "../core/model.ts";
import { JameyError } from "../protocol/errors.ts";
import { type Connected, connect, givenAddress, ollamaAddress } from "./connect.ts";
import { type Access, type Connection, type Fetch, shownAddress } from "./connection.ts";
import { plainDialect } from "./dialects.ts";
import { fieldsOf, listOf, textOf } from "./fields.ts";
import { createModel } from "./stream.ts";
import { findVendor, type Vendor, type VendorName, vendors } from "./vendors.ts";

export type { Access, Fetch, Timeouts } from "./connection.ts";

/** How long a local Ollama may take to say that it is there. */
const OLLAMA_PROBE_MS = 300;
const MAX_PROBE_BYTES = 1024 * 1024;

/**
 * Opens `vendor/model`; the model's part may hold slashes. Throws a JameyError (`key_missing`,
 * `model_not_found`, `config_invalid`) that says what to do.
 */
export async function openModel(
  name: string,
  access: Access,
): Promise<{ model: Model; model_name: string }> {
  const { vendor, row, model_name } = readName(name);
  if (row.api === "offline") {
    if (model_name !== "guide")
      throw noSuchModel(`There is no ${name}: it is called offline/guide.`);
    const { createOffline } = await import("./offline.ts");
    return { model: createOffline({ connected: firstWithKey(access)?.name ?? null }), model_name };
  }
  if (row.api === "scripted") {
    const { openScript } = await import("./scripted.ts");
    return { model: await openScript(model_name, access), model_name };
  }
  const connected = connect(vendor, row, model_name, access);
  return { model: await createConnected(row, connected), model_name };
}

function readName(name: string): { vendor: VendorName; row: Vendor; model_name: string } {
  const slash = name.indexOf("/");
  const model_name = name.slice(slash + 1);
  if (slash <= 0 || model_name === "") {
    throw noSuchModel(`'${name}' names no model: write vendor/model, for example openai/gpt-5.1.`);
  }
  const found = findVendor(name.slice(0, slash));
  if (found === undefined) {
    const known = Object.keys(vendors).join(", ");
    throw noSuchModel(`'${name.slice(0, slash)}' is no vendor. There are: ${known}.`);
  }
  return { vendor: found.name, row: found.row, model_name };
}

function noSuchModel(message: string): JameyError {
  return new JameyError("model_not_found", message);
}

async function createConnected(row: Vendor, connected: Connected): Promise<Model> {
  const { api, connection } = connected;
  switch (api) {
    case "openai-chat": {
      const { createChatApi } = await import("./openai-chat.ts");
      // OpenAI's own dialect is spoken at OpenAI and Azure; elsewhere the plain one is safe.
      const isForeign = row.base_url === "https://api.openai.com/v1" && isElsewhere(connection);
      const dialect = isForeign ? plainDialect : (row.dialect ?? plainDialect);
      return createModel(createChatApi(connection.vendor, dialect), connection);
    }
    case "openai-responses": {
      const { createResponsesApi } = await import("./openai-responses.ts");
      return createModel(createResponsesApi(connection.vendor), connection);
    }
    case "anthropic": {
      const { createAnthropicApi } = await import("./anthropic.ts");
      return createModel(createAnthropicApi(connection.vendor), connection);
    }
    case "ollama": {
      const { createOllamaApi } = await import("./ollama.ts");
      return createModel(createOllamaApi(), connection);
    }
  }
}

function isElsewhere(connection: Connection): boolean {
  return URL.parse(connection.base_url)?.host !== "api.openai.com";
}

export interface VendorView {
  vendor: string;
  api: string;
  base_url: string;
  /** Where the key comes from, never the key; null when there is none. */
  key_from: string | null;
  is_ready: boolean;
  needs_key: boolean;
  key_variable: string | null;
  base_url_variable: string | null;
  example: string;
}

/** Every vendor, and whether a call could be made now. Only Ollama is asked; others are not called. */
export async function listVendors(access: Access): Promise<VendorView[]> {
  const ollama = await findOllamaModel(access);
  return Object.entries(vendors).map(([vendor, row]) => viewVendor(vendor, row, ollama, access));
}

function viewVendor(
  vendor: string,
  row: Vendor,
  ollama: string | undefined,
  access: Access,
): VendorView {
  const given = givenAddress(row, access);
  const configured = given ?? row.base_url;
  const address = vendor === "ollama" ? ollamaAddress(configured ?? "") : configured;
  const hasKey = row.key_variable !== null && isSet(access, row.key_variable);
  const isBuiltIn = row.api === "offline" || row.api === "scripted";
  const example = vendor === "ollama" ? (ollama ?? row.example) : row.example;
  return {
    vendor,
    api: row.api,
    base_url: address === null || address === undefined ? "" : shownAddress(address),
    key_from: hasKey && row.key_variable !== null ? sourceOf(access, row.key_variable) : null,
    is_ready:
      isBuiltIn ||
      (vendor === "ollama" && ollama !== undefined) ||
      (row.needs_key && hasKey && (row.base_url !== null || given !== undefined)) ||
      (!vendor.startsWith("azure") && vendor !== "ollama" && given !== undefined),
    needs_key: row.needs_key,
    key_variable: row.key_variable,
    base_url_variable: row.base_url_variable,
    example: `${vendor}/${example ?? (vendor.startsWith("azure") ? "<deployment>" : "<model>")}`,
  };
}

function isSet(access: Access, variable: string): boolean {
  return (access.variable(variable)?.trim() ?? "") !== "";
}

function sourceOf(access: Access, variable: string): string {
  return access.source?.(variable) ?? variable;
}

/**
 * The model that answers when nobody chose one: `JAMEY_MODEL`, else the first vendor that has a key,
 * else a running Ollama, else the offline guide.
 */
export async function defaultModel(access: Access): Promise<{ name: string; from: string }> {
  const chosen = access.variable("JAMEY_MODEL")?.trim() ?? "";
  if (chosen !== "") return { name: chosen, from: sourceOf(access, "JAMEY_MODEL") };
  const keyed = firstWithKey(access);
  if (keyed !== undefined) return keyed;
  const local = await findOllamaModel(access);
  if (local !== undefined) return { name: `ollama/${local}`, from: "the Ollama that runs here" };
  return { name: "offline/guide", from: "no key and no Ollama was found" };
}

/** A model of the first vendor that has a key. */
function firstWithKey(access: Access): { name: string; from: string } | undefined {
  for (const [vendor, row] of Object.entries(vendors)) {
    const { key_variable, example }: Vendor = row;
    if (!row.needs_key || key_variable === null || example === null) continue;
    if (!isSet(access, key_variable)) continue;
    return { name: `${vendor}/${example}`, from: `the key in ${sourceOf(access, key_variable)}` };
  }
  return undefined;
}

/** The first model of a running Ollama. */
async function findOllamaModel(access: Access): Promise<string | undefined> {
  const row: Vendor = vendors.ollama;
  const address = ollamaAddress(givenAddress(row, access) ?? row.base_url ?? "");
  if (address === undefined) return undefined;
  const fetch: Fetch = access.fetch ?? globalThis.fetch;
  try {
    const response = await fetch(`${address}/api/tags`, {
      redirect: "error",
      signal: AbortSignal.timeout(OLLAMA_PROBE_MS),
    });
    if (!response.ok || Number(response.headers.get("content-length") ?? 0) > MAX_PROBE_BYTES) {
      await response.body?.cancel();
      return undefined;
    }
    const models = listOf(fieldsOf(await response.json())?.models);
    return textOf(fieldsOf(models[0])?.name) || undefined;
  } catch {
    // Not running, too slow, or something else on that port: there is no Ollama here.
    return undefined;
  }
}
