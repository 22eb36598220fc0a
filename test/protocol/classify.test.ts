// How a run counts, and that every way of saying no has a status and an exit code that are published.
import { describe, expect, test } from "bun:test";
import { classify } from "../../src/protocol/classify.ts";
import type { Run } from "../../src/protocol/commands/session.ts";
import { type ErrorCode, errorCodes, JameyError, toErrorBody } from "../../src/protocol/errors.ts";

type Classified = Parameters<typeof classify>[0];

const completed: Classified = {
  status: "completed",
  error: null,
  denials: [],
  pending_requests: [],
  response: "Done.",
};
const failedWith = (code: ErrorCode): Classified => ({
  ...completed,
  status: "failed",
  error: { code, message: "", details: {} },
});
const denial: Run["denials"][number] = {
  tool: "shell",
  subject: "rm -rf /",
  reason: "",
  allow_with: "",
};
// Object.keys knows no more than that these are strings; the table has no others.
const codes = Object.keys(errorCodes) as ErrorCode[];

describe("a run", () => {
  test("that answered and was denied nothing is ok", () => {
    expect(classify(completed)).toEqual({ status: "ok", exit_code: 0 });
  });

  test("that was denied something or left a question open is blocked, also if it answered", () => {
    const blocked = { status: "blocked" as const, exit_code: 3 };
    expect(classify({ ...completed, denials: [denial] })).toEqual(blocked);
    expect(classify({ ...completed, pending_requests: ["r1"] })).toEqual(blocked);
    expect(classify(failedWith("blocked"))).toEqual(blocked);
  });

  test("that reached a limit says so", () => {
    expect(classify(failedWith("limit_reached"))).toEqual({ status: "limit", exit_code: 4 });
  });

  test("that was cancelled is interrupted", () => {
    const cancelled = { ...completed, status: "cancelled" as const };
    expect(classify(cancelled)).toEqual({ status: "interrupted", exit_code: 1 });
  });

  test("that failed for any other reason has the exit code of its error, and never 0", () => {
    const others = codes.filter((code) => code !== "limit_reached" && code !== "blocked");
    for (const code of others) {
      const { exit } = errorCodes[code];
      expect({ code, run: classify(failedWith(code)) }).toEqual({
        code,
        run: { status: "failed", exit_code: exit },
      });
    }
    expect(classify({ ...completed, status: "failed" })).toEqual({
      status: "failed",
      exit_code: 1,
    });
  });
});

describe("every error code", () => {
  test("has one of the published exit codes, and none of them means success", () => {
    const published = [1, 2, 3, 4, 5, 65, 66, 69, 75, 77, 78, 124];
    const odd = codes.filter((code) => !published.includes(errorCodes[code].exit));
    expect(odd).toEqual([]);
  });

  test("has a status that says no", () => {
    const odd = codes.filter((code) => errorCodes[code].status < 400);
    expect(odd).toEqual([]);
  });

  test("with the exit code for trying again is one where that may help", () => {
    const retried = codes.filter((code) => [69, 75, 124].includes(errorCodes[code].exit));
    const hopeless = retried.filter((code) => !errorCodes[code].retryable);
    // Two versions that do not understand each other need an update, not patience.
    expect(hopeless).toEqual(["version_mismatch"]);
  });
});

describe("an error", () => {
  test("travels with its code, message and details", () => {
    const cause = new Error("why");
    const error = new JameyError("not_found", "No such thing.", { cause, details: { id: "x" } });
    expect(toErrorBody(error)).toEqual({
      code: "not_found",
      message: "No such thing.",
      details: { id: "x" },
    });
    expect(error.cause).toBe(cause);
  });

  test("of any other kind is internal", () => {
    const bodies = [new TypeError("broken"), "text", undefined].map(toErrorBody);
    expect(bodies).toEqual([
      { code: "internal", message: "broken", details: {} },
      { code: "internal", message: "text", details: {} },
      { code: "internal", message: "undefined", details: {} },
    ]);
  });
});
