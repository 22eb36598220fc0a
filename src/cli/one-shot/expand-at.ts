// --expand-at: the files that a prompt names as @path. Only ever done to what the human wrote as the prompt.

/** `@path` or `@"a path"` where a word begins; a full stop or comma behind it belongs to the sentence. */
export function pathsAt(instruction: string): string[] {
  const found = instruction.matchAll(/(?<=^|[\s(])@(?:"([^"\n]+)"|([^\s"]+))/g);
  const paths = [...found].map(
    ([, quoted, plain = ""]) => quoted ?? plain.replace(/[.,;:!?)]+$/, ""),
  );
  return [...new Set(paths)].filter((path) => path !== "");
}
