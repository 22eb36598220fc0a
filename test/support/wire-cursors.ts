// What followers of the scenario saw up to `caught_up`, in one shape whatever it travelled over.
import { readSource } from "./event-source.ts";
import type { Followed, FollowParams } from "./scenario.ts";

export interface Frame {
  type: string;
  [field: string]: unknown;
}

export function followed(frames: readonly Frame[]): Followed {
  const events = frames.filter((frame) => frame.type === "event");
  const gaps = frames.filter((frame) => frame.type === "gap");
  return {
    names: events.map((frame) => String(frame.event_type)),
    seqs: events.map((frame) => Number(frame.seq)),
    gaps: gaps.map(({ from, reason }) => ({ from: Number(from), reason: String(reason) })),
  };
}

export async function followSource(
  send: (target: string, init: RequestInit) => Promise<Response>,
  params: FollowParams,
): Promise<Followed> {
  const { event_types, after, journal_id } = params;
  const cursor = journal_id === null ? `${after}` : `${journal_id}:${after}`;
  const query = new URLSearchParams({ types: event_types.join(","), after: cursor });
  const leave = new AbortController();
  const source = readSource(await send(`/api/events?${query}`, { signal: leave.signal }));
  await source.until((one) => one.event === "caught_up");
  leave.abort();
  return followed(source.events.map((one) => one.data as Frame));
}
