// Counts how many tests passed and failed, from what `bun test` printed and how it ended.

export type Tally = { passed: number; failed: number };

export function addTallies(tallies: Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
  };
}

/**
 * A run that ended badly never counts as zero failures: not a crash before the closing line, not a
 * `process.exit(0)` inside a test, not an error between tests.
 */
export function readTestTally(output: string, exitCode: number | null): Tally {
  const lines = Bun.stripANSI(output).split("\n");
  const end = lines.findLastIndex((line) => /^Ran \d+ tests? across \d+ files?\. \[/.test(line));
  // The counts are the unbroken block of lines that ends there, so a test cannot print them.
  const start = lines.findLastIndex((line, index) => index < end && line.trim() === "");
  const counts = lines.slice(start + 1, Math.max(end, 0)).join("\n");
  const count = (word: string): number =>
    Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(counts)?.[1] ?? 0);
  const tally = { passed: count("pass"), failed: count("fail") };
  const isClean = end >= 0 && exitCode === 0;
  return isClean || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}
