// `jamey requests answered`: who answered what, out of the journal.

import { typedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";
import type { EventName } from "../../protocol/events/index.ts";
import type { FollowFrame } from "../../protocol/frames.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import { oneLine, showHidden } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../input/find-session.ts";
import { readCount } from "../one-shot/settings.ts";
import { windowsBack } from "../output/event-window.ts";
import { withPager } from "../output/pager.ts";

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000;
const MAX_SUBJECT_LENGTH = 120;
const EVENTS: EventName[] = ["HumanRequestQueued", "HumanRequestResponded", "HumanRequestExpired"];

/** An answer that a human gave. */
interface Given {
  at: string;
  /** As what, and by which connection. */
  answered_by: string;
  response: Answer;
  request_id: string;
  session_id: string;
  /** null: it is no longer kept. */
  request: HumanRequest | null;
}

export const answered = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const limit = Math.min(readCount(given, "limit") ?? DEFAULT_LIMIT, MAX_LIMIT);
    const named = given.text("session");
    const session_id = named === undefined ? null : (await findSession(link, named)).session_id;
    const answers = await readAnswers(link, { limit, session_id });
    if (context.isJson) await printJson(context, { answers });
    else if (answers.length === 0) await context.note("Nobody has answered anything.");
    else await withPager(context, columns(answers.map(rowOf)));
    return 0;
  });

/** The last ones, the oldest first: read from as far back as it takes for their questions too. */
async function readAnswers(
  link: Link,
  { limit, session_id }: { limit: number; session_id: string | null },
): Promise<Given[]> {
  for (const after of windowsBack(link.hello.seq, limit)) {
    const found = await readAfter(link, { limit, session_id, after });
    const isWhole = found.length >= limit && found.every(({ request }) => request !== null);
    if (isWhole || after === 0) return found;
  }
  return [];
}

async function readAfter(
  link: Link,
  { limit, session_id, after }: { limit: number; session_id: string | null; after: number },
): Promise<Given[]> {
  const done = Promise.withResolvers<void>();
  void link.gone.then(done.reject);
  const open = new Map<string, HumanRequest>();
  const answers: Given[] = [];
  const take = (frame: FollowFrame) => {
    if (frame.type === "caught_up") done.resolve();
    if (frame.type !== "event") return;
    const { event_type, payload, at, caller } = typedEvent(frame);
    if (event_type === "HumanRequestQueued") open.set(payload.request_id, payload);
    if (event_type === "HumanRequestExpired") open.delete(payload.request_id);
    if (event_type !== "HumanRequestResponded") return;
    const { request_id, response } = payload;
    const request = open.get(request_id) ?? null;
    open.delete(request_id);
    const about = { request_id, session_id: payload.session_id, request };
    answers.push({ at, answered_by: caller ?? "", response, ...about });
    answers.splice(0, answers.length - limit);
  };
  const following = await link.follow({ event_types: EVENTS, session_id, after }, (frames) => {
    for (const frame of frames) take(frame);
  });
  try {
    await done.promise;
    return answers;
  } finally {
    following.stop();
  }
}

function rowOf({ at, answered_by, response, request, request_id }: Given): string[] {
  return [
    at.replace("T", " ").replace(/\.\d+Z$/, "Z"),
    oneLine(answered_by, 64),
    wordsOf(response),
    oneLine(request?.from_po ?? "", 64),
    oneLine(request ? subjectOf(request) : request_id, MAX_SUBJECT_LENGTH),
  ];
}

/** What asks in words has nothing in its call that its question does not say. */
function subjectOf({ kind, question, tool_call }: HumanRequest): string {
  const isCall = kind === "approval" && tool_call !== null;
  return showHidden(isCall ? `${tool_call.name} ${JSON.stringify(tool_call.args)}` : question);
}

/** Short: what somebody wrote stands in the JSON. */
function wordsOf(response: Answer): string {
  if (response.type !== "decision") return response.type;
  const { decision, scope } = response;
  return scope === "once" ? decision : `${decision} (${scope})`;
}
