// Every setting with its value, and where that comes from. A file that is wrong is reported, and the rest is
// shown as it would be without it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../protocol/errors.ts";
import type { PlaceInfo, SettingInfo, SettingsInfo } from "../../protocol/upkeep.ts";
import {
  findSetting,
  isTable,
  listSettings,
  type Setting,
  unknownSetting,
  valueAt,
} from "../config/keys.ts";
import { type ConfigLayer, mergeConfig } from "../config/layers.ts";
import { unknownVariables } from "../config/variables.ts";
import { configSchema } from "../config.ts";
import {
  DEFAULT_ENVIRONMENT,
  daemonFileIn,
  type FoundEnvironment,
  locateEnvironment,
  manifestIn,
  settingsLayers,
} from "../environment/open.ts";

type Variables = Record<string, string | undefined>;

export function reportSettings(environment: string, variables: Variables): SettingsInfo {
  const found = locateEnvironment({ environment, variables });
  const { layers, problems } = readLayers(found, variables);
  const { config, warnings } = mergeConfig(layers);
  const defaults = configSchema.parse({});
  const settings = listSettings().map((setting): SettingInfo => {
    const { path, key, meaning, variable } = setting;
    const given = layersOf(setting, layers);
    return {
      key,
      value: valueAt(config, path),
      from: originOf(setting, given),
      default: valueAt(defaults, path),
      meaning,
      variable,
      layers: given,
    };
  });
  warnings.push(...unknownVariables(variables));
  const manifest = manifestIn(found.places.folder);
  if (environment === DEFAULT_ENVIRONMENT && !existsSync(manifest)) {
    warnings.push(
      `${manifest}: the first start of a daemon makes it, with limits of 200 model calls and tool rounds`,
    );
  }
  return { environment, places: placesOf(found), settings, warnings, problems };
}

/** One setting. Throws `not_found` for a key that is none; of a rule's key it is the table. */
export function explainSetting(
  environment: string,
  key: string,
  variables: Variables,
): { setting: SettingInfo; problems: string[] } {
  const { settings, problems } = reportSettings(environment, variables);
  const name = findSetting(key)?.setting.key;
  const setting = settings.find((one) => one.key === name);
  if (!setting) throw unknownSetting(key);
  return { setting, problems };
}

/** The layers that hold, and what is wrong with the others. */
export function readLayers(found: FoundEnvironment, variables: Variables) {
  const problems: string[] = [];
  const layers: ConfigLayer[] = [];
  for (const read of settingsLayers({ ...found, variables, flags: {} })) {
    try {
      const layer = read();
      // On its own, so that one bad layer does not take the others along.
      mergeConfig([layer]);
      layers.push(layer);
    } catch (thrown) {
      problems.push(messageOf(thrown));
    }
  }
  return { layers, problems };
}

function layersOf({ path }: Setting, layers: ConfigLayer[]): SettingInfo["layers"] {
  return layers.flatMap((layer) => {
    const value = valueAt(layer.values, path);
    return value === undefined ? [] : [{ from: layer.placeOf(path), value }];
  });
}

/** Of a table such as the permissions every layer counts; of anything else the first. */
function originOf(setting: Setting, given: SettingInfo["layers"]): string {
  const counting = isTable(setting.schema) ? given : given.slice(0, 1);
  return counting.map(({ from }) => from).join(", then ") || "default";
}

function placesOf({ places, configFolder }: FoundEnvironment): PlaceInfo[] {
  const place = (name: string, path: string) => ({ name, path, exists: existsSync(path) });
  return [
    place("settings", daemonFileIn(configFolder)),
    place("credentials", join(configFolder, "credentials")),
    place("keys", join(configFolder, "keys.yml")),
    place("bindings", join(configFolder, "bindings.yml")),
    place("environment", places.folder),
    place("manifest", manifestIn(places.folder)),
    place("objects", join(places.folder, "objects")),
    place("state", places.state),
    place("database", join(places.state, "jamey.db")),
    place("log", join(places.state, "daemon.log")),
    place("socket", places.socket),
  ];
}
