// What `jamey init` has to know: whose model, at which address, with which key. From flags; what they leave
// out is asked for, or is an error that says what to give.
import type { Reply } from "../../protocol/commands/index.ts";
import { MAX_SECRET_LENGTH } from "../../protocol/limits.ts";
import { suggest } from "../../protocol/suggest.ts";
import { readSecretLine } from "../chat/ask.ts";
import type { Context } from "../context.ts";
import type { Arguments } from "../input/arguments.ts";
import { usageError } from "../input/arguments.ts";
import { openStdin } from "../one-shot/stdin.ts";
import { isTerminal } from "../terminal.ts";

export type Vendor = Reply<"ListModels">["vendors"][number];

export interface Choice {
  vendor: Vendor;
  /** `vendor/model` */
  model: string;
  /** A key to be kept; null where there is one already, or none is needed. */
  key: string | null;
  /** An address to be kept. */
  baseUrl: string | null;
}

/** Asks a human; null where nobody can be asked. Each answers undefined when they gave up. */
export interface Asker {
  vendor(vendors: readonly Vendor[]): Promise<string | undefined>;
  key(vendor: Vendor): Promise<string | undefined>;
  baseUrl(vendor: Vendor): Promise<string | undefined>;
  model(vendor: Vendor, proposed: string): Promise<string | undefined>;
}

export const NEEDED =
  "Nobody can be asked here: give --vendor NAME, and --key-from-env or --key-stdin where it needs a key (--model, --base-url, --yes, --no-test as you like). On a terminal: jamey init.";

/** What is wrong with the flags whatever the vendors are: said before anything is started. */
export function checkFlags(given: Arguments, canAsk: boolean): void {
  if (given.has("key-from-env") && given.has("key-stdin")) {
    throw usageError("--key-from-env and --key-stdin both name a key: give one of them.");
  }
  if (!canAsk && !given.has("vendor")) throw usageError(NEEDED);
}

/** Undefined when the human gave up. */
export async function choose(
  context: Context,
  vendors: readonly Vendor[],
  asker: Asker | null,
): Promise<Choice | undefined> {
  const given = context.arguments;
  const name = given.text("vendor") ?? (await asker?.vendor(offered(vendors)));
  if (name === undefined) return undefined;
  const vendor = findVendor(vendors, name);
  const baseUrl = await chooseBaseUrl(context, vendor, asker);
  if (baseUrl === undefined) return undefined;
  const key = await chooseKey(context, vendor, asker);
  if (key === undefined) return undefined;
  const model = await chooseModel(given, vendor, asker);
  return model === undefined ? undefined : { vendor, model, key, baseUrl };
}

/** One of those that share a key, and none that is no model. */
function offered(vendors: readonly Vendor[]): Vendor[] {
  return vendors.filter(
    ({ api, key_variable }, index) =>
      api !== "offline" &&
      api !== "scripted" &&
      vendors.findIndex((one) => one.key_variable === key_variable) === index,
  );
}

function findVendor(vendors: readonly Vendor[], name: string): Vendor {
  const found = vendors.find((one) => one.vendor === name);
  if (found) return found;
  const names = vendors.map((one) => one.vendor);
  const close = suggest(name, names);
  const meant = close ? `Did you mean '${close}'?` : `There are: ${names.join(", ")}.`;
  throw usageError(`There is no vendor '${name}'. ${meant}`);
}

async function chooseBaseUrl(
  { arguments: given, host }: Context,
  vendor: Vendor,
  asker: Asker | null,
): Promise<string | null | undefined> {
  const url = given.text("base-url");
  if (url !== undefined) {
    if (vendor.base_url_variable === null) throw usageError(`${vendor.vendor} has no address.`);
    if (!isUrl(url)) throw usageError(`--base-url takes an http or https address; not '${url}'.`);
    return url;
  }
  if (vendor.base_url_variable === null) return null;
  // The model is tried at the address of this shell, and so that is kept with it.
  const exported = host.variables[vendor.base_url_variable]?.trim();
  if (exported && isUrl(exported)) return exported;
  if (vendor.base_url !== "") return null;
  if (asker) return await asker.baseUrl(vendor);
  throw usageError(`${vendor.vendor} has no address of its own: give --base-url URL.`);
}

export const isUrl = (text: string): boolean =>
  ["http:", "https:"].includes(URL.parse(text)?.protocol ?? "");

async function chooseKey(
  { arguments: given, host, err }: Context,
  vendor: Vendor,
  asker: Asker | null,
): Promise<string | null | undefined> {
  const variable = vendor.key_variable;
  const isGiven = given.has("key-from-env") || given.has("key-stdin");
  if (isGiven && variable === null) throw usageError(`${vendor.vendor} takes no key.`);
  if (given.has("key-from-env") && variable !== null) {
    const value = host.variables[variable]?.trim();
    if (value) return value;
    throw usageError(`--key-from-env: ${variable} is not set here. Set it, or use --key-stdin.`);
  }
  if (given.has("key-stdin")) {
    if (isTerminal(0)) await err.write(`${vendor.vendor} key (not shown): `);
    return checkedKey(await (isTerminal(0) ? readSecretLine() : readPipe()));
  }
  if (!vendor.needs_key || vendor.key_from !== null) return null;
  if (asker) return await asker.key(vendor);
  throw usageError(
    `${vendor.vendor} needs a key: give --key-from-env (${variable}) or --key-stdin.`,
  );
}

/** To its end, but no more than a key can be. */
async function readPipe(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of openStdin()) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MAX_SECRET_LENGTH)
      throw usageError("What came on stdin is no key: too long.");
  }
  return text;
}

function checkedKey(text: string | undefined): string {
  const key = text?.trim() ?? "";
  if (key === "") throw usageError("The key is empty.");
  if (/[\p{Cc}\s]/u.test(key)) throw usageError("A key is one word: what came has more in it.");
  return key;
}

async function chooseModel(
  given: Arguments,
  vendor: Vendor,
  asker: Asker | null,
): Promise<string | undefined> {
  const { vendor: name, example } = vendor;
  const proposed = example.includes("<") ? "" : example.slice(name.length + 1);
  const asked = given.text("model") ?? (asker ? await asker.model(vendor, proposed) : proposed);
  if (asked === undefined) return undefined;
  const model = asked.trim();
  if (model === "") throw usageError(`${name} has no usual model: give --model NAME.`);
  return model.startsWith(`${name}/`) ? model : `${name}/${model}`;
}
