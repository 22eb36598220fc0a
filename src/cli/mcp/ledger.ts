// What the bridge has to remember of a host's conversation so that it outlives the daemon that answered so far:
// the handshake, what was subscribed to, and what still has no answer. No I/O.
//
// Rules: 1. What is safe to ask twice is asked again; of the rest the host is told that nobody knows how it ended.
//           A message to an object gets a key of its own, so that asking again begins nothing new.
//        2. A question of a daemon to the host has an id of ours: an answer to a daemon that is gone never reaches
//           the next one, whose ids begin anew.
//        3. What changed while no daemon was there, nobody knows: the host is told of all that it listens to.
import { parseJson } from "../../protocol/decode.ts";
import { isObject } from "../../protocol/json.ts";

type Id = string | number;
type Message = Record<string, unknown>;

interface Asked {
  text: string;
  isSafe: boolean;
  /** Answered by notifications until it ends. */
  isListening: boolean;
}

export interface Ledger {
  /** What goes to the daemon, and what the host is told at once. */
  fromHost(line: string): { send?: string; tell?: string };
  /** What the host is told; undefined: it is nothing for it. */
  fromDaemon(text: string): string | undefined;
  /** The next daemon: what it is sent first, and what the host is told. */
  begin(): { send: string[]; tell: string[] };
  /** Nobody answers what is open. */
  giveUp(reason: string): string[];
  /** Requests without an answer, those that listen left out. */
  open(): number;
}

/** Requests of the host without an answer; more are refused. */
const MAX_OPEN = 1_000;
const MAX_SUBSCRIBED = 1_000;
const OWN = "jamey-bridge";
const INTERNAL_ERROR = -32_603;
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const SAFE_METHODS =
  /^(ping|server\/discover|initialize|completion\/complete|logging\/setLevel|subscriptions\/listen|(tools|resources|prompts)\/(list|get|read|subscribe|unsubscribe|templates\/list))$/;
const SAFE_TOOLS = /^(list|get|inspect|search|wait)_|^cancel_turn$/;
const KEYED_TOOLS = /^(send_message$|ask_)/;

export function createLedger(newKey: () => string): Ledger {
  const asked = new Map<Id, Asked>();
  let generation = 0;
  let made = 0;
  const ownId = () => {
    made += 1;
    return `${OWN}-${generation}-${made}`;
  };
  const memory = createMemory();
  const questions = createQuestions(ownId);

  function ask(message: Message, id: Id): { send?: string; tell?: string } {
    if (asked.size >= MAX_OPEN) {
      return { tell: failure(id, `${MAX_OPEN} requests are open already`) };
    }
    const keyed = withKey(message, newKey);
    const text = JSON.stringify(keyed);
    const isListening = message.method === "subscriptions/listen";
    asked.set(id, { text, isSafe: isSafe(keyed), isListening });
    return { send: text };
  }

  return {
    fromHost(line) {
      const message = parse(line, (text) => parseJson(text));
      if (!message) return { tell: failure(null, NO_MESSAGE, PARSE_ERROR) };
      const { id, method } = message;
      if (typeof method !== "string") return questions.answered(message);
      if (id !== undefined && !isId(id)) return { tell: failure(null, NO_ID, INVALID_REQUEST) };
      memory.note(message);
      if (isId(id)) return ask(message, id);
      const { params } = message;
      const given = isObject(params) ? params.requestId : undefined;
      if (method === "notifications/cancelled" && isId(given)) asked.delete(given);
      return { send: line };
    },
    fromDaemon(text) {
      const message = parse(text);
      if (!message) return undefined;
      const { id, method } = message;
      if (typeof method === "string") return questions.said(message);
      return isId(id) && !asked.delete(id) ? undefined : text;
    },
    begin() {
      generation += 1;
      const tell = questions.forget();
      if (generation === 1) return { send: [], tell };
      const send = memory.again((id) => asked.has(id), ownId);
      for (const [id, one] of [...asked]) {
        if (one.isSafe) send.push(one.text);
        else tell.push(failure(id, UNKNOWN_END));
        if (!one.isSafe) asked.delete(id);
      }
      for (const { isListening, text } of asked.values()) {
        if (isListening) tell.push(...staleOf(text));
      }
      return { send, tell: [...tell, ...memory.stale()] };
    },
    giveUp(reason) {
      const told = [...asked.keys()].map((id) => failure(id, reason));
      asked.clear();
      return told;
    },
    open: () => [...asked.values()].filter(({ isListening }) => !isListening).length,
  };
}

/** What the host said once and every daemon has to know. */
function createMemory() {
  const subscribed = new Map<string, Message>();
  let handshake: Message | undefined;
  let isInitialized = false;
  let level: Message | undefined;
  return {
    note(message: Message): void {
      const { method, params } = message;
      const uri = isObject(params) && typeof params.uri === "string" ? params.uri : "";
      if (method === "initialize") handshake = message;
      if (method === "notifications/initialized") isInitialized = true;
      if (method === "logging/setLevel") level = message;
      if (method === "resources/unsubscribe") subscribed.delete(uri);
      if (method === "resources/subscribe" && subscribed.size < MAX_SUBSCRIBED) {
        subscribed.set(uri, message);
      }
    },
    stale: (): string[] => [...subscribed.keys()].map((uri) => updated(uri)),
    /** For the next daemon, in ids of ours: but for what is asked again anyway. */
    again(isOpen: (id: Id) => boolean, ownId: () => string): string[] {
      const repeat = (one: Message | undefined) =>
        one && !isOpen(idOf(one)) ? [JSON.stringify({ ...one, id: ownId() })] : [];
      const rest = [level, ...subscribed.values()];
      return [
        ...repeat(handshake),
        ...(isInitialized ? [INITIALIZED] : []),
        ...rest.flatMap(repeat),
      ];
    },
  };
}

/** Questions of the daemon that the host has not answered yet: ids of ours → ids of this daemon. */
function createQuestions(ownId: () => string) {
  const open = new Map<string, Id>();
  /** It no longer wants an answer. */
  function cancelled(message: Message): string {
    const { params } = message;
    const id = isObject(params) ? params.requestId : undefined;
    const ours = [...open].find(([, original]) => original === id)?.[0];
    if (ours === undefined || !isObject(params)) return JSON.stringify(message);
    open.delete(ours);
    return JSON.stringify({ ...message, params: { ...params, requestId: ours } });
  }
  return {
    /** A request or a notification of the daemon, as the host is told. */
    said(message: Message): string {
      const { id, method } = message;
      if (method === "notifications/cancelled") return cancelled(message);
      if (!isId(id)) return JSON.stringify(message);
      const ours = ownId();
      open.set(ours, id);
      return JSON.stringify({ ...message, id: ours });
    },
    /** An answer to a daemon that is gone is nothing for the next one. */
    answered(message: Message): { send?: string } {
      const { id } = message;
      const original = typeof id === "string" ? open.get(id) : undefined;
      if (typeof id !== "string" || original === undefined) return {};
      open.delete(id);
      return { send: JSON.stringify({ ...message, id: original }) };
    },
    /** The daemon is gone: what the host is told. */
    forget(): string[] {
      const told = [...open.keys()].map(cancellation);
      open.clear();
      return told;
    },
  };
}

const NO_MESSAGE = "This line is no message of JSON-RPC, or is nested too deeply";
const NO_ID = "The id of a request is a text or a number";
const INITIALIZED = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
const UNKNOWN_END =
  "The daemon was started anew while it worked on this: whether it was done is not known. Look, before asking again.";

const isId = (id: unknown): id is Id => typeof id === "string" || typeof id === "number";

/** Noted are only messages of the host that have one, or need none. */
const idOf = ({ id }: Message): Id => (isId(id) ? id : "");

/** Bounded where it is a host's: what is nested too deeply could be read, and then not be written again. */
function parse(text: string, read: (text: string) => unknown = JSON.parse): Message | undefined {
  try {
    const value = read(text);
    return isObject(value) ? value : undefined;
  } catch (_broken) {
    return undefined;
  }
}

function toolOf({ method, params }: Message) {
  if (method !== "tools/call" || !isObject(params)) return undefined;
  const { name, arguments: given } = params;
  return typeof name === "string"
    ? { name, given: isObject(given) ? given : {}, params }
    : undefined;
}

function withKey(message: Message, newKey: () => string): Message {
  const tool = toolOf(message);
  if (!tool || !KEYED_TOOLS.test(tool.name) || typeof tool.given.message_key === "string") {
    return message;
  }
  const given = { ...tool.given, message_key: newKey() };
  return { ...message, params: { ...tool.params, arguments: given } };
}

function isSafe(message: Message): boolean {
  const tool = toolOf(message);
  if (!tool) return SAFE_METHODS.test(String(message.method));
  return SAFE_TOOLS.test(tool.name) || KEYED_TOOLS.test(tool.name);
}

const failure = (id: Id | null, message: string, code = INTERNAL_ERROR): string =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });

const updated = (uri: string, more: object = {}): string =>
  JSON.stringify({
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri, ...more },
  });

/** All that a request listens to, in the words of the era of 2026. */
function staleOf(text: string): string[] {
  const message = parse(text);
  const params = message && isObject(message.params) ? message.params : {};
  const { resourceSubscriptions } = isObject(params.notifications) ? params.notifications : {};
  const uris: unknown[] = Array.isArray(resourceSubscriptions) ? resourceSubscriptions : [];
  const _meta = { "io.modelcontextprotocol/subscriptionId": message?.id };
  const named = uris.filter((uri) => typeof uri === "string");
  return named.slice(0, MAX_SUBSCRIBED).map((uri) => updated(uri, { _meta }));
}

const cancellation = (requestId: string): string =>
  JSON.stringify({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId, reason: "The daemon that asked is gone." },
  });
