// A home with environments in it: folders, no daemon, gone afterwards. Archives can be made that nobody
// honest would make.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createEnvironments } from "../../src/runtime/environments/index.ts";

export function openEnvironmentsHome(variables: Record<string, string> = {}) {
  // Short, because the path of a socket is: not the system's folder for temporary files.
  const home = mkdtempSync("/tmp/jamey-env-");
  const all = { JAMEY_HOME: home, HOME: home, ...variables };
  return {
    home,
    variables: all,
    environments: createEnvironments(all),
    folderOf: (name: string) => join(home, "data/environments", name),
    /** Every file and folder of the data folder but locks, relative to it. */
    tree: (): string[] =>
      readdirSync(join(home, "data"), { recursive: true })
        .map(String)
        .filter((name) => !/lock\.db|\.state$/.test(name))
        .toSorted(),
    write(file: string, text: string | Uint8Array) {
      const path = join(home, file);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

export interface Forged {
  name: string;
  text?: string | Uint8Array;
  /** The type flag of the header; `0` is a file. */
  type?: string;
  link?: string;
  /** What the header says instead of the content's own size. */
  size?: number;
}

/** A compressed tar file with just these members, whatever they are. */
export function forgeArchive(members: readonly Forged[], { hasEnd = true } = {}): Uint8Array {
  const blocks = members.flatMap((member) => {
    const content = Buffer.from(member.text ?? "");
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return [header(member, content.length), content, padding];
  });
  return Bun.gzipSync(Buffer.concat([...blocks, Buffer.alloc(hasEnd ? 1024 : 0)]));
}

function header({ name, type = "0", link = "", size }: Forged, bytes: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, "utf8");
  block.write("0000777\0", 100);
  block.write((size ?? bytes).toString(8).padStart(11, "0"), 124);
  block.write(" ".repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write("ustar\u000000", 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
