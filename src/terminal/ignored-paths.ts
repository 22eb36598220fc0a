// What a folder given with -f leaves out: dotfiles, node_modules, and what the folder's own .gitignore
// files name. Pure. Of the rules that fit a path the last one decides, as git has it.

export interface IgnoreRule {
  /** The folder whose .gitignore holds it, relative to the walk; "" is its root. */
  folder: string;
  glob: Bun.Glob;
  isFolderOnly: boolean;
  isNegated: boolean;
}

/** Folders that hold what others wrote, and much of it. */
const SKIPPED_NAMES = new Set(["node_modules"]);

export const isSkippedName = (name: string): boolean =>
  name.startsWith(".") || SKIPPED_NAMES.has(name);

export function parseIgnoreRules(text: string, folder: string): IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line): IgnoreRule[] => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const isNegated = trimmed.startsWith("!");
    const whole = isNegated ? trimmed.slice(1) : trimmed;
    const isFolderOnly = whole.endsWith("/");
    const pattern = isFolderOnly ? whole.slice(0, -1) : whole;
    // A slash before its end binds a pattern to its folder; braces mean nothing to git.
    const isBound = pattern.includes("/");
    const literal = pattern.replace(/^\//, "").replace(/[{}]/g, "\\$&");
    if (literal === "") return [];
    const glob = new Bun.Glob(isBound ? literal : `**/${literal}`);
    return [{ folder, glob, isFolderOnly, isNegated }];
  });
}

/** `path` is relative to the walk, with slashes. */
export function isIgnored(rules: readonly IgnoreRule[], path: string, isFolder: boolean): boolean {
  const last = rules.findLast((rule) => {
    if (rule.isFolderOnly && !isFolder) return false;
    const inside = rule.folder === "" ? path : path.slice(rule.folder.length + 1);
    return rule.glob.match(inside);
  });
  return last !== undefined && !last.isNegated;
}
