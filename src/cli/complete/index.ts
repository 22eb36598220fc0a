// `jamey __complete CURSOR WORD…`: what the shells' completion scripts ask. CURSOR is the place of the word at
// the cursor among the words after `jamey`. One value per line, a tab, what it means; the last line is
// `:none`, or `:files` or `:folders` where the shell itself knows more.
import { type Value, type Wanted, want } from "./engine.ts";
import { valuesOf, type Where } from "./sources.ts";

export type CompleteOptions = Omit<Where, "environment">;

/** Never throws: there is nobody to tell. */
export async function complete(raw: readonly string[], options: CompleteOptions): Promise<string> {
  const [cursor = "", ...words] = raw;
  const at = /^\d+$/.test(cursor) ? Number(cursor) : words.length;
  try {
    const wanted = want(words.slice(0, at), words[at] ?? "");
    return answer(await found(wanted, options), fallbackOf(wanted));
  } catch (_thrown) {
    return answer([], "none");
  }
}

async function found(wanted: Wanted, options: CompleteOptions): Promise<Value[]> {
  if (wanted.type === "values") return wanted.values;
  const { kind, before, typed, environment } = wanted;
  if (kind === "none" || kind === "files" || kind === "folders") return [];
  const all = await valuesOf(kind, { ...options, environment }, typed);
  return (
    all
      // What begins like a flag would be read as one.
      .filter(({ value }) => value.startsWith(typed) && !value.startsWith("-"))
      .map(({ value, description }) => ({ value: `${before}${value}`, description }))
  );
}

function fallbackOf(wanted: Wanted): "files" | "folders" | "none" {
  if (wanted.type === "values") return "none";
  const { kind } = wanted;
  if (kind === "files" || kind === "folders") return kind;
  return kind === "environments" ? "folders" : "none";
}

function answer(values: readonly Value[], fallback: string): string {
  const lines = values
    .filter(({ value }) => isSafe(value))
    .map(({ value, description }) => `${value}\t${description}`);
  return `${[...lines, `:${fallback}`].join("\n")}\n`;
}

/**
 * What goes onto a line that a shell then reads: one word of nothing that any shell reads as its own, which is
 * no mark of this protocol. Names of files and of tools are chosen by others.
 */
const isSafe = (value: string): boolean => /^[\p{L}\p{N}_-][\p{L}\p{N}_@%+=:./,-]*$/u.test(value);
