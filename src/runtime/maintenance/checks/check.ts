// What a check is given and what it gives: findings, each with what to do about it.
import type { Finding, SettingsInfo } from "../../../protocol/upkeep.ts";
import type { Config } from "../../config.ts";
import type { FoundEnvironment } from "../../environment/open.ts";

export interface Subject {
  found: FoundEnvironment;
  variables: Record<string, string | undefined>;
  /** As far as the files hold. */
  config: Config;
  report: SettingsInfo;
  now(): string;
}

export type Check = (subject: Subject) => Finding[] | Promise<Finding[]>;

export const good = (name: string, what: string): Finding => ({
  name,
  level: "ok",
  what,
  why: null,
  advice: null,
});

export function bad(
  level: "note" | "weak" | "broken",
  name: string,
  said: { what: string; why?: string; advice?: string },
): Finding {
  return { name, level, what: said.what, why: said.why ?? null, advice: said.advice ?? null };
}
