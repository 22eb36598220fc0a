// Attachments' bytes, each under its hash in the environment's state folder; the journal keeps the hash.
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { JameyError } from "../protocol/errors.ts";

export interface Blobs {
  /** Durable when it resolves. Returns the SHA-256 in hex. */
  put(bytes: Uint8Array): Promise<string>;
  get(sha256: string): Uint8Array;
}

export function createBlobs(folder: string, hash: (bytes: Uint8Array) => string): Blobs {
  return {
    async put(bytes) {
      const sha256 = hash(bytes);
      const file = join(folder, sha256);
      if (existsSync(file)) return sha256;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const temporary = `${file}.${crypto.randomUUID()}`;
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      renameSync(temporary, file);
      return sha256;
    },
    get(sha256) {
      const file = join(folder, sha256);
      if (!/^[0-9a-f]{64}$/.test(sha256) || !existsSync(file)) {
        throw new JameyError("not_found", `The attachment ${sha256} is no longer kept.`);
      }
      return readFileSync(file);
    },
  };
}
