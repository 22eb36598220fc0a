// What one follower saw over all its connections, folded as it came: which turns have ended, which
// questions are open.
import type { WireFrame } from "./wire-client.ts";

const ENDS = ["TurnCompleted", "TurnFailed", "TurnCancelled"];

export interface KillRecord {
  frames: WireFrame[];
  take(frame: WireFrame): void;
  /** Turns. */
  ended: Set<string>;
  /** request_id → the session that waits for it. */
  open: Map<string, string>;
  /** session_id → its events in order; those that are only read out of others left aside. */
  steps: Map<string, string[]>;
  /** The cursor to go on from. */
  cursor(): number;
}

export function createKillRecord(): KillRecord {
  const frames: WireFrame[] = [];
  const ended = new Set<string>();
  const open = new Map<string, string>();
  const steps = new Map<string, string[]>();
  let cursor = 0;
  return {
    frames,
    ended,
    open,
    steps,
    cursor: () => cursor,
    take(frame) {
      frames.push(frame);
      if (frame.type !== "event") return;
      const { event_type = "", seq = 0, payload = {} } = frame;
      const { session_id = "", turn_id = "", request_id = "" } = payload;
      cursor = seq;
      if (ENDS.includes(event_type)) ended.add(turn_id);
      if (event_type === "HumanRequestQueued") open.set(request_id, session_id);
      if (/^HumanRequest(Responded|Expired)$/.test(event_type)) open.delete(request_id);
      if (event_type === "BusEntry") return;
      steps.set(session_id, [...(steps.get(session_id) ?? []), event_type]);
    },
  };
}
