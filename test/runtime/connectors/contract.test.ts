// One scenario over every connector: a new one is one more row here.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { errorCodes } from "../../../src/protocol/errors.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { type Ask, playScenario, scenarioWorld } from "../../support/scenario.ts";
import { openTestWorld } from "../../support/world.ts";

interface Transport {
  name: string;
  hasEvents: boolean;
  open(socket: string): Promise<{ ask: Ask; close(): void }>;
}

const transports: Transport[] = [
  {
    name: "WebSocket on the unix socket",
    hasEvents: true,
    async open(socket) {
      const wire = await openRawWire(socket);
      await wire.attach();
      return wire;
    },
  },
  {
    name: "HTTP on the unix socket",
    hasEvents: false,
    open: async (socket) => ({
      close: () => undefined,
      async ask(command, params) {
        const response = await fetch(`http://jamey/api/call/${command}`, {
          unix: socket,
          method: "POST",
          ...(params === undefined ? {} : { body: JSON.stringify(params) }),
        });
        const body = (await response.json()) as {
          type: string;
          payload: unknown;
          error?: { code: keyof typeof errorCodes };
        };
        expect(response.headers.get("content-type")).toStartWith("application/json");
        if (!body.error) {
          expect([response.status, Object.keys(body)]).toEqual([200, ["type", "payload"]]);
          return body;
        }
        expect([response.status, Object.keys(body)]).toEqual([
          errorCodes[body.error.code].status,
          ["error"],
        ]);
        return { type: "Error", payload: body.error };
      },
    }),
  },
];

test.each(transports)("$name answers every command, errors included", async (transport) => {
  await using world = await openTestWorld(scenarioWorld);
  const socket = join(world.folder, "test.sock");
  const connector = await startUnixConnector(socket, world.runtime());
  const { ask, close } = await transport.open(socket);
  await playScenario(world, ask, transport);
  close();
  await connector.stop();
});
