// Sizes as people write them: 500, 64K, 10M, 1.5MiB; a unit counts in 1024s.
import { usageError } from "./arguments.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

export function parseSize(text: string, flag: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(b|[kmg](?:i?b)?)?$/i.exec(text.trim());
  const unit = UNIT_BYTES[(found?.[2] ?? "").charAt(0).toLowerCase()] ?? 1;
  const bytes = Math.round(Number(found?.[1]) * unit);
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw usageError(`${flag}: '${text}' is no size. Examples: 500K, 2M, 10MiB.`);
}

/** 10 MiB, 1.5 KiB, 12 bytes */
export function showSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [size, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KiB"] : [bytes / 1024 ** 2, "MiB"];
  return `${Number(size.toFixed(1))} ${unit}`;
}
