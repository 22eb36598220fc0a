// What a host can read without calling a tool: objects, their conversations, the bus, sessions, and what waits for
// a human. Each is a command's reply as JSON, but for a prompt, which is its text.
import type { McpServer, ReadResourceResult, ResourceTemplate } from "@modelcontextprotocol/server";
import { JameyError, toErrorBody } from "../../../protocol/errors.ts";
import type { FollowFrame } from "../../../protocol/frames.ts";
import { MAX_LIST_LENGTH } from "../../../protocol/limits.ts";
import { BUS_URI, objectUri, REQUESTS_URI, SESSIONS_URI, sessionUri } from "./changes.ts";
import type { McpLink } from "./link.ts";
import { readConversation, shownRequests } from "./tools.ts";

type Sdk = typeof import("@modelcontextprotocol/server");

/** Entries of the bus that are read at once. */
const MAX_ENTRIES = 1_000;
/** Without a beginning, the bus is read out of this many of the newest events. */
const NEWEST_EVENTS = 2_000;
const NEWEST_ENTRIES = 100;
/** Sessions that stand in the list of resources; all are in `sessions://list`. */
const LISTED_SESSIONS = 50;
/** Offered to complete a word. */
const MAX_COMPLETIONS = 100;
const MAX_BUS_WAIT_MS = 10_000;

export function offerResources(
  sdk: Pick<Sdk, "ResourceTemplate" | "ProtocolError" | "ProtocolErrorCode">,
  server: McpServer,
  link: McpLink,
): void {
  const { ask } = link;
  const json = (uri: URL, value: unknown) => jsonResource(uri.href, value);
  const found = <Out>(reading: Promise<Out>) => orNotFound(sdk, reading);
  const about = (title: string, description: string, mimeType = "application/json") => ({
    ...{ title, description, mimeType },
  });
  const template = (uri: string, more: Partial<Listing>) =>
    new sdk.ResourceTemplate(uri, { list: more.list, complete: more.complete ?? {} });

  server.registerResource("sessions", SESSIONS_URI, about("Sessions", "The newest first."), (uri) =>
    found(ask("ListSessions", { limit: MAX_LIST_LENGTH }).then((reply) => json(uri, reply))),
  );
  server.registerResource(
    "requests",
    REQUESTS_URI,
    about("Requests", "What waits for a human."),
    (uri) => found(ask("ListPendingRequests", {}).then((reply) => json(uri, shownRequests(reply)))),
  );
  server.registerResource(
    "bus",
    BUS_URI,
    about(
      "Messages",
      "What humans, objects and tools said last. `seq` goes on in bus://messages/{after}.",
    ),
    (uri) => found(readBus(link, undefined).then((reply) => json(uri, reply))),
  );
  server.registerResource(
    "bus-after",
    template("bus://messages/{after}", {}),
    about("Messages after an event", "Everything after a seq, in its order."),
    (uri, { after }) => found(readBus(link, cursorOf(after)).then((reply) => json(uri, reply))),
  );
  server.registerResource(
    "session",
    template("sessions://{id}", {
      list: () => listSessions(link),
      complete: { id: (start: string) => completeSession(link, start) },
    }),
    about("Session", "A session with its conversation."),
    (uri, { id }) =>
      found(ask("GetSession", { session_id: one(id) }).then(({ session }) => json(uri, session))),
  );
  offerObjects(server, link, { template, about, json, found });
}

interface Listing {
  list: () => Promise<{ resources: { uri: string; name: string }[] }>;
  complete: Record<string, (start: string) => Promise<string[]>>;
}

function offerObjects(
  server: McpServer,
  link: McpLink,
  {
    template,
    about,
    json,
    found,
  }: {
    template(uri: string, more: Partial<Listing>): ResourceTemplate;
    about(title: string, text: string, type?: string): { title: string; description: string };
    json(uri: URL, value: unknown): ReadResourceResult;
    found(reading: Promise<ReadResourceResult>): Promise<ReadResourceResult>;
  },
): void {
  const { ask } = link;
  const names = async () => (await ask("ListPOs", {})).prompt_objects.map(({ name }) => name);
  const complete = {
    name: async (start: string) =>
      (await names()).filter((name) => name.startsWith(start)).slice(0, MAX_COMPLETIONS),
  };
  const part = (of: "conversation" | "config" | "prompt") =>
    template(`po://{name}/${of}`, {
      complete,
      list: async () => ({
        resources: (await names()).map((name) => ({
          uri: objectUri(name, of),
          name: `${name} ${of}`,
        })),
      }),
    });
  server.registerResource(
    "conversation",
    part("conversation"),
    about("Conversation", "The newest conversation with an object."),
    (uri, { name }) =>
      found(
        readConversation(ask, { po_name: one(name), session_id: null, last: MAX_LIST_LENGTH }).then(
          (reply) => json(uri, reply),
        ),
      ),
  );
  server.registerResource(
    "config",
    part("config"),
    about("Object", "An object: state, capabilities, model, limits, rules."),
    (uri, { name }) =>
      found(
        ask("InspectPO", { po_name: one(name) }).then(({ prompt: _text, ...rest }) =>
          json(uri, rest),
        ),
      ),
  );
  server.registerResource(
    "prompt",
    part("prompt"),
    about("Prompt", "An object's prompt.", "text/markdown"),
    (uri, { name }) =>
      found(
        ask("InspectPO", { po_name: one(name) }).then(({ prompt }) => ({
          contents: [{ uri: uri.href, mimeType: "text/markdown", text: prompt }],
        })),
      ),
  );
}

const jsonResource = (uri: string, value: unknown): ReadResourceResult => ({
  contents: [{ uri, mimeType: "application/json", text: JSON.stringify(value) }],
});

/** As it stands in a URI. */
function one(value: string | string[] | undefined): string {
  const text = typeof value === "string" ? value : (value?.[0] ?? "");
  try {
    return decodeURIComponent(text);
  } catch (_broken) {
    return text;
  }
}

function cursorOf(value: string | string[] | undefined): number {
  const text = one(value);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new JameyError("invalid_request", `'${text.slice(0, 40)}' is no seq of an event.`);
}

/** What is not there is said as the protocol says it. */
async function orNotFound<Out>(
  { ProtocolError, ProtocolErrorCode }: Pick<Sdk, "ProtocolError" | "ProtocolErrorCode">,
  reading: Promise<Out>,
): Promise<Out> {
  try {
    return await reading;
  } catch (thrown) {
    const { code, message } = toErrorBody(thrown);
    const isInternal = code === "internal";
    throw new ProtocolError(
      isInternal ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams,
      `${code}: ${message}`,
      { code },
    );
  }
}

async function listSessions({ ask }: McpLink) {
  const { sessions } = await ask("ListSessions", { limit: LISTED_SESSIONS });
  return {
    resources: sessions.map(({ session_id, name, title, po_name }) => ({
      uri: sessionUri(session_id),
      name: `${po_name}: ${name ?? title}`.slice(0, 200),
      mimeType: "application/json",
    })),
  };
}

async function completeSession({ ask }: McpLink, start: string): Promise<string[]> {
  const match = start === "" ? null : start;
  const { sessions } = await ask("ListSessions", { match, limit: MAX_COMPLETIONS });
  return sessions.map(({ session_id }) => session_id);
}

/** What travelled the bus after this event; without one, what did so last. */
async function readBus(link: McpLink, given: number | undefined) {
  const { seq: head } = await link.ask("GetStatus", {});
  const after = given ?? Math.max(0, head - NEWEST_EVENTS);
  const entries: { seq: number; entry: unknown }[] = [];
  const over = Promise.withResolvers<number>();
  const stop = await link.follow({ event_types: ["BusEntry"], after }, (frames: FollowFrame[]) => {
    for (const frame of frames) {
      if (frame.type === "caught_up") over.resolve(frame.seq);
      if (frame.type !== "event") continue;
      // What is left out comes with the next read; without a beginning, the newest are what counts.
      if (entries.length >= MAX_ENTRIES && given !== undefined) {
        return over.resolve(entries.at(-1)?.seq ?? after);
      }
      if (entries.length >= MAX_ENTRIES) entries.shift();
      entries.push({ seq: frame.seq, entry: frame.payload });
    }
  });
  const timer = setTimeout(
    () => over.reject(new JameyError("timeout", "The messages could not be read in time.")),
    MAX_BUS_WAIT_MS,
  );
  try {
    const seq = await over.promise;
    const shown = given === undefined ? entries.slice(-NEWEST_ENTRIES) : entries;
    return { seq, messages: shown.map(({ seq: at, entry }) => ({ seq: at, ...Object(entry) })) };
  } finally {
    clearTimeout(timer);
    stop();
  }
}
