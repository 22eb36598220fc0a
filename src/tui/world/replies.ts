// What the daemon's replies make of the world. A list adds to what events told meanwhile: it may be older
// than they are, so that it never opens again what they closed.
import type { Reply } from "../../protocol/commands/index.ts";
import { describeRequestAction } from "./actions.ts";
import { clip } from "./clip.ts";
import { newObject } from "./objects.ts";
import { withCallers } from "./people.ts";
import { newSession, putSession, withRequest, withSession } from "./sessions.ts";
import type { AgentObject, World } from "./shapes.ts";
import { MAX_TEXT_LENGTH } from "./shapes.ts";

export function withObjects(world: World, { prompt_objects, problems }: Reply<"ListPOs">): World {
  const objects = new Map<string, AgentObject>();
  for (const { name, description, state } of prompt_objects) {
    const known = world.objects.get(name) ?? newObject(name);
    objects.set(name, { ...known, description: clip(description, MAX_TEXT_LENGTH), state });
  }
  return { ...world, objects, problems };
}

export function withSessions(
  world: World,
  { sessions, next_cursor }: Reply<"ListSessions">,
): World {
  let next: World = { ...world, hasOlder: next_cursor !== null };
  for (const listed of sessions) {
    const { session_id, po_name, name, workspace, state, parent, updated_at } = listed;
    const known = next.sessions.get(session_id) ?? newSession(session_id, po_name, updated_at);
    next = putSession(next, {
      ...known,
      name: name === null ? null : clip(name, MAX_TEXT_LENGTH),
      workspace: clip(workspace, MAX_TEXT_LENGTH),
      state,
      updated_at,
      message_count: listed.message_count,
      parent_id: parent?.session_id ?? null,
      title: clip(listed.title, MAX_TEXT_LENGTH),
    });
  }
  return withCallers(next);
}

export function withRequests(world: World, { requests }: Reply<"ListPendingRequests">): World {
  let next = world;
  for (const request of requests) {
    next = withRequest(next, request);
    if (next.requests.includes(request)) {
      next = withSession(next, request.session_id, (session) => ({
        ...session,
        state: "waiting",
        since: session.since ?? request.created_at,
        action: session.action || describeRequestAction(request),
      }));
    }
  }
  return next;
}
