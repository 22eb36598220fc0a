// `jamey objects`: the prompt objects of the environment.
import type { Link } from "../../client/link.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import { shortHash } from "../../terminal/short-hash.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { withPager } from "../output/pager.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListPOs", {});
    if (context.isJson) {
      await printJson(context, found);
      return 0;
    }
    const rows = found.prompt_objects.map(({ name, state, description }) => [
      name,
      state,
      oneLine(description, 100),
    ]);
    if (rows.length > 0) await withPager(context, columns(rows));
    else await context.note("This environment has no object: jamey objects new NAME");
    await warn(context, [
      ...found.problems.map(({ problem }) => problem),
      ...found.warnings.map(({ warning }) => warning),
    ]);
    return 0;
  });

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [po_name = ""] = context.arguments.words;
    const hash = context.arguments.text("at");
    if (hash !== undefined) return await showVersion(context, link, { po_name, hash });
    const found = await link.call("InspectPO", { po_name });
    if (context.isJson) await printJson(context, found);
    else {
      await withPager(context, pageOf(found));
      await warn(context, found.warnings);
    }
    return 0;
  });

export async function warn({ note }: Context, warnings: readonly string[]): Promise<void> {
  for (const warning of warnings) await note(`jamey: warning: ${oneLine(warning, 1000)}`);
}

async function showVersion(
  context: Context,
  link: Link,
  asked: { po_name: string; hash: string },
): Promise<number> {
  const version = await link.call("GetPOVersion", asked);
  if (context.isJson) await printJson(context, version);
  // As it is, into a pipe: what comes out can be given back with 'objects edit --file -'.
  else if (!context.out.isTerminal) await context.out.write(version.text);
  else await withPager(context, stripControl(version.text));
  return 0;
}

/** What a file says of its group; what it leaves out is as everywhere. */
function groupRows({ group }: Reply<"InspectPO">): string[][] {
  const { members, ...rest } = group;
  const said = [
    ...(members.length > 0 ? [`members ${members.join(", ")}`] : []),
    ...Object.entries(rest).flatMap(([key, value]) => (value === null ? [] : [`${key} ${value}`])),
  ];
  return [["group", said.join("; ")]];
}

function pageOf(found: Reply<"InspectPO">): string {
  const kinds = [
    ["tools", "tool"],
    ["objects", "object"],
    ["workflows", "workflow"],
    ["unknown", "unknown"],
  ] as const;
  const used = kinds.map(([title, kind]) => [
    title,
    found.capabilities
      .filter((one) => one.kind === kind)
      .map((one) => oneLine(one.name, 64))
      .join(", "),
  ]);
  const rows = [
    ["name", found.name],
    ["description", oneLine(found.description, 200)],
    ["state", found.state],
    ["model", found.model ?? "the default"],
    ["mode", found.mode === "single" ? "" : found.mode],
    ...groupRows(found),
    ["on_start", oneLine(found.on_start ?? "", 200)],
    ...found.wake.map(({ kind, spec, timezone, message }) => [
      "wake",
      `${kind} ${oneLine(spec, 100)}${timezone === null ? "" : ` ${timezone}`}: ${oneLine(message, 200)}`,
    ]),
    ["file", oneLine(found.file, 1000)],
    ["version", shortHash(found.version)],
    ["parameters", found.parameters.map((name) => oneLine(name, 64)).join(", ")],
    ...used,
    ["universal", found.universal.join(", ")],
  ];
  const head = columns(rows.filter(([, value]) => value !== ""));
  return `${head}\n${stripControl(found.prompt).trimEnd()}\n`;
}
