// The client for programs of other people: node, browsers, Bun, Deno. Plain HTTP alone, because a browser
// cannot show a key to a WebSocket, and node 20 has none.
// Rule: nothing of a platform is named but fetch, AbortController, TextDecoder, URLSearchParams and timers.
import { JameyError } from "../../protocol/errors.ts";
import { startFollowing } from "./following.ts";
import { createRequest } from "./requests.ts";
import type { Client, ClientOptions, Following } from "./shapes.ts";
import type { Reply } from "./words.ts";

export type * from "./shapes.ts";
export type * from "./words.ts";
export { JameyError };

/** Subscriptions of one client at once. */
const MAX_FOLLOWED = 64;

/** A client of the daemon at this address. Nothing is asked before the first call. */
export function openClient(options: ClientOptions): Client {
  const request = createRequest(options);
  const followed = new Set<Following>();
  return {
    async call(command, params, { signal } = {}) {
      const response = await request(`/api/call/${command}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(params),
        ...(signal && { signal }),
      });
      // The daemon checks its reply against the table that the type is made of.
      const { payload } = (await response.json()) as { payload: Reply<typeof command> };
      return payload;
    },
    async follow(params, take) {
      if (followed.size >= MAX_FOLLOWED) {
        throw new JameyError("overloaded", `One client follows ${MAX_FOLLOWED} times at most.`);
      }
      const following = await startFollowing(request, params, take);
      followed.add(following);
      const forget = () => followed.delete(following);
      following.ended.then(forget, forget);
      return following;
    },
    close() {
      for (const { stop } of followed) stop();
    },
  };
}
