// What differs between two versions of a text, for people: a unified diff, bounded in time and in size.

/** A pair of texts that takes longer is only said to differ. */
const MAX_DIFF_MS = 80;
/** In UTF-16 units; what is beyond is left out, and said so. */
const MAX_DIFF_LENGTH = 32 * 1024;
const CONTEXT_LINES = 3;

export interface Version {
  name: string;
  text: string;
}

export async function differenceOf(before: Version, after: Version): Promise<string> {
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const patch = createTwoFilesPatch(
    before.name,
    after.name,
    before.text,
    after.text,
    undefined,
    undefined,
    { context: CONTEXT_LINES, timeout: MAX_DIFF_MS, headerOptions: FILE_HEADERS_ONLY },
  );
  if (patch === undefined)
    return `--- ${before.name}\n+++ ${after.name}\n(too different to show)\n`;
  if (patch.length <= MAX_DIFF_LENGTH) return patch;
  return `${patch.slice(0, MAX_DIFF_LENGTH)}\n(${patch.length - MAX_DIFF_LENGTH} more characters differ)\n`;
}
