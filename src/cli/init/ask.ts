// The questions of `jamey init`, drawn by clack. Only where stdin and stdout are terminals: elsewhere clack
// would draw and then wait for ever.
import { oneLine } from "../../terminal/strip.ts";
import { type Asker, isUrl } from "./choice.ts";

export interface Dialogue extends Asker {
  begin(): void;
  /** Yes, no, or undefined when they gave up. */
  confirm(question: string): Promise<boolean | undefined>;
  say(text: string): void;
  /** Shows that something runs; the answer is shown in its place. */
  during<Value>(text: string, work: Promise<Value>, done: (value: Value) => string): Promise<Value>;
  end(text: string): void;
}

export async function openDialogue(): Promise<Dialogue> {
  const clack = await import("@clack/prompts");
  // Whoever gives up answers with clack's one symbol.
  const answered = <Value extends string | boolean>(value: Value | symbol): Value | undefined =>
    typeof value === "symbol" ? undefined : value;

  return {
    begin: () => clack.intro("jamey init: connect a model"),
    async vendor(vendors) {
      const ready = vendors.find((one) => one.is_ready);
      const options = vendors.map(({ vendor, is_ready, key_from }) => ({
        value: vendor,
        label: vendor,
        hint: is_ready ? (key_from ? `found ${oneLine(key_from, 60)}` : "runs here") : "",
      }));
      const chosen = await clack.select<string>({
        message: "Whose model?",
        options,
        maxItems: 8,
        ...(ready ? { initialValue: ready.vendor } : {}),
      });
      return answered<string>(chosen);
    },
    async key({ vendor, key_variable }) {
      const key = await clack.password({
        message: `The key for ${vendor} (${key_variable ?? "not shown"})`,
        validate: (text) =>
          /^\S+$/.test(text?.trim() ?? "") ? undefined : "One word, as the vendor gave it.",
      });
      return answered<string>(key)?.trim();
    },
    async baseUrl({ vendor, base_url_variable }) {
      const url = await clack.text({
        message: `The address of ${vendor} (${base_url_variable ?? "URL"})`,
        placeholder: "https://…",
        validate: (text) => (isUrl(text ?? "") ? undefined : "An http or https address."),
      });
      return answered<string>(url)?.trim();
    },
    async model({ vendor }, proposed) {
      const model = await clack.text({
        message: `Which model of ${vendor}?`,
        ...(proposed === "" ? {} : { initialValue: proposed }),
        validate: (text) => (/^\S+$/.test(text ?? "") ? undefined : "The vendor's name for it."),
      });
      return answered<string>(model);
    },
    async confirm(question) {
      return answered<boolean>(await clack.confirm({ message: question, initialValue: false }));
    },
    say: (text) => clack.log.warn(text),
    async during(text, work, done) {
      const spinner = clack.spinner();
      spinner.start(text);
      try {
        const value = await work;
        spinner.stop(done(value));
        return value;
      } catch (thrown) {
        spinner.stop("It could not be tried.");
        throw thrown;
      }
    },
    end: (text) => clack.outro(text),
  };
}
