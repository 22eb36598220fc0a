// The tools over what the objects of one conversation share: whoever is called below it sees the same.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { type Json, sharedData } from "../protocol/messages.ts";
import { defineTool } from "./define.ts";
import { within } from "./environment.ts";
import type { OutputLimits } from "./output.ts";

const { key, short_description } = sharedData.shape;

/** Any JSON, said so that every vendor takes the schema: without references. */
const value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);

export function storeDataTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "store_data",
      description:
        "Stores a value under a key for all agents that work on this conversation: you, whoever called " +
        "you, whoever you call. Storing a key again updates it; the value null removes it.",
      input: z.strictObject({
        key: key.describe("Its name, such as 'plan'."),
        short_description: short_description
          .default("")
          .describe("What it is, in a few words: the others see it before they read the value."),
        value: value.describe("Any JSON; null removes the key."),
      }),
      risk: "none",
      replay: "never",
      subject: async (args) => await Promise.resolve({ ok: true, value: args.key }),
      run: async (args, context) =>
        await within(context, async (environment) => {
          const known = environment.data().some((one) => one.key === args.key);
          if (args.value === null && !known) {
            return { success: false, output: `There is nothing under '${args.key}'.` };
          }
          // The arguments of a call are JSON, all through.
          const stored = await environment.store({ ...args, value: args.value as Json });
          if (!stored.ok) return { success: false, output: stored.problem };
          const done = args.value === null ? "Removed" : known ? "Updated" : "Stored";
          return { success: true, output: `${done}: ${args.key}` };
        }),
    },
    limits,
  );
}

export function getDataTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "get_data",
      description:
        "Reads what was stored for all agents of this conversation: one key, or without a key the list of " +
        "all keys with what they are.",
      input: z.strictObject({ key: key.optional().describe("Left out: the list.") }),
      risk: "none",
      replay: "safe",
      subject: async (args) => await Promise.resolve({ ok: true, value: args.key ?? "all keys" }),
      run: async (args, context) =>
        await within(context, (environment) => {
          const data = environment.data();
          if (args.key === undefined) {
            const lines = data.map(
              (one) => `${one.key}: ${one.short_description} (${one.po_name})`,
            );
            return lines.join("\n") || "Nothing is stored.";
          }
          const found = data.find((one) => one.key === args.key);
          if (found) return { success: true, output: JSON.stringify(found.value, null, 2) };
          const known = data.map((one) => one.key).join(", ") || "none";
          const output = `There is nothing under '${args.key}'. There is: ${known}.`;
          return { success: false, output };
        }),
    },
    limits,
  );
}
