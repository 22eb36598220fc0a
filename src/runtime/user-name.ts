// The name of the user that the daemon runs as, and with it of everybody on its socket.
import { userInfo } from "node:os";
import { boundedRead } from "./environment/bounded-read.ts";

/** Where accounts are no file, as on macOS, the system says the name. */
const ACCOUNTS = "/etc/passwd";
const MAX_ACCOUNTS_BYTES = 1024 * 1024;

export function userName(): string {
  const { uid, username } = userInfo();
  return nameIn(accounts(), uid) ?? username;
}

/** Lines of name:password:uid:… */
export const nameIn = (text: string, uid: number): string | undefined =>
  text
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name, , id]) => name && id === String(uid))?.[0];

function accounts(): string {
  try {
    return boundedRead(ACCOUNTS, MAX_ACCOUNTS_BYTES);
  } catch (_unreadable) {
    return "";
  }
}
