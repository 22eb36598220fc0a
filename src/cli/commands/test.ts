// `jamey test [file…]`: plays the tests of an environment, without a daemon. Progress on stderr, the
// differences and the sum on stdout; exit code 1 when one failed.
import { resolve } from "node:path";
import type { TrialResult } from "../../protocol/trials.ts";
import { paint } from "../../terminal/colour.ts";
import { stripControl } from "../../terminal/strip.ts";
import { daemonOptions } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { openOutputFile } from "../one-shot/output-file.ts";
import { junitOf } from "../output/junit.ts";
import { endBySignal, watchSignals } from "../signals.ts";

const FAILED = 1;

export async function test(context: Context): Promise<number> {
  const { arguments: given, host, out } = context;
  const { environment } = daemonOptions(context);
  const trials = await host.trials();
  const { directory } = host;
  const files = trials.find({ environment, files: given.words, directory });
  const junit = given.text("junit");
  const report = junit === undefined ? undefined : openOutputFile(junit, directory);
  const watch = watchSignals();
  const results: TrialResult[] = [];
  try {
    for (const file of files) {
      if (watch.signal.aborted) break;
      const result = await trials.play({ environment, file, signal: watch.signal });
      results.push(result);
      await context.note(progressOf(context, result));
    }
    if (!watch.signal.aborted) await report?.commit(junitOf(environment, results));
  } finally {
    watch.stop();
  }
  const caught = watch.caught();
  if (caught) endBySignal(caught);
  const failed = results.filter(({ status }) => status !== "passed");
  if (context.isJson) {
    const passed = results.length - failed.length;
    await printJson(context, { environment, passed, failed: failed.length, results });
  } else {
    await out.write(
      [...failed.map((one) => differenceOf(context, one)), sumOf(results)].join("\n"),
    );
  }
  return failed.length === 0 && results.length === files.length ? 0 : FAILED;
}

function progressOf({ err }: Context, { status, name, duration_ms }: TrialResult): string {
  const style = status === "passed" ? "green" : "red";
  const mark = { passed: "ok", failed: "FAILED", broken: "BROKEN" }[status];
  return `${paint(err.hasColour, style, mark.padEnd(6))}  ${stripControl(name)} (${duration_ms} ms)`;
}

function differenceOf({ out, host }: Context, { file, name, problems }: TrialResult): string {
  const lines = problems.flatMap((problem) => stripControl(problem).split("\n"));
  const body = lines.map((line) => {
    if (line.startsWith("-")) return `  ${paint(out.hasColour, "red", line)}\n`;
    return `  ${line.startsWith("+") ? paint(out.hasColour, "green", line) : line}\n`;
  });
  const where = file.startsWith(`${resolve(host.directory)}/`)
    ? file.slice(resolve(host.directory).length + 1)
    : file;
  return `${stripControl(name)} (${stripControl(where)})\n${body.join("")}`;
}

function sumOf(results: readonly TrialResult[]): string {
  const count = (status: TrialResult["status"]) =>
    results.filter((one) => one.status === status).length;
  const broken = count("broken");
  return `${count("passed")} passed, ${count("failed")} failed${broken > 0 ? `, ${broken} broken` : ""}\n`;
}
