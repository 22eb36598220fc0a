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
import { parseYaml } from "./environment/yaml.ts";
import { changeKeyFile, readKeyFile } from "./key-file.ts";
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

interface KeyOptions {
  file: string;
  log: Log;
  now(): string;
}

export function createKeys(options: KeyOptions): Keys {
  const { file, now } = options;
  const { identify, refresh } = followKeys(options);
  const list = () => parse(readKeyFile(file), file);

  /** What others do to the file meanwhile is not lost. */
  function change(make: (keys: StoredKey[]) => StoredKey[]): void {
    changeKeyFile(file, (text) => encode(make(parse(text, file))));
    refresh();
  }

  return {
    identify,
    refresh,
    hasKeys: () => list().some((key) => Date.parse(now()) < endOf(key)),
    list: () => list().map(publicKey),
    create({ name, scopes, expires_at }) {
      const text = `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
      const key: StoredKey = {
        key_id: `k_${randomBytes(8).toString("hex")}`,
        name,
        scopes: [...scopes],
        created_at: now(),
        expires_at,
        hash: hashOf(text).toString("hex"),
      };
      change((keys) => {
        refuseAnother(keys, name);
        return [...keys, key];
      });
      return { key: publicKey(key), text };
    },
    revoke(key_id) {
      change((keys) => {
        const left = keys.filter((key) => key.key_id !== key_id);
        if (left.length < keys.length) return left;
        throw new JameyError("not_found", `There is no key ${key_id}. See 'jamey keys list'.`);
      });
    },
  };
}

/** Who the keys of the file let in, now. */
function followKeys({ file, log, now }: KeyOptions): Pick<Keys, "identify" | "refresh"> {
  /** Of the file as it was read last; undefined: it could not be. */
  let stamp: string | undefined;
  /** Why nobody is let in, as the log has it. */
  let said: string | undefined;
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

  function letNobodyIn(thrown: unknown): void {
    take([]);
    const reason = messageOf(thrown);
    if (reason !== said) log.error("no key is let in", { reason });
    said = reason;
  }

  /** What cannot be read now is tried again at the next look; what it says stays until it changes. */
  function look(): void {
    let text: string;
    try {
      const current = stampOf(file);
      if (current === stamp) return;
      text = readKeyFile(file);
      stamp = current;
    } catch (thrown) {
      stamp = undefined;
      letNobodyIn(thrown);
      return;
    }
    try {
      take(parse(text, file));
      said = undefined;
    } catch (thrown) {
      letNobodyIn(thrown);
    }
  }

  function refresh(): void {
    look();
    endExpired();
  }

  return {
    refresh,
    identify(hash) {
      refresh();
      // Looked at to the end, so that the time says nothing about which one was near.
      const found = [...known.values()].filter((one) => timingSafeEqual(one.hash, hash));
      return found[0]?.identity;
    },
  };
}

function refuseAnother(keys: readonly StoredKey[], name: string): void {
  if (keys.length >= MAX_KEYS) {
    throw new JameyError("overloaded", `There are ${MAX_KEYS} keys already: revoke one first.`);
  }
  if (keys.some((key) => key.name === name)) {
    throw new JameyError("conflict", `There is a key '${name}' already: revoke it first.`);
  }
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
  return found ? `${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}` : "none";
}

function parse(text: string, file: string): StoredKey[] {
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
