// Files of the folder that was given with `--static`: what is in it and nothing else.
//
// 1. Only where no route is: the first segments that routes have are theirs, whatever the folder holds.
// 2. Never outside: no dot segments, no dotfiles, and a link counts as what it leads to.
import { realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { JameyError } from "../../../protocol/errors.ts";
import { decoded } from "./match.ts";
import { otherPaths, routes } from "./routes.ts";

const INDEX = "index.html";

export interface StaticFiles {
  /** Whether a file may be there at all; nothing is looked up. */
  mayHave(pathname: string): boolean;
  /** undefined: there is no such file. */
  read(method: string, pathname: string): Response | undefined;
}

export function createStaticFiles(folder: string): StaticFiles {
  const paths = [...routes.map((route) => route.path), ...Object.keys(otherPaths)];
  const reserved = new Set(paths.map((path) => path.split("/")[1]));
  const freeNames = (pathname: string) => {
    const names = namesOf(pathname);
    return names && !reserved.has(names[0] ?? "") ? names : undefined;
  };
  return {
    mayHave: (pathname) => freeNames(pathname) !== undefined,
    read(method, pathname) {
      const names = freeNames(pathname);
      return names && readFile(folder, names, { method, pathname });
    },
  };
}

function readFile(
  folder: string,
  names: string[],
  { method, pathname }: { method: string; pathname: string },
): Response | undefined {
  const found = locate(folder, names);
  if (!found || (found.isFile && pathname.endsWith("/"))) return undefined;
  if (method !== "GET" && method !== "HEAD") {
    const message = `${method} is not allowed here; use GET, HEAD.`;
    throw new JameyError("method_not_allowed", message, { details: { allow: "GET, HEAD" } });
  }
  if (!found.isFile && !pathname.endsWith("/")) {
    // Or what the page links to would be looked for one level too high.
    return new Response(null, { status: 308, headers: { location: `${pathname}/` } });
  }
  return fileResponse(found.path);
}

function fileResponse(path: string): Response {
  const file = Bun.file(path);
  return new Response(file, {
    headers: {
      "content-type": file.type,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    },
  });
}

/** The names on the way; undefined where one is none, such as `..`, `.git` or `a%2Fb`. */
function namesOf(pathname: string): string[] | undefined {
  const segments = pathname.slice(1).split("/");
  if (segments.at(-1) === "") segments.pop();
  const names = segments.map((segment) => decoded(segment) ?? "");
  const isName = (name: string) => name !== "" && !name.startsWith(".") && !/[/\\\0]/.test(name);
  return names.every(isName) ? names : undefined;
}

function locate(folder: string, names: string[]): { path: string; isFile: boolean } | undefined {
  const root = realpath(folder);
  const path = root && realpath(join(root, ...names));
  if (!root || !path || !isInside(root, path)) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return { path, isFile: true };
  if (!found?.isDirectory()) return undefined;
  const index = realpath(join(path, INDEX));
  if (!index || !isInside(root, index)) return undefined;
  return statSync(index, { throwIfNoEntry: false })?.isFile()
    ? { path: index, isFile: false }
    : undefined;
}

/** Also not in a hidden place that a link leads to. */
function isInside(root: string, path: string): boolean {
  const rest = path.slice(root.length);
  return (path === root || path.startsWith(`${root}${sep}`)) && !rest.includes(`${sep}.`);
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
