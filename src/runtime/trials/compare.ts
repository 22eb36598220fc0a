// What a test expected against what came: each difference as lines that say both. Pure.
import type { Played, PlayedCall } from "./play.ts";
import type { Expectation } from "./trial-file.ts";

/** UTF-16 units of an answer that a difference shows. */
const MAX_SHOWN_LENGTH = 2_000;

export function compare(expected: Expectation, played: Played): string[] {
  const { run, exit_code, calls, delegations } = played;
  const status = expected.status ?? (wantsFailure(expected) ? undefined : "completed");
  const why = run.error ? ` (${run.error.code}: ${run.error.message})` : "";
  return [
    ...played.asked,
    ...differs("status", status, run.status, why),
    ...differs("exit", expected.exit, exit_code),
    ...differs("error", expected.error, run.error?.code ?? "none"),
    ...answerProblems(expected.answer, run.response),
    ...callProblems(expected.calls, calls),
    ...differs("delegations", list(expected.delegations), list(delegations)),
    ...(expected.max_calls !== undefined && run.model_calls > expected.max_calls
      ? [
          `max_calls: expected at most ${expected.max_calls} model calls, and there were ${run.model_calls}`,
        ]
      : []),
  ];
}

/** Who expects an exit code or an error says enough about how it ends. */
const wantsFailure = ({ exit, error }: Expectation): boolean =>
  error !== undefined || (exit !== undefined && exit !== 0);

const list = (names: readonly string[] | undefined): string | undefined =>
  names && (names.length === 0 ? "none" : names.join(", "));

function differs(
  what: string,
  expected: string | number | undefined,
  came: string | number | undefined,
  more = "",
): string[] {
  if (expected === undefined || expected === came) return [];
  return [`${what}:\n- expected: ${expected}\n+ came:     ${came}${more}`];
}

function answerProblems(expected: Expectation["answer"], response: string): string[] {
  if (!expected) return [];
  const { contains = [], equals, matches } = expected;
  const came = `\n+ came:     ${shown(response)}`;
  const wanted = typeof contains === "string" ? [contains] : contains;
  return [
    ...wanted
      .filter((text) => !response.includes(text))
      .map((text) => `answer contains:\n- expected: ${shown(text)}${came}`),
    ...(equals !== undefined && equals.trimEnd() !== response.trimEnd()
      ? [`answer equals:\n- expected: ${shown(equals)}${came}`]
      : []),
    ...(matches !== undefined && !RegExp(matches, "u").test(response)
      ? [`answer matches:\n- expected: /${matches}/${came}`]
      : []),
  ];
}

function shown(text: string): string {
  if (text.length <= MAX_SHOWN_LENGTH) return JSON.stringify(text);
  const rest = text.length - MAX_SHOWN_LENGTH;
  return `${JSON.stringify(text.slice(0, MAX_SHOWN_LENGTH))} … (${rest} characters more)`;
}

/** All calls in order, as a difference of lines where one is another. */
function callProblems(expected: Expectation["calls"], came: readonly PlayedCall[]): string[] {
  if (!expected) return [];
  const isSame = (index: number): boolean => {
    const [want, call] = [expected[index], came[index]];
    if (!want || !call) return false;
    return (
      want.tool === call.tool &&
      (want.outcome === undefined || want.outcome === call.outcome) &&
      (want.args === undefined || isWithin(want.args, call.args))
    );
  };
  const length = Math.max(expected.length, came.length);
  const places = Array.from({ length }, (_, index) => index);
  if (places.every(isSame)) return [];
  const lines = places.flatMap((index) => {
    const [want, call] = [expected[index], came[index]];
    if (call && isSame(index)) return [`  ${index + 1}. ${callText(call)}`];
    return [
      ...(want ? [`- ${index + 1}. ${callText(want)}`] : []),
      ...(call ? [`+ ${index + 1}. ${callText(call)}`] : []),
    ];
  });
  return [["calls (- expected, + came):", ...lines].join("\n")];
}

const callText = (call: { tool: string; args?: unknown; outcome?: string | undefined }): string =>
  [
    call.tool,
    ...(call.args === undefined ? [] : [shown(JSON.stringify(call.args)).slice(1, -1)]),
    ...(call.outcome === undefined ? [] : [`(${call.outcome})`]),
  ]
    .join(" ")
    .replaceAll('\\"', '"');

/** Every field that is expected is there and equal; mappings are looked into. */
function isWithin(expected: unknown, came: unknown): boolean {
  if (!isMapping(expected) || !isMapping(came)) return Bun.deepEquals(expected, came);
  return Object.entries(expected).every(([key, value]) => isWithin(value, came[key]));
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
