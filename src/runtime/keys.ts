// The keys that programs elsewhere carry: `keys.yml`, which holds hashes only. It is shared by every daemon
// of this user and read by people, so that it is looked at anew whenever it has changed.
// Rules: 1. A key that is not in the file, or has expired, is refused at once and its connections end.
//        2. A file that cannot be read lets nobody in.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { statSync } from "node:fs";
import { z } from "zod";
import type { Scope } from "../protocol/commands/command.ts";
import { type AccessKey, accessKey } from "../protocol/commands/key.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_KEYS } from "../protocol/limits.ts";
import { hashOf, type Identity, type KeySource } from "./access.ts";
import { MAX_YAML_BYTES, parseYaml } from "./environment/yaml.ts";
import { readKeyFile, replaceKeyFile } from "./key-file.ts";
import type { Log } from "./log.ts";

const KEY_BYTES = 32;
const KEY_PREFIX = "jamey_";

const storedKey = accessKey.extend({ hash: z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits") });
type StoredKey = z.infer<typeof storedKey>;
const fileSchema = z.object({ keys: z.array(storedKey).max(MAX_KEYS).nullish() });

export interface Keys extends KeySource {
  list(): AccessKey[];
  /** The text is known here and then never again. */
  create(asked: { name: string; scopes: readonly Scope[]; expires_at: string | null }): {
    key: AccessKey;
    text: string;
  };
  revoke(key_id: string): void;
}

interface Known {
  key: StoredKey;
  hash: Buffer;
  /** Milliseconds since 1970; Infinity where it does not end. */
  endsMs: number;
  identity: Identity;
  ending: AbortController;
}

export function createKeys(options: { file: string; log: Log; now(): string }): Keys {
  const { file, log, now } = options;
  let stamp: string | undefined;
  let known = new Map<string, Known>();

  /** Those that stay the same keep who they are; the others end. */
  function take(keys: StoredKey[]): void {
    const before = known;
    known = new Map();
    for (const key of keys) {
      const same = before.get(key.key_id);
      const isSame = same !== undefined && JSON.stringify(same.key) === JSON.stringify(key);
      known.set(key.key_id, isSame ? same : knownKey(key));
    }
    for (const [id, one] of before) if (known.get(id) !== one) one.ending.abort();
  }

  function endExpired(): void {
    const nowMs = Date.parse(now());
    for (const [id, one] of known) {
      if (nowMs < one.endsMs) continue;
      known.delete(id);
      one.ending.abort();
    }
  }

  function refresh(): void {
    const current = stampOf(file);
    if (current !== stamp) {
      stamp = current;
      try {
        take(read(file));
      } catch (thrown) {
        take([]);
        log.error("no key is let in", { reason: messageOf(thrown) });
      }
    }
    endExpired();
  }

  function write(keys: StoredKey[]): void {
    const text = encode(keys);
    // What could not be read again would let nobody in.
    if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
      throw new JameyError("overloaded", `${file} is full: revoke a key first.`);
    }
    replaceKeyFile(file, text);
    refresh();
  }

  return {
    identify(hash) {
      refresh();
      // Looked at to the end, so that the time says nothing about which one was near.
      const found = [...known.values()].filter((one) => timingSafeEqual(one.hash, hash));
      return found[0]?.identity;
    },
    refresh,
    hasKeys: () => read(file).some((key) => Date.parse(now()) < endOf(key)),
    list: () => read(file).map(publicKey),
    create({ name, scopes, expires_at }) {
      const keys = read(file);
      if (keys.length >= MAX_KEYS) {
        throw new JameyError("overloaded", `There are ${MAX_KEYS} keys already: revoke one first.`);
      }
      if (keys.some((key) => key.name === name)) {
        throw new JameyError("conflict", `There is a key '${name}' already: revoke it first.`);
      }
      const text = `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
      const key: StoredKey = {
        key_id: `k_${randomBytes(8).toString("hex")}`,
        name,
        scopes: [...scopes],
        created_at: now(),
        expires_at,
        hash: hashOf(text).toString("hex"),
      };
      write([...keys, key]);
      return { key: publicKey(key), text };
    },
    revoke(key_id) {
      const keys = read(file);
      const left = keys.filter((key) => key.key_id !== key_id);
      if (left.length === keys.length) {
        throw new JameyError("not_found", `There is no key ${key_id}. See 'jamey keys list'.`);
      }
      write(left);
    },
  };
}

function knownKey(key: StoredKey): Known {
  const ending = new AbortController();
  const { key_id: id, name, scopes } = key;
  const identity = { id, name, scopes, isOnSocket: false, ended: ending.signal };
  return { key, hash: Buffer.from(key.hash, "hex"), endsMs: endOf(key), identity, ending };
}

const endOf = ({ expires_at }: AccessKey): number =>
  expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(expires_at);

const publicKey = ({ hash: _hash, ...key }: StoredKey): AccessKey => key;

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.mtimeNs} ${found.size} ${found.ino} ${found.mode}` : "none";
}

function read(file: string): StoredKey[] {
  const text = readKeyFile(file);
  const result = fileSchema.safeParse(parseYaml(text, file));
  if (result.success) return result.data.keys ?? [];
  const [issue] = result.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new JameyError("config_invalid", `${file}: ${where}: ${issue?.message ?? "is not valid"}`);
}

function encode(keys: StoredKey[]): string {
  const head =
    "# Keys of programs that speak to jamey over the network; hashes only. To end one, take it out\n" +
    "# here or say `jamey keys revoke`.\n";
  return `${head}${Bun.YAML.stringify({ keys }, null, 2)}\n`;
}
