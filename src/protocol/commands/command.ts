// The shape of one row in the table of commands.
import { z } from "zod";
import { JameyError } from "../errors.ts";
import { SCOPES, type Scope } from "../scopes.ts";

export const scope = z.enum(SCOPES);
export type { Scope };

/** These and all that they include, the least first. */
export function widened(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter((_one, index) => SCOPES.slice(index).some((it) => scopes.includes(it)));
}

/** Refuses who does not have the scope that a command needs. */
export function requireScope(name: string, needed: Scope, has: readonly Scope[]): void {
  if (has.includes(needed)) return;
  const message = `${name} needs the scope '${needed}', which this caller does not have.`;
  throw new JameyError("forbidden", message, { details: { scope: needed } });
}

export interface CommandWord<
  Params extends z.ZodType = z.ZodType,
  ReplyName extends string = string,
  Reply extends z.ZodType = z.ZodType,
> {
  summary: string;
  scope: Scope;
  /** Only a human may give it: never a process that one of jamey's tools started. */
  isHumanOnly: boolean;
  /** Only over the unix socket: what it carries must never travel. */
  isSocketOnly: boolean;
  params: Params;
  /** The name of the reply on the wire. */
  reply: ReplyName;
  payload: Reply;
}

export const command = <
  Params extends z.ZodType,
  ReplyName extends string,
  Reply extends z.ZodType,
>(
  row: Omit<CommandWord<Params, ReplyName, Reply>, Restriction> & {
    [Name in Restriction]?: boolean;
  },
): CommandWord<Params, ReplyName, Reply> => ({ isHumanOnly: false, isSocketOnly: false, ...row });

type Restriction = "isHumanOnly" | "isSocketOnly";
