// Holds the import table: which folder under src/ may name which folders, packages and builtins.
import { posix } from "node:path";
import type { SourceFile } from "./files.ts";
import { type Import, readImports } from "./imports.ts";

type Rule = {
  /** Folders that may be imported. A folder may always import itself. */
  folders: Folder[];
  /** Folders of which only types may be imported. */
  typesOf?: Folder[];
  packages: string[];
  /** `pure`: only those builtins that touch nothing. */
  builtins: "none" | "pure" | "all";
};

type Folder =
  | ("protocol" | "core" | "providers" | "tools" | "client" | "terminal" | "cli" | "tui" | "web")
  | "main.ts"
  | ("runtime" | "runtime/store" | "runtime/connectors");

const rules: Record<Folder, Rule> = {
  protocol: { folders: [], packages: ["zod"], builtins: "none" },
  core: { folders: [], typesOf: ["protocol"], packages: [], builtins: "none" },
  providers: {
    folders: ["core", "protocol"],
    packages: ["openai", "@anthropic-ai/sdk", "ollama"],
    builtins: "pure",
  },
  tools: {
    folders: ["core", "protocol"],
    packages: ["@modelcontextprotocol/client", "zod"],
    builtins: "pure",
  },
  "runtime/store": { folders: ["protocol"], packages: ["drizzle-orm"], builtins: "all" },
  "runtime/connectors": {
    folders: ["protocol"],
    typesOf: ["runtime"],
    packages: ["@modelcontextprotocol/server"],
    builtins: "all",
  },
  runtime: {
    folders: ["protocol", "core", "providers", "tools", "runtime/store", "runtime/connectors"],
    packages: ["zod", "yaml", "diff", "@marcbachmann/cel-js"],
    builtins: "all",
  },
  client: { folders: ["protocol"], packages: [], builtins: "all" },
  terminal: { folders: ["client", "protocol"], packages: ["diff"], builtins: "all" },
  cli: {
    folders: ["client", "terminal", "protocol"],
    packages: ["citty", "@clack/prompts", "diff"],
    builtins: "all",
  },
  tui: {
    folders: ["client", "terminal", "protocol"],
    packages: ["blessed"],
    builtins: "all",
  },
  web: { folders: ["client", "protocol"], packages: [], builtins: "none" },
  "main.ts": { folders: ["cli", "tui", "runtime", "client", "web"], packages: [], builtins: "all" },
};

const pureBuiltins = [
  "node:path",
  "node:path/posix",
  "node:url",
  "node:util",
  "node:string_decoder",
  // Which call something was done for: it reaches nothing outside.
  "node:async_hooks",
];
const builtin = /^(?:bun$|bun:|node:)/;
const database = /^(?:bun:sqlite|node:sqlite|drizzle-orm)(?:\/|$)/;

export function checkBorders(files: SourceFile[]): string[] {
  return files.flatMap((file) => {
    const home = folderOf(file.path);
    if (!home) return [`${file.path} lies in no folder of the import table`];
    return readImports(file).flatMap((found) => {
      const problem = judge(file.path, home, found);
      return problem ? [`${file.path}:${found.line} ${problem}`] : [];
    });
  });
}

/** Only the store speaks to a database; the lock file of the daemon is the one exception. */
export function checkDatabaseUse(files: SourceFile[]): string[] {
  return files
    .filter(({ path }) => !path.startsWith("src/runtime/store/") && path !== "src/runtime/lock.ts")
    .flatMap((file) =>
      readImports(file)
        .filter(({ specifier }) => database.test(specifier))
        .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}`),
    );
}

function judge(path: string, home: Folder, found: Import): string | undefined {
  const { specifier } = found;
  const rule = rules[home];
  if (specifier.startsWith(".")) return judgeFile(path, home, found);
  if (builtin.test(specifier)) {
    const isAllowed =
      rule.builtins === "all" || (rule.builtins === "pure" && pureBuiltins.includes(specifier));
    return isAllowed ? undefined : `${home} may not import the builtin ${specifier}`;
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return rule.packages.includes(name) ? undefined : `${home} may not import the package ${name}`;
}

function judgeFile(path: string, home: Folder, found: Import): string | undefined {
  const target = posix.join(posix.dirname(path), found.specifier);
  const folder = folderOf(target);
  if (!folder) return `${home} may not import ${target}`;
  if (folder === home || rules[home].folders.includes(folder)) return undefined;
  if (!rules[home].typesOf?.includes(folder)) return `${home} may not import ${folder}`;
  if (!found.isTypeOnly) return `${home} may import only types of ${folder} (import type)`;
  if (home === "core" && found.isReexport && path !== "src/core/index.ts") {
    return `only core/index.ts may re-export types of ${folder}`;
  }
  // The ports of the runtime stand directly in its folder; what lies deeper is its own business.
  if (folder === "runtime" && posix.dirname(target) !== "src/runtime") {
    return `${home} may import only types of the ports that stand in src/runtime`;
  }
  return undefined;
}

function folderOf(path: string): Folder | undefined {
  const [top, first = "", second = ""] = path.split("/");
  const candidates = top === "src" ? [`${first}/${second}`, first] : [];
  // Object.hasOwn has just said that the name is a key of the table.
  return candidates.find((name) => Object.hasOwn(rules, name)) as Folder | undefined;
}
