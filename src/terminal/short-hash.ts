// The hash of a version as people see and type it: the beginning of it, which is enough.
import { stripControl } from "./strip.ts";

const SHOWN_HASH = 12;

export const shortHash = (hash: string): string => stripControl(hash.slice(0, SHOWN_HASH));
