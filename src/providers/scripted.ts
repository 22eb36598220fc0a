// `scripted/FILE`: plays a YAML script of answers, delays and faults, to test agents without a model.
//
//   - when: weather                 # chosen while the last user message contains this text
//     reasoning: Let me look.
//     tool_calls:
//       - { name: http_request, args: { url: "http://127.0.0.1/weather" } }
//   - when: weather                 # the second model call of that turn
//     text: It is raining.
//   - text: Hello, this is the first answer without `when`.
//     chunk: 4                      # characters per piece of the stream; default 16
//     delay_ms: { first: 200, between: 20 }      # or one number for both
//     usage: { input_tokens: 11, output_tokens: 7 }
//   - text: Half an ans
//     fault: cut                    # the connection ends; or hang: silence until somebody stops it
//   - fault: { error: provider_rate_limited, message: slow down, retryable: true, retry_after_ms: 50 }
//   - when: weather
//     object: critic                # only when this object asks; the others have their own steps
//     after: 2                      # the place of this step: so many answers came since the user message
//     text: I doubt it.
//   - object: critic
//     visit: 2                      # from the second call of the critic in its caller's turn on
//     text: Now I agree.
//   - text: The end.
//     end: length                   # stop, length or refusal; default stop, or tool_calls
//     repeat: true                  # the last step of its kind may stand for all that follow
//
// Rules: 1. The step follows from the request's messages alone, so a restart of the daemon changes
//        nothing: steps with `when` are counted by the model calls since that user message, the others
//        by all answers of the conversation; `visit` by what the caller said. 2. A fault leaves no
//        answer behind, so each retry meets it again. 3. Past the end of a script the call fails: nothing
//        is made up.
import type { EndReason, Model, ModelPart, ModelRequest } from "../core/model.ts";
import { type ErrorCode, errorCodes, JameyError, messageOf } from "../protocol/errors.ts";
import { type Fault, readScript, type Step } from "./script.ts";

const MAX_SCRIPT_BYTES = 1024 * 1024;

/** Reads the script now, so that a mistake in it is told before anything runs. */
export async function openScript(
  path: string,
  { folder = ".", folder_next = folder }: { folder?: string; folder_next?: string },
): Promise<Model> {
  const here = path.startsWith("/") ? path : `${folder}/${path}`;
  const isHere = path.startsWith("/") || (await Bun.file(here).exists());
  const full = isHere ? here : `${folder_next}/${path}`;
  return playScript(await readFile(full, path), path);
}

/** `path` is where the text came from, for what is wrong with it. */
export function playScript(text: string, path: string): Model {
  const steps = readScript(text, path);
  return { stream: (request, signal) => play(steps, path, request, signal) };
}

async function readFile(full: string, path: string): Promise<string> {
  const file = Bun.file(full);
  if (!(await file.exists())) {
    const where = path.startsWith("/") ? "" : ", neither where you are nor in the environment";
    throw new JameyError("model_not_found", `There is no script ${path}${where}.`);
  }
  // A pipe has no end that could be waited for.
  const about = await file.stat().catch(() => undefined);
  if (!about?.isFile()) {
    throw new JameyError("config_invalid", `${path} is no file: a script is one.`);
  }
  if (file.size > MAX_SCRIPT_BYTES) {
    throw new JameyError("config_invalid", `${path} is larger than ${MAX_SCRIPT_BYTES} bytes.`);
  }
  try {
    return await file.text();
  } catch (cause) {
    const message = `${path} cannot be read: ${messageOf(cause)}`;
    throw new JameyError("config_invalid", message, { cause });
  }
}

async function* play(
  steps: Step[],
  path: string,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const step = chooseStep(steps, request);
  if (step === undefined) {
    const message = `The script ${path} has no step for this call: add one, or 'repeat: true' to its last.`;
    yield problem("provider_refused", message);
    return;
  }
  await pause(step.delay_ms.first, signal);
  for (const part of spokenParts(step)) {
    if (signal.aborted) return;
    yield part;
    await pause(step.delay_ms.between, signal);
  }
  if (step.fault?.type === "hang") await aborted(signal);
  if (signal.aborted) return;
  yield* step.fault === null ? lastParts(step, request) : faultParts(step.fault);
}

/** Rule 1. */
function chooseStep(steps: Step[], request: ModelRequest): Step | undefined {
  const { messages } = request;
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const prompt = messages[lastUser]?.content ?? "";
  const answers = messages.filter((message) => message.role === "assistant").length;
  const answersSince = messages
    .slice(lastUser + 1)
    .filter((message) => message.role === "assistant").length;
  const visit = request.visit ?? 1;
  const own = steps.filter(
    (step) => (step.object === null || step.object === request.agent) && (step.visit ?? 1) <= visit,
  );
  const chosen = own.find((step) => step.when !== null && prompt.includes(step.when));
  const when = chosen?.when ?? null;
  const [placed] = latest(own.filter((step) => step.when === when && step.after === answersSince));
  if (placed) return placed;
  const counted = own.filter((step) => step.when === when && step.after === null);
  // Whoever has steps of its own plays those, and not also everybody's.
  const hasOwn = counted.some((step) => step.object !== null);
  const group = latest(counted.filter((step) => (step.object !== null) === hasOwn));
  const last = group.at(-1);
  return group[when === null ? answers : answersSince] ?? (last?.repeat ? last : undefined);
}

/** Those that hold from the latest visit on. */
function latest(steps: Step[]): Step[] {
  const from = Math.max(...steps.map((step) => step.visit ?? 1));
  return steps.filter((step) => (step.visit ?? 1) === from);
}

function spokenParts(step: Step): ModelPart[] {
  return [
    ...chunksOf(step.reasoning, step.chunk).map((text): ModelPart => ({ type: "reasoning", text })),
    ...chunksOf(step.text, step.chunk).map((text): ModelPart => ({ type: "text", text })),
  ];
}

/** Pieces of so many code points: none is torn. */
function chunksOf(text: string, size: number): string[] {
  const points = [...text];
  const count = Math.ceil(points.length / size);
  return Array.from({ length: count }, (_, at) =>
    points.slice(at * size, (at + 1) * size).join(""),
  );
}

function lastParts(step: Step, request: ModelRequest): ModelPart[] {
  const answers = request.messages.filter((message) => message.role === "assistant").length;
  const reason: EndReason = step.end ?? (step.tool_calls.length > 0 ? "tool_calls" : "stop");
  return [
    ...step.tool_calls.map((call, position): ModelPart => {
      const id = call.id ?? `scripted_${answers}_${position}`;
      return { type: "tool_call", id, name: call.name, args: call.args, problem: null };
    }),
    { type: "usage", usage: step.usage },
    { type: "end", reason },
  ];
}

function faultParts(fault: Fault): ModelPart[] {
  // Who hangs has been stopped by now.
  if (fault.type === "hang") return [];
  if (fault.type === "cut") {
    return [
      problem("provider_bad_stream", "scripted: the connection was cut, as the script says."),
    ];
  }
  return [fault];
}

function problem(code: ErrorCode, message: string): Extract<ModelPart, { type: "error" }> {
  const { retryable } = errorCodes[code];
  return { type: "error", code, message, retryable, retry_after_ms: undefined };
}

/** Ends after this time, or at once when somebody stops the call. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  signal.addEventListener("abort", () => over.resolve(), { once: true });
  await over.promise;
  clearTimeout(timer);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
