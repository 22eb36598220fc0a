// One scenario over every connector: a new one is one more row here. What travels over plain HTTP is held
// to the OpenAPI document.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { errorCodes } from "../../../src/protocol/errors.ts";
import { startTcpConnector } from "../../../src/runtime/connectors/tcp.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import type { Connector, Gateway } from "../../../src/runtime/gateway.ts";
import { type Call, createCheckedCall, createRawCall } from "../../support/api.ts";
import { createApiChecker } from "../../support/api-checker.ts";
import { openRawWire, type RawWire } from "../../support/raw-wire.ts";
import {
  type Connected,
  type Followed,
  type FollowParams,
  playScenario,
  scenarioWorld,
} from "../../support/scenario.ts";
import { type Frame, followed, followSource } from "../../support/wire-cursors.ts";
import { localToken, openTestWorld } from "../../support/world.ts";

interface Listening {
  connector: Connector;
  /** Path of the socket, or a URL. */
  place: string;
  headers: Record<string, string>;
  send(target: string, init: RequestInit): Promise<Response>;
}

interface Transport {
  name: string;
  isOnSocket: boolean;
  /** A connection that Subscribe can be given over. */
  canSubscribe: boolean;
  listen(gateway: Gateway, folder: string): Promise<Listening>;
  connect(listening: Listening, faults: string[]): Promise<Connected & { close(): void }>;
}

const onUnix: Pick<Transport, "isOnSocket" | "listen"> = {
  isOnSocket: true,
  async listen(gateway, folder) {
    const place = join(folder, "test.sock");
    const send: Listening["send"] = (target, init) =>
      fetch(`http://jamey${target}`, { ...init, unix: place });
    return { connector: await startUnixConnector(place, gateway), place, headers: {}, send };
  },
};

const onTcp: Pick<Transport, "isOnSocket" | "listen"> = {
  isOnSocket: false,
  async listen(gateway) {
    const options = { hostname: "127.0.0.1", port: 0, allowedHosts: [], hasWebSocket: true };
    const connector = startTcpConnector(options, gateway);
    const headers = { authorization: `Bearer ${localToken}` };
    const send: Listening["send"] = (target, init) =>
      fetch(`${connector.url}${target}`, { ...init, headers: { ...init.headers, ...headers } });
    return { connector, place: connector.url, headers, send };
  },
};

const overWebSocket: Pick<Transport, "canSubscribe" | "connect"> = {
  canSubscribe: true,
  async connect({ place, headers }) {
    const wire = await openRawWire(place, { headers });
    await wire.attach();
    const follow = async (params: FollowParams) => await followWire(wire, params);
    return { ask: wire.ask, follow, close: wire.close };
  },
};

const overHttp: Pick<Transport, "canSubscribe" | "connect"> = {
  canSubscribe: false,
  async connect({ send }, faults) {
    const raw = createRawCall(send);
    const checker = createApiChecker((await raw("GET", "/openapi.json")).body);
    const call = createCheckedCall(raw, checker, faults);
    return {
      close: () => undefined,
      ask: (command, params) => askOver(call, command, params),
      follow: (params) => followSource(send, params),
    };
  },
};

const transports: Transport[] = [
  { name: "WebSocket on the unix socket", ...onUnix, ...overWebSocket },
  { name: "HTTP on the unix socket", ...onUnix, ...overHttp },
  { name: "WebSocket on TCP", ...onTcp, ...overWebSocket },
  { name: "HTTP on TCP", ...onTcp, ...overHttp },
];

async function askOver(call: Call, command: string, params: unknown) {
  const { status, body, headers } = await call("POST", `/api/call/${command}`, params);
  const answer = body as {
    type: string;
    payload: unknown;
    error?: { code: keyof typeof errorCodes };
  };
  expect(headers.get("content-type")).toStartWith("application/json");
  if (!answer.error) {
    expect([status, Object.keys(answer)]).toEqual([200, ["type", "payload"]]);
    return answer;
  }
  expect([status, Object.keys(answer)]).toEqual([errorCodes[answer.error.code].status, ["error"]]);
  return { type: "Error", payload: answer.error };
}

async function followWire(wire: RawWire, params: FollowParams): Promise<Followed> {
  const { payload } = await wire.ask("Subscribe", params);
  const { subscription_id } = payload as { subscription_id: string };
  const isOurs = (frame: Frame) => frame.subscription_id === subscription_id;
  await wire.until((frame) => frame.type === "caught_up" && isOurs(frame));
  await wire.ask("Unsubscribe", { subscription_id });
  return followed(wire.frames.filter(isOurs));
}

test.each(transports)("$name answers every command, errors and cursors included", async (one) => {
  await using world = await openTestWorld(scenarioWorld);
  const listening = await one.listen(world.runtime(), world.folder);
  const faults: string[] = [];
  const { close, ...connected } = await one.connect(listening, faults);
  await playScenario(world, connected, one);
  expect(faults).toEqual([]);
  close();
  await listening.connector.stop();
});
