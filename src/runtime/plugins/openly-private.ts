// Whether an endpoint says itself that it lies on this machine or in a private network. Who approves one that does
// has seen it; a public name that leads there would be a way around that.
import type { Manifest } from "../../tools/external/manifest.ts";
import { kindOfAddress } from "../world/addresses.ts";

/** Names that no public registry gives out: of one label, or below one of these. */
const LOCAL_NAME = /^[^.:]+$|\.(?:localhost|local|internal|lan|home\.arpa)$/;

export function isOpenlyPrivate({
  endpoint,
  allow_private,
}: Pick<Manifest, "endpoint" | "allow_private">): boolean {
  if (allow_private) return true;
  const host = (URL.parse(endpoint ?? "")?.hostname ?? "").replace(/^\[|\]$|\.$/g, "");
  return kindOfAddress(host) === "private" || LOCAL_NAME.test(host);
}
