// The text that Prometheus reads, read strictly (exposition format 0.0.4): what a scraper would forgive is an error.

export interface Family {
  type: "counter" | "gauge";
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** As Go reads a number: JavaScript writes none in another way. */
const VALUE = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/i;

export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  if (!text.endsWith("\n")) throw new Error("The last line has no end.");
  let name = "";
  let family: Family | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, named = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      if (!NAME.test(named) || families.has(named)) throw new Error(`A second family: ${line}`);
      name = named;
      family = undefined;
      families.set(name, { type: "gauge", help: unescaped(rest, /\\([\\n])/g), samples: [] });
    } else if (keyword === "TYPE") {
      family = families.get(named);
      if (named !== name || !family || (rest !== "counter" && rest !== "gauge")) {
        throw new Error(`A type of something else: ${line}`);
      }
      if ((rest === "counter") !== name.endsWith("_total")) {
        throw new Error(`A counter ends in _total, and nothing else does: ${line}`);
      }
      family.type = rest;
    } else {
      if (!family) throw new Error(`A sample before its type: ${line}`);
      addSample(family, name, line);
    }
  }
  return families;
}

function addSample(family: Family, name: string, line: string): void {
  const [, named, inside, value = ""] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (named !== name || !VALUE.test(value)) throw new Error(`No sample of ${name}: ${line}`);
  const labels = inside === undefined ? {} : readLabels(inside);
  const key = JSON.stringify(labels);
  if (family.samples.some((one) => JSON.stringify(one.labels) === key)) {
    throw new Error(`The same sample twice: ${line}`);
  }
  const number = Number(value);
  if (family.type === "counter" && !(number >= 0)) throw new Error(`No count: ${line}`);
  family.samples.push({ labels, value: number });
}

function readLabels(inside: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const pair = /([^=,]+)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/y;
  while (pair.lastIndex < inside.length) {
    const at = pair.lastIndex;
    const [, name = "", value = ""] = pair.exec(inside) ?? [];
    if (!LABEL_NAME.test(name) || Object.hasOwn(labels, name)) {
      throw new Error(`No label: ${inside.slice(at)}`);
    }
    labels[name] = unescaped(value, /\\(["\\n])/g);
  }
  return labels;
}

const unescaped = (text: string, escapes: RegExp): string =>
  text.replace(escapes, (_all, letter: string) => (letter === "n" ? "\n" : letter));
