// The fenced code of an answer, as -x and -X print it.

/** Other names that people and models give to a language. */
const ALIASES: Readonly<Record<string, string>> = {
  bash: "sh",
  shell: "sh",
  zsh: "sh",
  js: "javascript",
  ts: "typescript",
  py: "python",
  python3: "python",
  yml: "yaml",
  md: "markdown",
  rs: "rust",
  rb: "ruby",
};

/** In order; `language` "" takes each. Blocks inside of lists and quotes count. */
export function codeBlocks(text: string, language: string): string[] {
  const found: string[] = [];
  Bun.markdown.render(
    text,
    {
      code: (children, meta) => {
        const [named = ""] = (meta?.language ?? "").split(/[\s{,]/);
        if (language === "" || known(named) === known(language)) found.push(children);
        return "";
      },
    },
    { noIndentedCodeBlocks: true },
  );
  return found;
}

function known(language: string): string {
  const name = language.toLowerCase();
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
}
