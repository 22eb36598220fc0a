// From a row of the table and the variables at hand to a connection, or a JameyError that says what
// is missing and how to give it.
import { JameyError } from "../protocol/errors.ts";
import { azureAddress } from "./azure.ts";
import {
  type Access,
  type Connection,
  DEFAULT_TIMEOUTS,
  parseAddress,
  type Timeouts,
} from "./connection.ts";
import type { ApiName, Vendor, VendorName } from "./vendors.ts";

const ANTHROPIC_VERSION = "2023-06-01";
const OLLAMA_PORT = 11_434;

export interface Connected {
  connection: Connection;
  api: Exclude<ApiName, "offline" | "scripted">;
}

export function connect(vendor: VendorName, row: Vendor, model: string, access: Access): Connected {
  const given = givenAddress(row, access);
  const place = placeOf(vendor, row, model, given, access);
  const key = readKey(vendor, row, given !== undefined && vendor !== "azure", access);
  const { base_url, query } = place;
  return {
    api: place.api,
    connection: {
      vendor,
      model,
      base_url,
      base_url_variable: row.base_url_variable,
      key_variable: row.key_variable,
      headers: headersOf(vendor, place.api, key),
      secrets: [...(key === undefined ? [] : [key]), ...secretsIn(base_url)],
      query,
      fetch: access.fetch ?? globalThis.fetch,
      timeouts: timeoutsOf(row, access),
      now: () => access.now?.() ?? Date.now(),
    },
  };
}

/** A vendor which begins slowly has a first-byte limit of its own, where nobody named one. */
function timeoutsOf({ first_byte_ms }: Vendor, access: Access): Timeouts {
  const own = first_byte_ms === undefined ? {} : { first_byte_ms };
  return { ...DEFAULT_TIMEOUTS, ...own, ...access.timeouts };
}

/** The address that the human gave, if it differs from the vendor's own. */
export function givenAddress(row: Vendor, access: Access): string | undefined {
  const text = row.base_url_variable === null ? undefined : access.variable(row.base_url_variable);
  const trimmed = text?.trim();
  if (trimmed === undefined || trimmed === "") return undefined;
  // Of "/" nothing is left, and it is an address that is wrong, not none.
  const given = trimmed.replace(/\/+$/, "") || trimmed;
  return given === row.base_url ? undefined : given;
}

interface Place {
  api: Connected["api"];
  base_url: string;
  query: Record<string, string>;
}

function placeOf(
  vendor: VendorName,
  row: Vendor,
  model: string,
  given: string | undefined,
  access: Access,
): Place {
  // Callers deal with the two vendors that need no connection before they come here.
  const api = row.api as Connected["api"];
  if (vendor === "azure" || vendor === "azure-responses") {
    return azurePlace(vendor, row, model, given, access);
  }
  if (vendor === "ollama") {
    const base_url = ollamaAddress(given ?? row.base_url ?? "");
    if (base_url === undefined) throw badAddress(row);
    return { api, base_url, query: {} };
  }
  const address = given ?? row.base_url;
  if (address === null) {
    throw new JameyError(
      "config_invalid",
      `Set ${row.base_url_variable} to the server's address, for example http://127.0.0.1:8000/v1.`,
    );
  }
  const base_url = parseAddress(address);
  if (base_url === undefined) throw badAddress(row);
  if (vendor === "anthropic") return { api, base_url: base_url.replace(/\/v1$/, ""), query: {} };
  const isForeign = given !== undefined && !/^https?:\/\/api\.openai\.com(\/|$)/.test(base_url);
  const speaksChat = vendor === "openai" && isForeign;
  return { api: speaksChat ? "openai-chat" : api, base_url, query: {} };
}

function azurePlace(
  vendor: VendorName,
  row: Vendor,
  model: string,
  given: string | undefined,
  access: Access,
): Place {
  if (given === undefined) {
    throw new JameyError(
      "config_invalid",
      `Set ${row.base_url_variable} to the resource's address, https://<resource>.openai.azure.com.`,
    );
  }
  const version = access.variable("OPENAI_API_VERSION");
  const address = azureAddress(given, model, version);
  if (address === undefined) throw badAddress(row);
  if (vendor === "azure-responses" && address.isClassic) {
    throw new JameyError(
      "config_invalid",
      `azure-responses needs Azure's v1 API: let ${row.base_url_variable} end in /openai/v1.`,
    );
  }
  const api = vendor === "azure" ? "openai-chat" : "openai-responses";
  return { api, base_url: address.base_url, query: address.query };
}

function badAddress(row: Vendor): JameyError {
  return new JameyError(
    "config_invalid",
    `${row.base_url_variable} is not an http or https address.`,
  );
}

/** All that `OLLAMA_HOST` may be: a host, a port, both, an address, or what a server listens on. */
export function ollamaAddress(text: string): string | undefined {
  const hasScheme = text.includes("://");
  const url = URL.parse(
    hasScheme ? text : `http://${text.startsWith(":") ? "127.0.0.1" : ""}${text}`,
  );
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.port === "" && !hasScheme) url.port = String(OLLAMA_PORT);
  // A server that listens everywhere is reached here.
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
  return parseAddress(url.href);
}

function readKey(
  vendor: VendorName,
  row: Vendor,
  hasOwnAddress: boolean,
  access: Access,
): string | undefined {
  if (row.key_variable === null) return undefined;
  const key = access.variable(row.key_variable)?.trim();
  if (key === undefined || key === "") {
    if (!row.needs_key || (hasOwnAddress && !vendor.startsWith("azure"))) return undefined;
    throw new JameyError(
      "key_missing",
      `${vendor} needs a key: set ${row.key_variable}, or choose another model with --model.`,
      { details: { vendor, key_variable: row.key_variable } },
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new JameyError(
      "key_missing",
      `The value of ${row.key_variable} is not a key: it holds blanks or other characters no key has.`,
      { details: { vendor, key_variable: row.key_variable } },
    );
  }
  return key;
}

function headersOf(
  vendor: VendorName,
  api: Connected["api"],
  key: string | undefined,
): Record<string, string> {
  if (api === "anthropic") {
    const version = { "anthropic-version": ANTHROPIC_VERSION };
    return key === undefined ? version : { ...version, "x-api-key": key };
  }
  if (key === undefined) return {};
  return vendor.startsWith("azure") ? { "api-key": key } : { authorization: `Bearer ${key}` };
}

/** A password in an address is a key too. */
function secretsIn(base_url: string): string[] {
  const password = URL.parse(base_url)?.password ?? "";
  return password === "" ? [] : [password, decodeURIComponent(password)];
}
