// Who may come in from elsewhere: the TCP listener and the keys for it.

import { join } from "node:path";
import { isObject } from "../../../protocol/json.ts";
import type { Finding } from "../../../protocol/upkeep.ts";
import { valueAt } from "../../config/keys.ts";
import { type Config, configSchema } from "../../config.ts";
import { isLoopback } from "../../connectors/origin.ts";
import { createKeys } from "../../keys.ts";
import { createLog } from "../../log.ts";
import { readAbout } from "../../pid-file.ts";
import { bad, type Check, good } from "./check.ts";

const SHOWN_NAMES = 10;

export const checkListener: Check = ({ found, config }) => {
  const { enabled, host, port, tls } =
    runningConnectors(found.places.state) ?? config.connectors.http;
  if (!enabled) return [good("listener", "none on TCP: only the unix socket")];
  if (isLoopback(host)) return [good("listener", `TCP on ${host}:${port}, this machine only`)];
  const what = `TCP on ${host}:${port}: whoever reaches this machine can try keys`;
  if (tls.cert !== null && tls.key !== null) return [bad("note", "listener", { what })];
  return [
    bad("weak", "listener", {
      what,
      why: "Without TLS keys and conversations cross the network in the clear.",
      advice: "Set connectors.http.tls.cert and .key, or put a proxy with TLS before it.",
    }),
  ];
};

/** A daemon that runs may have been started with other settings than the files say. */
function runningConnectors(state: string): Config["connectors"]["http"] | undefined {
  const settings = readAbout(state)?.settings;
  if (!isObject(settings)) return undefined;
  const given = { connectors: valueAt(settings, ["connectors"]) };
  const read = configSchema.safeParse(given);
  return read.success ? read.data.connectors.http : undefined;
}

export const checkKeys: Check = ({ found, now }) => {
  const log = createLog({ level: "error", now, write: () => undefined });
  const keys = createKeys({ file: join(found.configFolder, "keys.yml"), log, now }).list();
  if (keys.length === 0) return [good("keys", "none")];
  const live = keys.filter(({ expires_at }) => expires_at === null || expires_at > now());
  const forEver = live.filter(({ expires_at }) => expires_at === null);
  const admin = live.filter(({ scopes }) => scopes.includes("admin"));
  const findings: Finding[] = [
    ...noteOf(forEver, "keys that never expire", "Make others with --expires, then revoke these."),
    ...noteOf(admin, "keys that may do everything", "Programs rarely need the scope admin."),
  ];
  return findings.length > 0
    ? findings
    : [good("keys", `${live.length} of ${keys.length} in force`)];
};

function noteOf(keys: { name: string }[], what: string, advice: string): Finding[] {
  if (keys.length === 0) return [];
  const names = keys.slice(0, SHOWN_NAMES).map(({ name }) => name);
  const more = keys.length > SHOWN_NAMES ? ", ..." : "";
  return [
    bad("note", "keys", { what: `${keys.length} ${what}: ${names.join(", ")}${more}`, advice }),
  ];
}
