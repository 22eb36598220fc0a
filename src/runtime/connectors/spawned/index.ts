// The table of kinds of interfaces that objects may open. Another one is a file here, a row, and its name in
// `protocol/spawned.ts`.
import type { ServerKinds } from "../../spawned-port.ts";
import { openSpawnedHttp } from "./http.ts";

export const serverKinds = { http: openSpawnedHttp } satisfies ServerKinds;
