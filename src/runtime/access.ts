// Who a connector found somebody to be, and what that lets them do. The port between authentication
// (connectors) and authorisation (`handle`): an address never authenticates anybody.
import { createHash, timingSafeEqual } from "node:crypto";
import type { Scope } from "../protocol/commands/command.ts";

export interface Identity {
  /** `local` for this user's own clients, else the id of the key. */
  id: string;
  /** What people call it: `local`, or the name of the key. */
  name: string;
  scopes: readonly Scope[];
  /** Over the unix socket: only there do a client's folder and its provider variables count. */
  isOnSocket: boolean;
  /** Aborted when it is let in no longer: every connection under it ends. */
  ended: AbortSignal;
}

/** What connectors ask to find out who somebody is. */
export interface Access {
  /** Who holds the socket is this user: its folder and mode are the authentication. */
  socket: Identity;
  /** Who carries this secret; undefined for nobody. Takes the same time for every wrong one. */
  identify(secret: string): Identity | undefined;
  /** Ends the identities that are let in no longer. Asked often while somebody is here. */
  refresh(): void;
  /** A human has made a key or set JAMEY_TOKEN: what a listener beyond this machine needs. */
  hasMadeKey(): boolean;
}

/** Where keys come from that can be made and revoked while the daemon runs. */
export interface KeySource {
  identify(hash: Buffer): Identity | undefined;
  refresh(): void;
  hasKeys(): boolean;
}

/** Who is on the unix socket. It lasts as long as the process does. */
export const socketIdentity: Identity = {
  id: "local",
  name: "local",
  scopes: ["read", "chat", "admin"],
  isOnSocket: true,
  ended: new AbortController().signal,
};

/** A secret longer than this is nobody's: hashing costs time for each byte. */
const MAX_SECRET_LENGTH = 1_024;

/** `local`: the token that official clients find by themselves. `variable`: JAMEY_TOKEN. */
export function createAccess(options: {
  keys: KeySource;
  local: string;
  variable: string | undefined;
}): Access {
  const { keys, local, variable } = options;
  const remote = { ...socketIdentity, isOnSocket: false };
  const fixed: { hash: Buffer; identity: Identity }[] = [{ hash: hashOf(local), identity: remote }];
  if (variable !== undefined) {
    const identity = { ...remote, id: "token", name: "JAMEY_TOKEN" };
    fixed.push({ hash: hashOf(variable), identity });
  }
  return {
    socket: socketIdentity,
    identify(secret) {
      if (secret.length > MAX_SECRET_LENGTH) return undefined;
      const hash = hashOf(secret);
      // Looked at to the end, so that the time says nothing about which one was near.
      const found = fixed.filter((one) => timingSafeEqual(one.hash, hash));
      return keys.identify(hash) ?? found[0]?.identity;
    },
    refresh: keys.refresh,
    hasMadeKey: () => variable !== undefined || keys.hasKeys(),
  };
}

export const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();
