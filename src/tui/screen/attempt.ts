// For a terminal that may have gone away in the middle.

export function attempt(work: () => void): void {
  try {
    work();
  } catch (_gone) {
    // The terminal itself went away: nothing is left to put back.
  }
}
