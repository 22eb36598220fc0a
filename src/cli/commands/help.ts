// `jamey help [command]`.
import type { Context } from "../context.ts";
import { showHelp } from "../help.ts";

export const help = (context: Context): Promise<number> =>
  showHelp(context, context.arguments.words);
