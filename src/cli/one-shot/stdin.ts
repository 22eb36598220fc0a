// What to do with stdin, by what it is and by whether a prompt was already given; and reading it.
// Rules: 1. A pipe that nobody closes never hangs a run that has its prompt.
//        2. Once one byte has arrived, everything is read to the end. Nothing is ever cut in silence.
import { fstatSync, readSync } from "node:fs";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { type Arguments, usageError } from "../input/arguments.ts";
import { showSize } from "../input/byte-size.ts";
import { isTerminal } from "../terminal.ts";

export type StdinKind = "terminal" | "device" | "file" | "pipe" | "socket" | "other";

/** Every way in which the arguments ask for stdin, and what it is then. */
export type StdinUse = "data" | "attachment" | "instruction";

/** undefined: nothing asks for it. It can be read once, so it can be one thing. */
export function stdinUse(given: Arguments): StdinUse | undefined {
  const asks = (flag: string) => given.list(flag).includes("-");
  const uses: StdinUse[] = [];
  if (given.words.includes("-") || given.has("stdin") || asks("file")) uses.push("data");
  if (asks("attach")) uses.push("attachment");
  if (asks("prompt-file")) uses.push("instruction");
  if (uses.length > 1) throw usageError("stdin is asked for twice, as different things.");
  return uses[0];
}

export interface StdinQuestion {
  /** A prompt was given in the arguments. */
  hasPrompt: boolean;
  /** `-` or --stdin. */
  isExplicit: boolean;
  /** -n, or JAMEY_STDIN. */
  mode: "auto" | "wait" | "skip";
  kind: StdinKind;
  isStderrTerminal: boolean;
}

export type StdinPlan =
  | { type: "skip" }
  /** `graceMs`: how long to wait for the first byte. `notice`: what stderr says when it takes a while. */
  | { type: "read"; graceMs: number | undefined; notice: "waiting" | "skippable" | undefined };

/** A supervisor that forgot to close a socket is the likelier case there. */
const PIPE_GRACE_MS = 10_000;
const SOCKET_GRACE_MS = 3000;
/** After this time without a byte, stderr says what is waited for. */
const NOTICE_AFTER_MS = { waiting: 3000, skippable: 300 } as const;

export function planStdin(question: StdinQuestion): StdinPlan {
  const { hasPrompt, isExplicit, mode, kind, isStderrTerminal } = question;
  const toTheEnd = (notice: "waiting" | "skippable" | undefined): StdinPlan => ({
    type: "read",
    graceMs: undefined,
    notice: isStderrTerminal ? notice : undefined,
  });
  if (isExplicit) return toTheEnd(undefined);
  if (mode === "skip") return { type: "skip" };
  const isStream = kind === "pipe" || kind === "socket";
  if (!hasPrompt) {
    if (kind === "terminal") return { type: "skip" };
    return toTheEnd(isStream ? "waiting" : undefined);
  }
  if (kind === "file") return toTheEnd(undefined);
  if (!isStream) return { type: "skip" };
  if (isStderrTerminal || mode === "wait") return toTheEnd("skippable");
  return {
    type: "read",
    graceMs: kind === "pipe" ? PIPE_GRACE_MS : SOCKET_GRACE_MS,
    notice: undefined,
  };
}

export function stdinMode(isOff: boolean, variable: string | undefined): StdinQuestion["mode"] {
  if (isOff) return "skip";
  if (variable === undefined || variable === "" || variable === "auto") return "auto";
  if (variable === "wait" || variable === "skip") return variable;
  throw usageError(`JAMEY_STDIN is auto, wait or skip; not '${variable}'.`);
}

/** A closed stdin is /dev/null to Bun, hence a device. */
export function stdinKind(): StdinKind {
  if (isTerminal(0)) return "terminal";
  const stat = fstatSync(0);
  if (stat.isFIFO()) return "pipe";
  if (stat.isSocket()) return "socket";
  if (stat.isFile()) return "file";
  return stat.isCharacterDevice() ? "device" : "other";
}

export function openStdin(): ReadableStream<Uint8Array> {
  const stat = fstatSync(0);
  if (stat.isDirectory()) {
    throw new JameyError("input_missing", "Cannot read stdin: it is a folder. Name it with -f.");
  }
  return stat.isFile() ? restOfFile() : Bun.stdin.stream();
}

/** One read of a file. Bytes. */
const FILE_PIECE_BYTES = 64 * 1024;

/** From where it stands, which others share: a shell that read a line of it left us the rest. */
function restOfFile(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const piece = new Uint8Array(FILE_PIECE_BYTES);
      const length = readSync(0, piece, 0, piece.length, null);
      if (length === 0) controller.close();
      else controller.enqueue(piece.subarray(0, length));
    },
  });
}

/** All of stdin; `skipped` when the first byte did not come in time. */
export async function readStdin(
  plan: Extract<StdinPlan, { type: "read" }>,
  maxBytes: number,
  say: (notice: "waiting" | "skippable") => void,
): Promise<Uint8Array | "skipped"> {
  const reader = openStdin().getReader();
  const { notice } = plan;
  const noticeTimer = notice && setTimeout(() => say(notice), NOTICE_AFTER_MS[notice]);
  try {
    const first = await firstOf(reader.read(), plan.graceMs);
    clearTimeout(noticeTimer);
    if (first === "late") {
      await reader.cancel();
      return "skipped";
    }
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let piece = first; !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      length += piece.value.length;
      if (length > maxBytes) {
        await reader.cancel();
        throw new JameyError(
          "too_large",
          `stdin is larger than ${showSize(maxBytes)} (--max-stdin). Give a part of it, or name a file that the agent can read.`,
        );
      }
    }
    return Buffer.concat(pieces);
  } catch (cause) {
    if (cause instanceof JameyError) throw cause;
    throw new JameyError("input_missing", `Cannot read stdin: ${messageOf(cause)}`, { cause });
  } finally {
    clearTimeout(noticeTimer);
  }
}

async function firstOf<Value>(
  read: Promise<Value>,
  graceMs: number | undefined,
): Promise<Value | "late"> {
  if (graceMs === undefined) return await read;
  const { promise, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), graceMs);
  return await Promise.race([read, promise]).finally(() => clearTimeout(timer));
}
