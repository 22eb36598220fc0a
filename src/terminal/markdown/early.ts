// The beginning of a paragraph that is still being written, as far as nothing that comes can change it:
// whole words, with no mark open behind which everything may look different.

/** What is complete in itself; anything else that could begin something ends the beginning. */
const COMPLETE = [
  // Letters, and signs that mean nothing between them.
  /[^*_`~[\]<&\\!|\n]+/,
  /(?<=[\p{L}\p{N}])_+(?=[\p{L}\p{N}])/u,
  /!(?=\s)/,
  /`[^`\n]+`(?=[^`])/,
  /\*\*[^*_`~[\]<&\\!|\s](?:[^*_`~[\]<&\\!|\n]*[^*_`~[\]<&\\!|\s])?\*\*(?=[\s.,;:)])/,
  /\[[^*_`~[\]<&\\!|\n]*\]\([^()\s<]+\)/,
];
const BEGINNING = new RegExp(`(?:${COMPLETE.map((part) => part.source).join("|")})*`, "uy");

export function settledWords(text: string): string {
  const [settled = ""] = new RegExp(BEGINNING).exec(text) ?? [];
  return settled.slice(0, settled.lastIndexOf(" ") + 1).trimEnd();
}
