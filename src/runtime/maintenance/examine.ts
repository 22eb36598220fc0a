// `jamey doctor`: every check, in the order in which one would look oneself. A check that fails is a finding.
import { messageOf } from "../../protocol/errors.ts";
import type { Finding } from "../../protocol/upkeep.ts";
import { mergeConfig } from "../config/layers.ts";
import { locateEnvironment } from "../environment/open.ts";
import { checkModel, checkShell } from "./checks/agents.ts";
import { bad, type Check, type Subject } from "./checks/check.ts";
import { checkDaemon, checkLog } from "./checks/daemon.ts";
import { checkKeys, checkListener } from "./checks/doors.ts";
import { checkObjects, checkPermissions, checkSettings } from "./checks/files.ts";
import { checkDisk, checkPlaces, checkStore } from "./checks/store.ts";
import { checkTrust } from "./checks/trust.ts";
import { readLayers, reportSettings } from "./settings.ts";

/** How long one check may wait for others (a socket, a vendor's program), in milliseconds. Those that read
 * files do it in one go, however long that takes. */
const CHECK_TIMEOUT_MS = 10_000;

const checks = {
  settings: checkSettings,
  objects: checkObjects,
  permissions: checkPermissions,
  trust: checkTrust,
  folders: checkPlaces,
  daemon: checkDaemon,
  log: checkLog,
  database: checkStore,
  disk: checkDisk,
  listener: checkListener,
  keys: checkKeys,
  model: checkModel,
  shell: checkShell,
} satisfies Record<string, Check>;

export async function examine(
  environment: string,
  variables: Record<string, string | undefined>,
): Promise<Finding[]> {
  const found = locateEnvironment({ environment, variables });
  const subject: Subject = {
    found,
    variables,
    config: mergeConfig(readLayers(found, variables).layers).config,
    report: reportSettings(environment, variables),
    now: () => new Date().toISOString(),
  };
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    findings.push(...(await attempt(name, async () => await check(subject))));
  }
  return findings;
}

async function attempt(name: string, run: () => Promise<Finding[]>): Promise<Finding[]> {
  const late = Promise.withResolvers<Finding[]>();
  const what = `not known after ${CHECK_TIMEOUT_MS / 1000} s`;
  const timer = setTimeout(() => late.resolve([bad("broken", name, { what })]), CHECK_TIMEOUT_MS);
  try {
    return await Promise.race([run(), late.promise]);
  } catch (thrown) {
    return [bad("broken", name, { what: messageOf(thrown) })];
  } finally {
    clearTimeout(timer);
  }
}
