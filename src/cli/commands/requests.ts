// `jamey requests`: what waits for a human, and answering it.
// Rules: 1. What is approved is the hash of exactly the call that is printed. 2. A secret is never an argument.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import { listedRequest, requestText } from "../../terminal/request-text.ts";
import { oneLine } from "../../terminal/strip.ts";
import { readSecretLine } from "../chat/ask.ts";
import { withLink } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { pickById } from "../input/find-id.ts";
import { decodeInput, undecodable } from "../one-shot/decode-input.ts";
import { readStdin } from "../one-shot/stdin.ts";
import { withPager } from "../output/pager.ts";
import { isTerminal } from "../terminal.ts";

/** Sessions whose folder is looked up for a list. */
const MAX_FOLDERS = 50;

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListPendingRequests", {});
    if (context.isJson) await printJson(context, found);
    else if (found.requests.length === 0) await context.note("Nothing waits for a human.");
    else await withPager(context, await describeAll(context, link, found.requests));
    if (found.left_off) await context.note(`${found.left_off} more wait: too much for one list.`);
    return 0;
  });

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const request = await findRequest(link, context.arguments.words[0] ?? "");
    if (context.isJson) await printJson(context, { request });
    else await withPager(context, await describeAll(context, link, [request]));
    return 0;
  });

/** With the folders of their sessions: where something happens is half of what is asked. */
async function describeAll(
  context: Context,
  link: Link,
  requests: readonly HumanRequest[],
): Promise<string> {
  const ids = [...new Set(requests.map((request) => request.session_id))];
  const looked = await Promise.all(
    ids.slice(0, MAX_FOLDERS).map((match) => link.call("ListSessions", { match, limit: 1 })),
  );
  const folders = new Map(
    looked.flatMap(({ sessions }) =>
      sessions.map(({ session_id, workspace }) => [session_id, workspace] as const),
    ),
  );
  const env = context.arguments.text("env");
  const program = env === undefined ? "jamey" : `jamey --env ${oneLine(env, 1000)}`;
  return requests
    .map((request) => {
      const folder = folders.get(request.session_id);
      return listedRequest(request, { folder, now: Date.now(), program });
    })
    .join("\n");
}

export const respond = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named = "", ...words] = context.arguments.words;
    const request = await findRequest(link, named);
    if (request.kind === "approval") {
      throw usageError(`${request.request_id} is an approval: jamey requests approve, or deny.`);
    }
    const isFromStdin = words.length === 0 || words.join(" ") === "-";
    if (request.kind === "secret" && !isFromStdin) {
      throw usageError("A secret on the command line can be read by others: pipe it in instead.");
    }
    const isTyped = request.kind === "secret" && isTerminal(0);
    const text = isTyped
      ? await typedSecret(context)
      : isFromStdin
        ? await textOfStdin()
        : words.join(" ");
    const response: Answer =
      request.kind === "secret" ? { type: "secret", value: text } : { type: "answer", text };
    return await send(context, link, { request, response, said: "Answered" });
  });

export const approve = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const match = given.text("rule-for") ?? null;
    if (given.has("rule") && given.has("session")) {
      throw usageError("--rule counts for every session: leave out --session.");
    }
    const isRule = given.has("rule") || match !== null;
    const scope = isRule ? "rule" : given.has("session") ? "session" : "once";
    return await decide(context, link, { decision: "approve", scope, match, reason: null });
  });

export const deny = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const reason = given.text("reason") ?? null;
    const scope = given.has("session") ? "session" : "once";
    return await decide(context, link, { decision: "deny", scope, match: null, reason });
  });

type Decision = Pick<
  Extract<Answer, { type: "decision" }>,
  "decision" | "scope" | "match" | "reason"
>;

async function decide(context: Context, link: Link, decision: Decision): Promise<number> {
  const request = await findRequest(link, context.arguments.words[0] ?? "");
  const { hash } = request;
  if (hash === null) {
    throw usageError(`${request.request_id} is a ${request.kind}: jamey requests answer.`);
  }
  const said = decision.decision === "approve" ? "Approved" : "Denied";
  const response: Answer = { type: "decision", hash, ...decision };
  return await send(context, link, { request, response, said });
}

async function send(
  context: Context,
  link: Link,
  options: { request: HumanRequest; response: Answer; said: string },
): Promise<number> {
  const { request, response, said } = options;
  const { request_id } = request;
  await link.call("RespondToRequest", { request_id, response });
  if (context.isJson) await printJson(context, { request_id });
  else {
    const { kind, from_po } = request;
    const what = `${said} ${request_id} ${kind} from ${oneLine(from_po, 64)}`;
    await context.out.write(`${what}: ${requestText(request)}\n`);
  }
  return 0;
}

async function findRequest(link: Link, text: string): Promise<HumanRequest> {
  const { requests } = await link.call("ListPendingRequests", {});
  const found = pickById(requests, text, { idOf: (one) => one.request_id, what: "requests" });
  if (found) return found;
  throw new JameyError(
    "request_not_found",
    `No open request '${text}'. See 'jamey requests list'.`,
  );
}

async function typedSecret({ err }: Context): Promise<string> {
  await err.write("secret (not shown): ");
  const line = await readSecretLine();
  await err.write("\n");
  if (line) return line;
  throw new JameyError("input_missing", "No secret was given.");
}

async function textOfStdin(): Promise<string> {
  const bytes = await readStdin(
    { type: "read", graceMs: undefined, notice: undefined },
    MAX_MESSAGE_BYTES,
    () => undefined,
  );
  if (bytes === "skipped") throw undecodable("stdin");
  const input = decodeInput(bytes);
  if (input.type !== "text") throw undecodable("stdin");
  const text = input.text.replace(/\r?\n$/, "");
  if (text === "")
    throw new JameyError("input_missing", "The answer is empty: give it as text, or pipe it in.");
  return text;
}
