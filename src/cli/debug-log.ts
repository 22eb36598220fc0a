// What the client itself does, line by line: -vv on stderr, --debug-file into a file.
// Rule: names, ids, counts and times only. What is said, and what is secret, never.
import { appendFileSync } from "node:fs";
import type { Link } from "../client/link.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { FollowFrame } from "../protocol/frames.ts";
import { oneLine } from "../terminal/strip.ts";
import type { Arguments } from "./input/arguments.ts";
import type { Output } from "./output/write-out.ts";

export type Debug = (text: string) => void;

const MAX_LINE_LENGTH = 500;

/** Undefined where nobody wants to know. A file that cannot be written is said before anything is spent. */
export function openDebugLog(given: Arguments, err: Output): Debug | undefined {
  const path = given.text("debug-file");
  const isOnScreen = given.times("verbose") > 1;
  if (path === undefined && !isOnScreen) return undefined;
  const write = (text: string) => {
    const line = `${(performance.now() / 1000).toFixed(3)} ${oneLine(text, MAX_LINE_LENGTH)}\n`;
    if (path !== undefined) append(path, line);
    if (isOnScreen) void err.write(`debug ${line}`);
  };
  write(`pid ${process.pid}, ${new Date().toISOString()}`);
  return write;
}

function append(path: string, line: string): void {
  try {
    appendFileSync(path, line, { mode: 0o600 });
  } catch (cause) {
    throw new JameyError("storage_failed", `Cannot write ${path}: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

/** The same link, and each call and each batch of frames is told. */
export function debuggedLink(link: Link, debug: Debug): Link {
  return {
    ...link,
    get currentHello() {
      return link.currentHello;
    },
    async call(command, params, options) {
      const from = performance.now();
      debug(`→ ${command}`);
      try {
        const reply = await link.call(command, params, options);
        debug(`← ${command} ${since(from)}`);
        return reply;
      } catch (thrown) {
        debug(`← ${command} failed ${since(from)}: ${codeOf(thrown)}`);
        throw thrown;
      }
    },
    follow(params, take) {
      debug(`→ Subscribe after ${params?.after ?? "now"}`);
      return link.follow(params, (frames) => {
        debug(`frames ${frames.map(describe).join(", ")}`);
        return take(frames);
      });
    },
  };
}

const since = (from: number): string => `${(performance.now() - from).toFixed(1)} ms`;

const codeOf = (thrown: unknown): string =>
  thrown instanceof JameyError ? thrown.code : messageOf(thrown);

function describe(frame: FollowFrame): string {
  switch (frame.type) {
    case "event":
      return `${frame.seq} ${frame.event_type}`;
    case "signal":
      return `${frame.signal_type} ${frame.offset}+${frame.text.length}`;
    case "gap":
      return `gap ${frame.from}-${frame.to} ${frame.reason}`;
    case "caught_up":
      return `caught_up ${frame.seq}`;
  }
}
