// `jamey version`: the version, of this program and of the wire.
import { PROTOCOL_VERSION, VERSION } from "../../protocol/version.ts";
import { type Context, printJson } from "../context.ts";

export async function version(context: Context): Promise<number> {
  if (context.isJson)
    await printJson(context, { version: VERSION, protocol_version: PROTOCOL_VERSION });
  else await context.out.write(`${VERSION}\n`);
  return 0;
}
