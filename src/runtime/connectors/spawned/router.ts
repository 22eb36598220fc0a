// Which action a request is: METHOD and path against the object's table of routes.
import { createMatcher } from "../http/match.ts";

export type Routed =
  | { type: "action"; action: string }
  | { type: "nothing" }
  /** The path is there, for these methods. */
  | { type: "method"; allow: string };

export function routeOf(
  routes: Readonly<Record<string, string>>,
  { method, pathname }: { method: string; pathname: string },
): Routed {
  const places = Object.entries(routes).map(([route, action]) => {
    const [wanted = "", path = ""] = route.split(" ");
    return { path: path.replace(/\/:([^/]+)/g, "/{$1}"), row: { method: wanted, action } };
  });
  const found = createMatcher(places)(pathname);
  if (!found) return { type: "nothing" };
  // HEAD is GET without the body, which the server leaves out by itself.
  const wanted = method === "HEAD" ? "GET" : method;
  const row = found.rows.find((one) => one.method === wanted);
  if (row) return { type: "action", action: row.action };
  const methods = found.rows.flatMap((one) =>
    one.method === "GET" ? ["GET", "HEAD"] : one.method,
  );
  return { type: "method", allow: [...new Set(methods)].join(", ") };
}
