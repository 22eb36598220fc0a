// The shape of one row in the table of commands.
import { z } from "zod";

/** `read` looks, `chat` talks and answers, `admin` changes what agents may do or stops the daemon. */
export const scope = z.enum(["read", "chat", "admin"]);
export type Scope = z.infer<typeof scope>;

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
