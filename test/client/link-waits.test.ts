// The waits of a lost connection: told, and ended by who asks for it.
import { expect, test } from "bun:test";
import { findOrStart } from "../../src/client/daemon.ts";
import { openLink } from "../../src/client/link.ts";
import { findEnvironment } from "../../src/client/places.ts";
import { startFakeDaemon } from "../support/fake-daemon.ts";

test("a wait before the next attempt is ended by who asks, and a daemon may then be started", async () => {
  const waits: number[] = [];
  const starts: boolean[] = [];
  const waiting = Promise.withResolvers<void>();
  const restored = Promise.withResolvers<void>();
  // Stopped on purpose: nobody starts it again unasked.
  const daemon = startFakeDaemon({ answer: (_, client) => client.close() });
  const variables = { JAMEY_HOME: daemon.home };
  const link = await openLink({
    connect({ mayStart }) {
      starts.push(mayStart);
      return findOrStart({
        ...findEnvironment({ flag: undefined, variables, directory: "/" }),
        variables,
        program: ["/nonexistent/jamey"],
        introduction: { client: "cli", workspace: "/w", variables: {}, call_id: null },
        start: "never",
      });
    },
    // Longer than any test may last.
    delaysMs: [3_600_000],
    onWait(wait_ms) {
      waits.push(wait_ms);
      waiting.resolve();
    },
    onState: (state) => state.type === "restored" && restored.resolve(),
  });
  const lost = link.call("Unsubscribe", { subscription_id: "s" }).then(
    () => false,
    () => true,
  );
  await waiting.promise;
  link.reconnect();
  await restored.promise;
  const isLost = await lost;
  link.close();
  await daemon.stop();
  expect([isLost, waits, starts]).toEqual([true, [3_600_000], [true, true]]);
});
