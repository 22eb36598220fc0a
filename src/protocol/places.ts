// Where things lie, for the daemon and its clients alike. Pure: variables in, paths out.
import { JameyError } from "./errors.ts";

/** Longest unix socket path that every platform takes (Linux 107, macOS 103). */
export const MAX_SOCKET_PATH_BYTES = 100;

/** What an environment may be called; anything else is a path. */
export const environmentName = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u;

/** The file that names the environment which is used where none is named, in the folder of daemon.yml. */
export const chosenEnvironmentFile = (config: string): string => `${config}/default-environment`;

export interface Places {
  /** daemon.yml, keys.yml, credentials */
  config: string;
  /** environments/<name> */
  data: string;
  /** run/<id>.sock and .token */
  state: string;
}

export interface EnvironmentPlaces {
  id: string;
  /** The environment's own folder. */
  folder: string;
  /** Database, log, spilled outputs, lock: `.state/` in the folder. */
  state: string;
  /** Folder of the socket and token, 0700. */
  run: string;
  socket: string;
  token: string;
}

type Variables = Record<string, string | undefined>;

/** `JAMEY_HOME` moves all of them together; else the XDG folders, whose variables count if absolute. */
export function placesOf(variables: Variables, home: string): Places {
  const jameyHome = variables.JAMEY_HOME;
  if (jameyHome) {
    if (!jameyHome.startsWith("/")) {
      throw new JameyError("config_invalid", `JAMEY_HOME must be an absolute path: ${jameyHome}`);
    }
    const root = jameyHome.replace(/\/+$/, "");
    return { config: `${root}/config`, data: `${root}/data`, state: `${root}/state` };
  }
  const xdg = (name: string, fallback: string) => {
    const value = variables[name];
    if (value?.startsWith("/")) return `${value}/jamey`;
    // Relative, it would be another place in each folder that jamey is started in.
    if (!home.startsWith("/")) {
      const message = `HOME must be an absolute path, not '${home}': set it, or JAMEY_HOME.`;
      throw new JameyError("config_invalid", message);
    }
    return `${home}/${fallback}/jamey`;
  };
  return {
    config: xdg("XDG_CONFIG_HOME", ".config"),
    data: xdg("XDG_DATA_HOME", ".local/share"),
    state: xdg("XDG_STATE_HOME", ".local/state"),
  };
}

export const isEnvironmentName = (text: string): boolean =>
  /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u.test(text);

/**
 * The places of one environment. `environment` is a name, or an absolute real path. `shortHash` gives
 * hex digits; `temporary` is used where the socket's path would be too long.
 */
export function environmentPlaces(options: {
  places: Places;
  environment: string;
  shortHash: (text: string) => string;
  temporary: { folder: string; uid: number };
}): EnvironmentPlaces {
  const { places, environment, shortHash, temporary } = options;
  const isPath = environment.startsWith("/");
  if (!isPath && !isEnvironmentName(environment)) {
    throw new JameyError(
      "environment_not_found",
      `'${environment}' is not an environment: give a name (letters, digits, '_', '-', '.') or a path.`,
    );
  }
  const folder = isPath
    ? environment.replace(/\/+$/, "") || "/"
    : `${places.data}/environments/${environment}`;
  const base = folder.slice(folder.lastIndexOf("/") + 1) || "root";
  const id = isPath ? `${base}-${shortHash(folder).slice(0, 8)}` : environment;
  const state = folder === "/" ? "/.state" : `${folder}/.state`;
  const run = `${places.state}/run`;
  const socket = `${run}/${id}.sock`;
  if (new TextEncoder().encode(socket).length <= MAX_SOCKET_PATH_BYTES) {
    return { id, folder, state, run, socket, token: `${run}/${id}.token` };
  }
  const short = shortHash(`${run}/${id}`).slice(0, 16);
  const elsewhere = `${temporary.folder}/jamey-${temporary.uid}`;
  return {
    id,
    folder,
    state,
    run: elsewhere,
    socket: `${elsewhere}/${short}.sock`,
    token: `${elsewhere}/${short}.token`,
  };
}
