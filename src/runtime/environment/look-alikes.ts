// Names that look like others: letters of several scripts in one word, or letters that are written in another way.
// What a human sees in a question has to be what is meant.

/** Scripts that people write in; letters of any other count as one more. */
const scripts: readonly [string, RegExp][] = [
  ["Latin", /\p{Script=Latin}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Georgian", /\p{Script=Georgian}/u],
  ["Hebrew", /\p{Script=Hebrew}/u],
  ["Arabic", /\p{Script=Arabic}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Coptic", /\p{Script=Coptic}/u],
  ["Devanagari", /\p{Script=Devanagari}/u],
  ["Thai", /\p{Script=Thai}/u],
];
/** Written together, and with Latin letters, by those who use them. */
const eastAsian =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;
const ofNone = /[\p{Script=Common}\p{Script=Inherited}]/u;

/** What is wrong with a name because it can be taken for another; undefined where nothing is. */
export function looksAlike(name: string): string | undefined {
  const plain = name.normalize("NFKC");
  if (plain !== name) return `looks like '${plain}': write it with plain letters`;
  for (const word of name.split(/[_.-]+/)) {
    const found = scriptsOf(word);
    if (found.length < 2) continue;
    return `mixes ${found.join(" and ")} letters in '${word}', which can be taken for another name: write each word in one script`;
  }
  return undefined;
}

function scriptsOf(word: string): string[] {
  const letters = [...word].filter((letter) => !ofNone.test(letter));
  const found = letters.map(
    (letter) =>
      scripts.find(([, pattern]) => pattern.test(letter))?.[0] ??
      (eastAsian.test(letter) ? "East Asian" : "other"),
  );
  const several = [...new Set(found)];
  const isUsual = several.every((script) => script === "Latin" || script === "East Asian");
  return isUsual ? [] : several;
}
