// What an interface of an object can answer without its model: who it is, and, where the object declares that it may
// know, how its environment stands: as JSON, and as one page. Everything is escaped: names and titles are others' text.
import type { EnvironmentStanding } from "../core/environment-port.ts";
import type { SpawnedServer } from "../protocol/spawned.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { Objects } from "./objects.ts";
import type { SpawnedAnswer } from "./spawned-port.ts";
import type { Views } from "./store/views/index.ts";

/** Sessions on one page. */
const MAX_SHOWN = 50;
/** Characters of a title. */
const MAX_TEXT = 120;
/** Seconds after which the page looks again. */
const REFRESH_SECONDS = 5;

export interface SpawnedViews {
  catalog: Pick<Catalog, "list" | "get">;
  objects: Pick<Objects, "state">;
  views: Pick<Views, "listSessions">;
  standing(): EnvironmentStanding;
}

/** Action → what the object has to declare for it, and the answer. */
const own: Record<
  string,
  {
    needs: readonly string[];
    answer(about: SpawnedViews, server: SpawnedServer): SpawnedAnswer;
  }
> = {
  info: { needs: [], answer: info },
  handle_root: { needs: [], answer: info },
  environment_status: {
    needs: ["list_prompt_objects"],
    answer: (about) => json(statusOf(about)),
  },
  environment_sessions: {
    needs: ["query_sessions"],
    answer: (about) => json({ sessions: sessionsOf(about) }),
  },
  environment_page: {
    needs: ["list_prompt_objects", "query_sessions"],
    answer: (about) => ({ status: 200, body: pageOf(about), media_type: "text/html" }),
  },
};

export const isOwnAction = (action: string): boolean => Object.hasOwn(own, action);

export function ownAnswer(
  action: string,
  server: SpawnedServer,
  about: SpawnedViews,
): SpawnedAnswer {
  const row = own[action];
  const has = about.catalog.get(server.po_name)?.capabilities ?? [];
  const missing = row?.needs.filter((one) => !has.includes(one)) ?? [];
  if (row && missing.length === 0) return row.answer(about, server);
  const message = `'${server.po_name}' does not declare ${missing.join(" and ")}: add it to its capabilities.`;
  return json({ error: { status: 403, message } }, 403);
}

function info({ catalog, objects }: SpawnedViews, server: SpawnedServer): SpawnedAnswer {
  const { po_name: name, routes } = server;
  const description = catalog.get(name)?.description ?? "";
  return json({ name, description, state: objects.state(name), routes });
}

function statusOf({ catalog, objects, standing }: SpawnedViews) {
  const { environment, waiting, ...counts } = standing();
  return {
    environment,
    prompt_objects: catalog
      .list()
      .map(({ name, description }) => ({ name, description, state: objects.state(name) })),
    ...counts,
  };
}

/** The newest, those of visitors of such pages left out. */
function sessionsOf({ views }: SpawnedViews) {
  const everybody = { po_name: null, source: null, workspace: null, parent: null, match: null };
  const asked = { ...everybody, updated_before: null, cursor: null, limit: 4 * MAX_SHOWN };
  return views
    .listSessions(asked)
    .sessions.filter((one) => one.source !== "web")
    .slice(0, MAX_SHOWN)
    .map(({ session_id, po_name, name, title, state, source, message_count, updated_at }) => ({
      ...{ session_id, po_name, title: (name ?? title).slice(0, MAX_TEXT) },
      ...{ state, source, message_count, updated_at },
    }));
}

function pageOf(about: SpawnedViews): string {
  const status = statusOf(about);
  const { waiting } = about.standing();
  const sessions = sessionsOf(about);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${escaped(status.environment)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}</style>
</head><body>
<h1>${escaped(status.environment)}</h1>
<p>up ${status.uptime_seconds} s, ${status.running_turns} turns running</p>
<h2>Needs somebody (${status.pending_requests})</h2>
${table(
  ["who", "what", "since"],
  waiting.map(({ po_name, kind, question, at }) => [po_name, `${kind}: ${question}`, at]),
)}
<h2>Agents (${status.prompt_objects.length})</h2>
${table(
  ["name", "state", "what it does"],
  status.prompt_objects.map((one) => [one.name, one.state, one.description]),
)}
<h2>Recent sessions (${status.sessions} in all)</h2>
${table(
  ["agent", "state", "about", "last active"],
  sessions.map((one) => [one.po_name, one.state, one.title, one.updated_at]),
)}
</body></html>
`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? "<p>None.</p>"
    : `<table>${row("th", head)}${rows.map(cells).join("")}</table>`;

const cells = (values: readonly string[]): string => row("td", values);

const row = (tag: "td" | "th", values: readonly string[]): string =>
  `<tr>${values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join("")}</tr>`;

const escaped = (text: string): string => Bun.escapeHTML(text);

const json = (value: unknown, status = 200): SpawnedAnswer => ({
  status,
  body: `${JSON.stringify(value)}\n`,
  media_type: "application/json",
});
