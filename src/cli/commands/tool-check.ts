// `jamey tools check PATH`: the tools of a folder held against their manifests and examples. What is wrong goes
// to stdout; exit code 1 when anything is.
import type { ToolReport } from "../../protocol/tool-checks.ts";
import { paint } from "../../terminal/colour.ts";
import { showHidden } from "../../terminal/strip.ts";
import { type Context, printJson } from "../context.ts";
import { endBySignal, watchSignals } from "../signals.ts";

export async function check(context: Context): Promise<number> {
  const { arguments: given, host, out } = context;
  const [path = "."] = given.words;
  const checks = await host.toolChecks();
  const files = checks.find({ path, directory: host.directory });
  const watch = watchSignals();
  const reports: ToolReport[] = [];
  try {
    for (const file of files) {
      if (watch.signal.aborted) break;
      const report = await checks.check({ file, signal: watch.signal });
      reports.push(report);
      if (!context.isJson) await out.write(textOf(report, out.hasColour));
    }
  } finally {
    watch.stop();
  }
  const caught = watch.caught();
  if (caught) endBySignal(caught);
  const failed = reports.filter((one) => one.checks.some(({ problem }) => problem !== null));
  const passed = reports.length - failed.length;
  if (context.isJson) await printJson(context, { passed, failed: failed.length, tools: reports });
  else await out.write(`${passed} passed${failed.length > 0 ? `, ${failed.length} failed` : ""}\n`);
  return failed.length === 0 ? 0 : 1;
}

function textOf({ tool, checks }: ToolReport, hasColour: boolean): string {
  const lines = checks.map(({ name, problem }) => {
    const mark =
      problem === null ? paint(hasColour, "green", "ok    ") : paint(hasColour, "red", "FAILED");
    return `  ${mark}  ${showHidden(name)}${problem === null ? "" : `\n          ${showHidden(problem)}`}\n`;
  });
  return `${showHidden(tool)}\n${lines.join("")}`;
}
