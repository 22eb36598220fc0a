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

const LANGUAGE_NAMES = new Set(Object.values(ALIASES));
const LANGUAGES = new Set([
  ...["c", "c++", "cpp", "csharp", "css", "csv", "diff", "dockerfile", "go", "graphql", "haskell"],
  ...["html", "java", "json", "jsonl", "kotlin", "lua", "makefile", "nix", "perl", "php", "r"],
  ...["scala", "scss", "sql", "svelte", "swift", "toml", "tsx", "jsx", "vue", "xml", "zig"],
]);

/** A word that whoever writes it behind -x means as a language. */
export function isLanguage(word: string): boolean {
  const name = word.toLowerCase();
  return LANGUAGES.has(name) || Object.hasOwn(ALIASES, name) || LANGUAGE_NAMES.has(name);
}

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
