// Results of tests as JUnit's XML, which build servers read.
import type { TrialResult } from "../../protocol/trials.ts";
import { stripControl } from "../../terminal/strip.ts";

export function junitOf(environment: string, results: readonly TrialResult[]): string {
  const count = (status: TrialResult["status"]) =>
    results.filter((one) => one.status === status).length;
  const seconds = results.reduce((sum, one) => sum + one.duration_ms, 0) / 1000;
  const suite = attributes({
    name: `jamey ${environment}`,
    tests: results.length,
    failures: count("failed"),
    errors: count("broken"),
    time: seconds.toFixed(3),
  });
  const cases = results.map((one) => caseOf(environment, one)).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${suite}>\n${cases}</testsuite>\n</testsuites>\n`;
}

function caseOf(environment: string, result: TrialResult): string {
  const { name, file, status, problems, duration_ms } = result;
  const time = (duration_ms / 1000).toFixed(3);
  const about = attributes({ name, classname: environment, file, time });
  if (status === "passed") return `<testcase ${about}/>\n`;
  const kind = status === "failed" ? "failure" : "error";
  const message = attributes({ message: problems[0]?.split("\n")[0] ?? "" });
  return `<testcase ${about}><${kind} ${message}>${escaped(problems.join("\n"))}</${kind}></testcase>\n`;
}

const attributes = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(" ");

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

const escaped = (text: string): string =>
  stripControl(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
