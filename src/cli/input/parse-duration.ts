// Durations as people write them: 500ms, 90s, 10m, 1h30m, 2d; a plain number is seconds.

import { unitMs } from "../../terminal/units.ts";
import { usageError } from "./arguments.ts";

/** The longest timer that the runtime keeps: 2^31 - 1 ms, about 24 days. */
const MAX_DURATION_MS = 2_147_483_647;

export function parseDuration(text: string, flag: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  const isWhole = parts.length > 0 && parts.map((part) => part[0]).join("") === text;
  const milliseconds = isWhole
    ? parts.reduce((sum, part) => sum + Number(part[1]) * unitMs(part[2]), 0)
    : /^\d+(\.\d+)?$/.test(text)
      ? Number(text) * 1000
      : Number.NaN;
  if (!(milliseconds > 0 && milliseconds <= MAX_DURATION_MS)) {
    throw usageError(
      `${flag}: '${text}' is no duration. Examples: 500ms, 90s, 10m, 1h30m (at most 24 days).`,
    );
  }
  return Math.round(milliseconds);
}
