// `jamey inbox`: everything that waits for a human, of all objects, one question after another. On a terminal it
// is answered there; elsewhere it is listed. What others answer meanwhile is no longer asked.
import { typedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";
import type { EventName } from "../../protocol/events/index.ts";
import type { HumanRequest } from "../../protocol/messages.ts";
import { listedRequest, placeText } from "../../terminal/request-text.ts";
import { type ChatLines, openChatLines } from "../chat/chat-lines.ts";
import { answerRequests } from "../chat/human-requests.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { endBySignal, watchSignals } from "../signals.ts";
import { isTerminal } from "../terminal.ts";
import { list } from "./requests.ts";

const TYPES = [
  "HumanRequestQueued",
  "HumanRequestResponded",
  "HumanRequestExpired",
] as const satisfies EventName[];

export async function inbox(context: Context): Promise<number> {
  const isFollowing = context.arguments.has("follow");
  const canAsk = isTerminal(0) && context.out.isTerminal && !context.isJson;
  if (canAsk && !context.arguments.has("no-input")) return await askAll(context, isFollowing);
  return await (isFollowing ? listOn(context) : list(context));
}

const askAll = (context: Context, isFollowing: boolean): Promise<number> =>
  withLink(context, async (link) => {
    const lines = openChatLines(context);
    try {
      const caught = await answer({ context, link, lines, isFollowing });
      await lines.close();
      if (caught) endBySignal(caught);
      return 0;
    } finally {
      await lines.close();
    }
  });

async function answer(options: {
  context: Context;
  link: Link;
  lines: ChatLines;
  isFollowing: boolean;
}) {
  const { context, link, lines, isFollowing } = options;
  const watch = watchSignals();
  const requests = answerRequests({
    context,
    link,
    lines: () => lines.answers,
    screen: context.out,
    before: () => Promise.resolve(),
    beforeEnd: watch.beforeEnd,
    about: (request) => placeOf(link, request),
    endIsLater: true,
  });
  const following = await link.follow({ event_types: [...TYPES], after: null }, (frames) => {
    for (const frame of frames) {
      if (frame.type !== "event") continue;
      const event = typedEvent(frame);
      // Without --follow what comes later is not waited for, but what goes is learned.
      if (isFollowing || event.event_type !== "HumanRequestQueued") requests.take(event);
    }
    return Promise.resolve();
  });
  const found = await link.call("ListPendingRequests", {});
  if (found.requests.length === 0) await context.note("Nothing waits for a human.");
  for (const request of found.requests) requests.add(request);
  const ended = Promise.withResolvers<void>();
  watch.signal.addEventListener("abort", () => ended.resolve(), { once: true });
  void link.gone.then(ended.reject);
  try {
    await (isFollowing ? ended.promise : Promise.race([requests.settled(), ended.promise]));
  } finally {
    following.stop();
    requests.stop();
    watch.stop();
  }
  return watch.caught();
}

/** Which conversation asks, where, since when: a yes without it is a guess. */
async function placeOf(link: Link, request: HumanRequest): Promise<string> {
  const { sessions } = await link.call("ListSessions", { match: request.session_id, limit: 1 });
  const [session] = sessions;
  return placeText(request, { folder: session?.workspace, title: session?.title });
}

/** What waits and what comes, one after another, until Ctrl-C. As JSON, a line for each. */
const listOn = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const watch = watchSignals();
    const ended = Promise.withResolvers<void>();
    watch.signal.addEventListener("abort", () => ended.resolve(), { once: true });
    context.out.gone.addEventListener("abort", () => ended.resolve(), { once: true });
    void link.gone.then(ended.reject);
    const shown = new Set<string>();
    const show = async (request: HumanRequest) => {
      if (shown.has(request.request_id)) return;
      shown.add(request.request_id);
      await context.out.write(
        context.isJson ? `${JSON.stringify({ type: "open", request })}\n` : shortText(request),
      );
    };
    const following = await link.follow(
      { event_types: [...TYPES], after: null },
      async (frames) => {
        for (const frame of frames) {
          if (frame.type !== "event") continue;
          const { event_type, payload } = typedEvent(frame);
          if (event_type === "HumanRequestQueued") await show(payload);
          else if (event_type === "HumanRequestResponded" || event_type === "HumanRequestExpired") {
            shown.delete(payload.request_id);
            const { request_id } = payload;
            const closed = { type: "closed", request_id, event_type };
            const text = context.isJson ? JSON.stringify(closed) : `${request_id} is closed.`;
            await context.out.write(`${text}\n`);
          }
        }
      },
    );
    const { requests } = await link.call("ListPendingRequests", {});
    for (const request of requests) await show(request);
    try {
      await ended.promise;
    } finally {
      following.stop();
      watch.stop();
    }
    const caught = watch.caught();
    if (caught) endBySignal(caught);
    return 0;
  });

const shortText = (request: HumanRequest): string =>
  listedRequest(request, { folder: undefined, now: Date.now(), program: "jamey" });
