// Builds the one binary, dist/jamey, and says on stderr how large it is and how long that took.
// Rules: 1. A running daemon is not disturbed: the new file is renamed over the old one when it is complete.
//        2. The file is dated when the build began, so that a source saved meanwhile counts as newer.
//        3. The folder where the binary is started has no power over it: nothing is autoloaded from there.
import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const root = resolve(import.meta.dir, "..");

type Options = { target: Bun.Build.CompileTarget | undefined; outfile: string };

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { target: { type: "string" }, outfile: { type: "string" } },
  });
  return {
    // Bun itself refuses a target that it does not know, and names it.
    target: values.target as Bun.Build.CompileTarget | undefined,
    outfile: resolve(values.outfile ?? join(root, "dist", "jamey")),
  };
}

async function build({ target, outfile }: Options): Promise<void> {
  const startedAt = new Date();
  // Only the folder carries the process id: Bun embeds the file's name, and builds stay identical byte by byte.
  const folder = join(dirname(outfile), `.building-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    const { outputs } = await Bun.build(configure(target, join(folder, basename(outfile))));
    // For Windows, Bun adds ".exe" to the name that was asked for.
    const built = outputs[0]?.path ?? join(folder, basename(outfile));
    const path = join(dirname(outfile), basename(built));
    await utimes(built, startedAt, startedAt);
    await rename(built, path);
    const megabytes = ((await stat(path)).size / 1e6).toFixed(1);
    const seconds = ((Date.now() - startedAt.getTime()) / 1000).toFixed(1);
    console.error(`built ${path}: ${megabytes} MB in ${seconds} s`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configure(target: Options["target"], outfile: string): Bun.BuildConfig {
  return {
    entrypoints: [join(root, "src", "main.ts")],
    target: "bun",
    format: "esm",
    splitting: true,
    bytecode: true,
    // Identifiers stay, so that the classes of errors keep their names.
    minify: { whitespace: true, syntax: true, identifiers: false },
    sourcemap: "inline",
    define: { "process.env.NODE_ENV": '"production"' },
    compile: {
      outfile,
      ...(target && { target }),
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  };
}

try {
  await build(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
