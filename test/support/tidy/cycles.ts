// Finds circles in the imports among the files of src/.
import type { SourceFile } from "./files.ts";
import { readImports, resolveImport } from "./imports.ts";

/** Which file imports which; with `values`, only imports that are still there when it runs. */
function readGraph(files: SourceFile[], kind: "values" | "all"): Map<string, string[]> {
  const paths = new Set(files.map(({ path }) => path));
  return new Map(
    files.map((file) => [
      file.path,
      readImports(file)
        .filter(({ isTypeOnly }) => kind === "all" || !isTypeOnly)
        .flatMap(({ specifier }) => resolveImport(file.path, specifier, paths) ?? []),
    ]),
  );
}

/** Each circle as `a → b → a`. Of circles that share files, at least one is named. */
export function findCycles(files: SourceFile[], kind: "values" | "all"): string[] {
  const graph = readGraph(files, kind);
  const finished = new Set<string>();
  const cycles = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.add([...trail.slice(start), path].join(" → "));
    if (start >= 0 || finished.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return [...cycles];
}
