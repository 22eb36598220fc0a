// What was on the bus before: read once, to its end, and nothing that is still to come.
import { expect, test } from "bun:test";
import { findOrStart } from "../../../src/client/daemon.ts";
import { openLink } from "../../../src/client/link.ts";
import { findEnvironment } from "../../../src/client/places.ts";
import { pastOfBus } from "../../../src/tui/run/past.ts";
import { eventFrame, startFakeDaemon } from "../../support/fake-daemon.ts";

test("the bus of before is what the newest events say, up to the greeting", async () => {
  const said = (seq: number) => eventFrame(seq, "BusEntry", { from: "ada", to: "lead" });
  const daemon = startFakeDaemon({
    answer(asked, client) {
      client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
      if (asked.type !== "Subscribe") return;
      const gap = { type: "gap", subscription_id: "s1", from: 1, to: 2, reason: "not_kept" };
      client.send([gap, said(9), said(10)]);
      client.send([{ type: "caught_up", subscription_id: "s1", seq: 11 }, said(11)]);
    },
  });
  const variables = { JAMEY_HOME: daemon.home };
  const link = await openLink({
    connect: () =>
      findOrStart({
        ...findEnvironment({ flag: undefined, variables, directory: "/" }),
        variables,
        program: ["/nonexistent/jamey"],
        introduction: { client: "tui", workspace: "/w", variables: {}, call_id: null },
        start: "never",
      }),
  });
  const past = await pastOfBus(link);
  const [asked] = daemon.asked.filter(({ type }) => type === "Subscribe");
  link.close();
  await daemon.stop();
  expect([past.map(({ seq }) => seq), asked?.payload]).toMatchObject([
    [9, 10],
    { event_types: ["BusEntry"], after: 0 },
  ]);
});
