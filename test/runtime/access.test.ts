// Who is let in: the local token, JAMEY_TOKEN, and keys that come and go.
import { expect, test } from "bun:test";
import { createAccess, hashOf, type Identity, type KeySource } from "../../src/runtime/access.ts";

const nobody: KeySource = {
  identify: () => undefined,
  refresh: () => undefined,
  hasKeys: () => false,
};
const identity: Identity = {
  id: "k_1",
  name: "ci",
  scopes: ["read"],
  isOnSocket: false,
  ended: new AbortController().signal,
};
const withKey = (text: string): KeySource => ({
  identify: (hash) => (hash.equals(hashOf(text)) ? identity : undefined),
  refresh: () => undefined,
  hasKeys: () => true,
});

test("The local token may do everything, but is never taken for the socket", () => {
  const access = createAccess({ keys: nobody, local: "secret", variable: undefined });
  const found = access.identify("secret");
  expect([found?.id, found?.scopes, found?.isOnSocket]).toEqual([
    "local",
    ["read", "chat", "admin"],
    false,
  ]);
  expect(access.socket.isOnSocket).toBe(true);
});

test("JAMEY_TOKEN lets in under its own name", () => {
  const access = createAccess({ keys: nobody, local: "secret", variable: "theirs" });
  expect([access.identify("theirs")?.id, access.identify("theirs")?.name]).toEqual([
    "token",
    "JAMEY_TOKEN",
  ]);
});

test("Nobody is let in with what is only like a secret", () => {
  const access = createAccess({ keys: withKey("key"), local: "secret", variable: undefined });
  const wrong = ["", "secre", "secret ", "SECRET", "secrets", "\0", "🙂", "s".repeat(100_000)];
  expect(wrong.filter((secret) => access.identify(secret))).toEqual([]);
});

test("A key is who it was made for", () => {
  const access = createAccess({ keys: withKey("key"), local: "secret", variable: undefined });
  expect(access.identify("key")).toBe(identity);
});

test("Only a key that a human has made counts for a listener beyond this machine", () => {
  const made = (keys: KeySource, variable?: string) =>
    createAccess({ keys, local: "secret", variable }).hasMadeKey();
  expect([made(nobody), made(nobody, "theirs"), made(withKey("key"))]).toEqual([false, true, true]);
});
