// The closing line of a check is true even when a test run ends badly.
import { describe, expect, test } from "bun:test";
import { addTallies, readTestTally } from "../../scripts/tally.ts";

const summary = (pass: number, fail: number): string =>
  `test/a.test.ts:\n(pass) a\n\n ${pass} pass\n 1 skip\n ${fail} fail\n 3 expect() calls\nRan 9 tests across 2 files. [5.00ms]\n`;

describe("the tally of a test run", () => {
  test("is what the last lines say", () => {
    expect(readTestTally(summary(7, 0), 0)).toEqual({ passed: 7, failed: 0 });
    expect(readTestTally(summary(7, 2), 1)).toEqual({ passed: 7, failed: 2 });
  });

  test("is not changed by colours or by what a test prints", () => {
    const printed = " 99 pass\n 0 fail\nRan 99 tests across 1 file. [1.00ms]\n";
    const coloured = summary(7, 2).replace(" 7 pass", "\u001b[32m 7 pass\u001b[0m");
    expect(readTestTally(printed + coloured, 1)).toEqual({ passed: 7, failed: 2 });
  });

  test("counts a failure when the run broke off, with or without an exit code", () => {
    const broken = { passed: 0, failed: 1 };
    expect(readTestTally("", 0)).toEqual(broken);
    expect(readTestTally("\ntest/a.test.ts:\n(pass) a\n", null)).toEqual(broken);
    expect(readTestTally(" 3 pass\n 0 fail\n", 0)).toEqual(broken);
  });

  test("counts a failure when all tests passed and the run failed all the same", () => {
    expect(readTestTally(summary(7, 0), 1)).toEqual({ passed: 7, failed: 1 });
  });

  test("adds up", () => {
    const tallies = [
      { passed: 1, failed: 0 },
      { passed: 3, failed: 2 },
    ];
    expect(addTallies(tallies)).toEqual({ passed: 4, failed: 2 });
  });
});
