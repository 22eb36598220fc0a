// `jamey exit-codes`: the published meaning of every exit code.
import { type Context, columns, printJson } from "../context.ts";
import { codes } from "../help/topics/exit-codes.ts";

export async function exitCodes(context: Context): Promise<number> {
  if (context.isJson) await printJson(context, { exit_codes: codes });
  else {
    const head = ["CODE", "MEANING", "RETRY"];
    await context.out.write(
      columns([head, ...codes.map(({ code, meaning, retry }) => [String(code), meaning, retry])]),
    );
  }
  return 0;
}
