// Models as the runtime sees them: chosen, opened, priced. The only file that knows the providers.
import type { Model } from "../core/model.ts";
import type { Usage } from "../protocol/messages.ts";
import { mayTakeImages } from "../providers/image-models.ts";
import { defaultModel, listVendors, openModel } from "../providers/index.ts";
import { contextTokens, costOf } from "../providers/prices.ts";
import type { Config } from "./config.ts";

/** Keys and addresses by name, wherever they come from. */
export type Lookup = (name: string) => string | undefined;

export interface Models {
  /** `folder` is where the relative path of a script is looked up. */
  open(
    name: string,
    options: { variable: Lookup; folder: string },
  ): Promise<{ model: Model; model_name: string }>;
  /** The model when nobody names one, and a phrase that says why it is this. */
  choose(variable: Lookup): Promise<{ name: string; from: string }>;
  /** `source` says where a value comes from, never the value. */
  list(options: {
    variable: Lookup;
    source(name: string): string | undefined;
  }): ReturnType<typeof listVendors>;
  /** US dollars, or null where the price is not known. */
  costOf(name: string, usage: Omit<Usage, "cost_usd">): number | null;
  contextTokens(name: string): number | null;
  /** False only for models that are well known to read nothing but text. */
  mayTakeImages(name: string): boolean;
}

/** A script that is not where its caller is may lie in the environment's folder: its templates bring some. */
export function createModels(config: Config, environmentFolder?: string): Models {
  const { first_byte_timeout_ms: first_byte_ms, idle_timeout_ms: idle_ms } = config.provider;
  const timeouts = first_byte_ms === null ? { idle_ms } : { first_byte_ms, idle_ms };
  return {
    open: (name, { variable, folder }) =>
      openModel(name, {
        variable,
        folder,
        timeouts,
        ...(environmentFolder !== undefined && { folder_next: environmentFolder }),
      }),
    choose: (variable) => defaultModel({ variable, timeouts }),
    list: (options) => listVendors({ ...options, timeouts }),
    costOf,
    contextTokens,
    mayTakeImages,
  };
}

/** Every model is this one script; none else can be reached. */
export async function createScriptedModels(script: {
  text: string;
  path: string;
}): Promise<Models> {
  const { playScript } = await import("../providers/scripted.ts");
  const model = playScript(script.text, script.path);
  return {
    open: async (name) =>
      await Promise.resolve({ model, model_name: name.slice(name.indexOf("/") + 1) }),
    choose: async () => await Promise.resolve({ name: SCRIPTED, from: "the script of the test" }),
    list: async () => await Promise.resolve([]),
    costOf: () => 0,
    contextTokens: () => null,
    mayTakeImages: () => true,
  };
}

const SCRIPTED = "scripted/test";
