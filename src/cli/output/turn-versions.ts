// Which version of its object answered each turn of a session: told by the events of the turns.
import { typedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";

/** Turn → hash of the object's text. */
export async function turnVersions(link: Link, session_id: string): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  const ended = Promise.withResolvers<void>();
  void link.gone.then(ended.reject);
  const asked = { event_types: ["TurnStarted" as const], session_id, after: 0 };
  const following = await link.follow(asked, (frames) => {
    for (const frame of frames) {
      if (frame.type === "caught_up") ended.resolve();
      if (frame.type !== "event") continue;
      const event = typedEvent(frame);
      if (event.event_type !== "TurnStarted") continue;
      versions.set(event.payload.turn_id, event.payload.agent.object_version);
    }
  });
  await ended.promise;
  following.stop();
  return versions;
}
