// What of an MCP server's form is refused: words too long to be shown whole, names that no answer can carry, and
// fields that want a secret, for answers are kept in the journal. Each throws a sentence for the server.
// Rule: a server that lies about its fields is not found out here; that is why each question says where answers go.

/** UTF-16 units of a server's own words in one place. What a human says yes to is never shortened. */
const MAX_WORDS_LENGTH = 4_000;
export const MAX_CHOICE_LENGTH = 500;
/** Of a text that a sentence for the server quotes. */
const MAX_QUOTED_LENGTH = 64;

export function requireShort(what: string, text: string, most = MAX_WORDS_LENGTH): void {
  if (text.length <= most) return;
  throw new Error(`${what} has ${text.length} characters; at most ${most} can be shown`);
}

export const quoted = (text: string): string =>
  text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;

/** As the words of a name or title lie side by side: `apiKey`, `api_key` and `API key` are the same. */
const SECRET =
  /(?:^| )(?:pass ?(?:word|wd|phrase|code)s?|pwd|secrets?|token|credentials?|pin|otp|cvv|cvc|api ?keys?|(?:private|access|secret|ssh|encryption|signing) keys?|(?:recovery|security|verification|one time) codes?)(?: |$)/;

export function requireNoSecret(
  name: string,
  schema: Record<string, unknown>,
  { isTyped }: { isTyped: boolean },
): void {
  const { title, format, writeOnly } = schema;
  const isNamed = [name, title].some(
    (text) => typeof text === "string" && SECRET.test(words(text)),
  );
  // What is chosen of what the server offers, it knows already.
  if (!(isTyped && isNamed) && format !== "password" && writeOnly !== true) return;
  throw new Error(
    `the field ${quoted(name)} asks for a secret: a form never does, and jamey does not ask its human for it`,
  );
}

const words = (text: string): string =>
  text
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, " ")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .join(" ");

/** Only what can be told and answered: a field that is required has to be there. */
export function requireFields(names: readonly string[], required: readonly string[]): void {
  const unknown = required.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`it requires a field ${quoted(unknown)} that it lacks`);
  if (names.includes("__proto__")) throw new Error("no answer can have a field named __proto__");
}
