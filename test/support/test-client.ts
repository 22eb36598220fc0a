// A connection without a socket: the runtime's own, with everything it gave to see.
import type { Asked } from "../../src/protocol/commands/index.ts";
import { commands } from "../../src/protocol/commands/index.ts";
import type { EventName, EventPayload } from "../../src/protocol/events/index.ts";
import type { EventFrame, FollowFrame, SignalFrame } from "../../src/protocol/frames.ts";
import type { Connection } from "../../src/runtime/connections.ts";

export interface TestClient {
  connection: Connection;
  /** All frames so far. */
  frames: FollowFrame[];
  events(type?: EventName): EventFrame[];
  signals(): SignalFrame[];
  /** The first frame that fits, now or later. */
  until(fits: (frame: FollowFrame) => boolean): Promise<FollowFrame>;
  /** The payload of the first such event, now or later. */
  event<Name extends EventName>(
    type: Name,
    fits?: (payload: EventPayload<Name>) => boolean,
  ): Promise<EventPayload<Name>>;
  close(): void;
}

/** Pulls whenever it is rung. */
export function createTestClient(open: (ring: () => void) => Connection): TestClient {
  const frames: FollowFrame[] = [];
  const waiting = new Set<() => void>();
  let isClosed = false;
  const pull = () => {
    for (let more = !isClosed; more; ) {
      const batch = connection.pull();
      frames.push(...batch.frames);
      more = batch.hasMore;
    }
    for (const look of [...waiting]) look();
  };
  const connection = open(() => void setImmediate(pull));

  function until(fits: (frame: FollowFrame) => boolean): Promise<FollowFrame> {
    const { promise, resolve } = Promise.withResolvers<FollowFrame>();
    const look = () => {
      const found = frames.find(fits);
      if (!found) return;
      waiting.delete(look);
      resolve(found);
    };
    waiting.add(look);
    look();
    return promise;
  }

  return {
    connection,
    frames,
    until,
    events: (type) => frames.filter(isEvent).filter((one) => !type || one.event_type === type),
    signals: () => frames.filter((one) => one.type === "signal"),
    async event(type, fits = () => true) {
      // The payload of an event is what the table says for its name.
      const payloadOf = (frame: FollowFrame) =>
        (isEvent(frame) ? frame.payload : undefined) as EventPayload<typeof type>;
      const isIt = (frame: FollowFrame) =>
        isEvent(frame) && frame.event_type === type && fits(payloadOf(frame));
      return payloadOf(await until(isIt));
    },
    close() {
      isClosed = true;
      connection.close();
    },
  };
}

const isEvent = (frame: FollowFrame): frame is EventFrame => frame.type === "event";

/** Everything from now on, unless said otherwise. */
export const subscription = (fields: Partial<Asked<"Subscribe">> = {}): Asked<"Subscribe"> => ({
  ...commands.Subscribe.params.parse({}),
  ...fields,
});
