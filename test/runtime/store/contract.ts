// What every implementation of the journal must pass, whatever it keeps its events in: one call in its
// own test file, with how it is opened.
import { testAppending } from "./contract-append.ts";
import { testFollowing } from "./contract-follow.ts";
import { testReading } from "./contract-read.ts";
import type { Open } from "./open-journal.ts";

export function testJournal(name: string, open: Open): void {
  testAppending(name, open);
  testReading(name, open);
  testFollowing(name, open);
}
