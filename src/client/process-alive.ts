// Whether a process still runs. One that has ended and that nobody has collected yet does not: in a container
// without an init it would stay for ever.
import { readFileSync } from "node:fs";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it runs, and belongs to somebody else.
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
  return !isCollectable(pid);
}

/** Linux tells: the state follows the name, which is in parentheses and may hold any. */
function isCollectable(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return /^[ZX]/.test(text.slice(text.lastIndexOf(")") + 2));
  } catch {
    // Gone meanwhile, or no Linux: what the signal said counts.
    return false;
  }
}
