// `jamey completion <shell>`: the script that makes a shell complete jamey's words.
import { scripts } from "../complete/scripts.ts";
import { SHELLS } from "../complete/shells.ts";
import { type Context, printJson } from "../context.ts";

export async function completion(context: Context): Promise<number> {
  const [word] = context.arguments.words;
  const shell = SHELLS.find((name) => name === word) ?? "bash";
  const script = scripts[shell];
  if (context.isJson) await printJson(context, { shell, script });
  else await context.out.write(script);
  return 0;
}
