// `jamey objects`: the prompt objects of the environment.
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { oneLine, stripControl } from "../strip.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListPOs", {});
    if (context.isJson) await printJson(context, found);
    else {
      const rows = found.prompt_objects.map(({ name, state, description }) => [
        name,
        state,
        oneLine(description, 100),
      ]);
      await context.out.write(columns(rows));
      for (const { problem } of found.problems) {
        await context.note(`jamey: warning: ${oneLine(problem, 1000)}`);
      }
    }
    return 0;
  });

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("InspectPO", { po_name: context.arguments.words[0] ?? "" });
    if (context.isJson) {
      await printJson(context, found);
      return 0;
    }
    const head = columns([
      ["name", found.name],
      ["description", oneLine(found.description, 200)],
      ["state", found.state],
      ["model", found.model ?? "default"],
      ["file", oneLine(found.file, 1000)],
      ["capabilities", found.capabilities.map((one) => oneLine(one.name, 64)).join(", ") || "none"],
    ]);
    await context.out.write(`${head}\n${stripControl(found.prompt).trimEnd()}\n`);
    return 0;
  });
