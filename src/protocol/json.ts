// What of JSON is an object with fields, and neither a list nor a single value.
import type { Json } from "./messages.ts";

export function isObject(value: Json | undefined): value is { [key: string]: Json };
export function isObject(value: unknown): value is Record<string, unknown>;
export function isObject(value: unknown): boolean {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
