// The tools with which an object makes and changes objects, itself included. Each change is shown whole
// before it is made, and counts from the changed object's next turn on.
import { z } from "zod";
import type { ObjectChange } from "../core/environment-port.ts";
import type { PromptEdit } from "../core/prompt/edit.ts";
import type { Tool, ToolContext } from "../core/tool.ts";
import { MAX_WAKES } from "../protocol/limits.ts";
import { defineTool, type ToolDefinition } from "./define.ts";
import { environmentOf, objectName, reason, resultOf, within } from "./environment.ts";
import type { OutputLimits } from "./output.ts";

/** In UTF-16 units: what a human can still read before saying yes. */
const MAX_PROMPT_LENGTH = 50_000;
const MAX_DESCRIPTION_LENGTH = 2_000;
const MAX_HEADING_LENGTH = 200;
const MAX_CAPABILITIES = 64;

const capability = z.string().min(1).max(128);
const whose = objectName.optional().describe("The object to change; left out, you yourself.");

export function createObjectTool(limits?: OutputLimits): Tool {
  const input = z.strictObject({
    name: objectName.describe("Its name: letters, digits, '_', '-' and '.'."),
    description: z
      .string()
      .trim()
      .min(1)
      .max(MAX_DESCRIPTION_LENGTH)
      .describe("What it is good for, for those who may call it."),
    prompt: z
      .string()
      .trim()
      .min(1)
      .max(MAX_PROMPT_LENGTH)
      .describe("Its system prompt: who it is and how it works."),
    capabilities: z
      .array(capability)
      .max(MAX_CAPABILITIES)
      .default([])
      .describe("Tools and other objects that it may call, by name."),
    wake: z
      .array(z.record(z.string(), z.union([z.string(), z.number()])))
      .max(MAX_WAKES)
      .optional()
      .describe(
        'What wakes it by itself: [{"cron": "0 7 * * *", "message": "…"}]; or watch, webhook.',
      ),
    on_start: z
      .string()
      .trim()
      .min(1)
      .max(MAX_PROMPT_LENGTH)
      .optional()
      .describe("A message to it at each start."),
    permissions: z
      .record(z.string().max(MAX_DESCRIPTION_LENGTH), z.enum(["allow", "ask", "deny"]))
      .optional()
      .describe('Rules of its own, such as {"shell": "ask"}; they may only narrow.'),
    reason,
  });
  return changeTool(
    {
      name: "create_object",
      description: "Makes a new agent (prompt object) in this environment. A human is asked first.",
      input,
    },
    ({ name, description, prompt, capabilities, wake, on_start, permissions }) => ({
      type: "create",
      po_name: name,
      description,
      prompt,
      capabilities: [...new Set(capabilities)],
      front: {
        ...(wake && { wake }),
        ...(on_start !== undefined && { on_start }),
        ...(permissions && { permissions }),
      },
    }),
    limits,
  );
}

export function modifyPromptTool(limits?: OutputLimits): Tool {
  const input = z
    .strictObject({
      name: whose,
      operation: z
        .enum(["append", "prepend", "replace_section", "rewrite"])
        .describe("replace_section changes what stands under one heading of the prompt."),
      heading: z
        .string()
        .trim()
        .min(1)
        .max(MAX_HEADING_LENGTH)
        .optional()
        .describe("For replace_section: the section's heading, such as '## Style'."),
      content: z.string().trim().min(1).max(MAX_PROMPT_LENGTH).describe("The new text."),
      reason,
    })
    .refine((args) => (args.operation === "replace_section") === (args.heading !== undefined), {
      path: ["heading"],
      message: "belongs to replace_section, and is needed there",
    });
  return changeTool(
    {
      name: "modify_prompt",
      description: "Changes your own prompt or another object's, from its next turn on.",
      input,
    },
    ({ name, operation, heading, content }, po_name) => ({
      type: "prompt",
      po_name: name ?? po_name,
      edit: editOf(operation, heading, content),
    }),
    limits,
  );
}

function editOf(
  operation: PromptEdit["operation"],
  heading: string | undefined,
  content: string,
): PromptEdit {
  return operation === "replace_section"
    ? { operation, heading: heading ?? "", content }
    : { operation, content };
}

export function addCapabilityTool(limits?: OutputLimits): Tool {
  return capabilityTool(
    "add_capability",
    "Lets you or another object call one more tool or object, from its next turn on. A human is asked first.",
    limits,
  );
}

export function removeCapabilityTool(limits?: OutputLimits): Tool {
  return capabilityTool(
    "remove_capability",
    "Takes a tool or object away from what you or another object may call, from its next turn on.",
    limits,
  );
}

function capabilityTool(
  name: "add_capability" | "remove_capability",
  description: string,
  limits: OutputLimits | undefined,
): Tool {
  const input = z.strictObject({
    name: whose,
    capability: capability.describe("The tool or object, by name."),
    reason,
  });
  return changeTool(
    { name, description, input },
    (args, po_name) => ({
      type: name,
      po_name: args.name ?? po_name,
      capability: args.capability,
    }),
    limits,
  );
}

/** What all changes have in common: the draft is what is shown, approved and made. */
function changeTool<Input extends z.ZodObject>(
  about: Pick<ToolDefinition<Input>, "name" | "description" | "input">,
  changeOf: (args: z.output<Input>, po_name: string) => ObjectChange,
  limits: OutputLimits | undefined,
): Tool {
  const draft = async (args: z.output<Input>, context: ToolContext) => {
    const found = environmentOf(context);
    return found.ok ? await found.value.draft(changeOf(args, found.value.po_name)) : found;
  };
  return defineTool(
    {
      ...about,
      risk: "write",
      replay: "never",
      async subject(args, context) {
        const made = await draft(args, context);
        return made.ok ? { ok: true, value: made.value.shown } : made;
      },
      async mustAsk(args, context) {
        const made = await draft(args, context);
        return made.ok && made.value.must_ask;
      },
      run: async (args, context) =>
        await within(context, async (environment) => {
          const made = await draft(args, context);
          if (!made.ok) return resultOf(made);
          return resultOf(await environment.change(made.value, reasonOf(args)));
        }),
    },
    limits,
  );
}

const reasonOf = (args: Record<string, unknown>): string =>
  typeof args.reason === "string" ? args.reason : "";
