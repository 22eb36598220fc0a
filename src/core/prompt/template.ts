// Prompt templates: `{{name}}` is replaced, `\{{` stays as `{{`, an unknown name is an error.
import { failure, type Result, success } from "../result.ts";

export interface PromptTemplate {
  text: string;
}

/** A system prompt, as it is sent to the model. It is no message of the conversation. */
export interface SystemPrompt {
  role: "system";
  content: string;
}

const PLACEHOLDER = /\\\{\{|\{\{\s*([A-Za-z_][\w.-]{0,63})\s*\}\}/g;

/** The names that a template needs values for, in the order in which they come. */
export const templateParameters = (template: PromptTemplate): string[] => [
  ...new Set(placeholdersIn(template)),
];

/** The same, each as often as it comes. */
export const placeholdersIn = ({ text }: PromptTemplate): string[] =>
  [...text.matchAll(PLACEHOLDER)].flatMap(([, name]) => name ?? []);

export function renderTemplate(
  template: PromptTemplate,
  values: Record<string, string>,
): Result<string> {
  const missing = new Set<string>();
  const text = template.text.replace(PLACEHOLDER, (whole, name: string | undefined) => {
    if (name === undefined) return "{{";
    if (Object.hasOwn(values, name)) return values[name] ?? "";
    missing.add(name);
    return whole;
  });
  if (missing.size === 0) return success(text);
  const names = [...missing];
  return failure({
    code: "bad_data",
    message: `The template needs a value for ${names.join(", ")}.`,
    details: { missing: names },
  });
}

/** An object's body, what it should know of its place, and the session's context. */
export function createSystemPrompt(parts: {
  body: string;
  workspace: string;
  context: Record<string, string>;
}): SystemPrompt {
  const sections = [parts.body.trim()];
  if (parts.workspace) sections.push(`Your tools work in the folder ${parts.workspace}.`);
  const context = Object.entries(parts.context);
  if (context.length > 0) {
    sections.push(`Context:\n${context.map(([key, value]) => `- ${key}: ${value}`).join("\n")}`);
  }
  return { role: "system", content: sections.filter(Boolean).join("\n\n") };
}
