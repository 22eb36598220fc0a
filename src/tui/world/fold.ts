// The world, one event later. Rules: 1. Total: an event of a kind that is not known here changes nothing.
// 2. One event after another: the same events give the same world, however they were batched.
import { typedEvent } from "../../client/events.ts";
import type { EventFrame, FollowFrame } from "../../protocol/frames.ts";
import { summaryOf } from "../../terminal/event-line.ts";
import { stepLine } from "../../terminal/step-line.ts";
import { clip } from "./clip.ts";
import { type Folds, foldOf } from "./folds.ts";
import { objectFolds } from "./objects.ts";
import { withPeople } from "./people.ts";
import { sessionFolds } from "./sessions.ts";
import { MAX_LOG_LINES, MAX_TEXT_LENGTH, type World } from "./shapes.ts";
import { turnFolds } from "./turns.ts";

const folds: Folds = { ...objectFolds, ...sessionFolds, ...turnFolds };

/** `open` is the session that the human looks at: what is said there is read. */
export function foldFrame(world: World, frame: FollowFrame, open: string | null): World {
  if (frame.type !== "event") return world;
  const { event_type, payload } = typedEvent(frame);
  const fold = foldOf(folds, event_type);
  const next = fold ? fold(world, payload, { at: frame.at, seq: frame.seq, open }) : world;
  return logged(next, frame);
}

function logged(world: World, frame: EventFrame): World {
  const event = typedEvent(frame);
  // A newer daemon's events have no words here.
  const text = clip(withPeople(stepLine(event) ?? summaryOf(event)), MAX_TEXT_LENGTH);
  if (text === "" && !Object.hasOwn(folds, event.event_type)) return world;
  const session_id = "session_id" in event.payload ? event.payload.session_id : null;
  const { seq, at, event_type } = frame;
  const line = { seq, at, event_type, session_id, text };
  return { ...world, log: [...world.log, line].slice(-MAX_LOG_LINES) };
}
