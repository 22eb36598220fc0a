// How often somebody may do something: a bucket for each name that fills with time. Bounded, whoever asks.

/** Names beyond these push out those that were seen the longest ago. */
const MAX_NAMES = 10_000;

export interface LimiterOptions {
  perSecond: number;
  /** How many at once after a pause. */
  burst: number;
  maxNames?: number;
  /** Milliseconds that never jump. */
  now?: () => number;
}

export interface Limiter {
  /** True while the bucket of this name is not empty; takes one out of it. */
  take(name: string): boolean;
}

export function createLimiter(options: LimiterOptions): Limiter {
  const { perSecond, burst, maxNames = MAX_NAMES, now = () => performance.now() } = options;
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(name) {
      const at = now();
      const bucket = buckets.get(name) ?? { left: burst, at };
      const left = Math.min(burst, bucket.left + ((at - bucket.at) / 1_000) * perSecond);
      buckets.delete(name);
      const [oldest] = buckets.keys();
      if (buckets.size >= maxNames && oldest !== undefined) buckets.delete(oldest);
      const isAllowed = left >= 1;
      buckets.set(name, { left: isAllowed ? left - 1 : left, at });
      return isAllowed;
    },
  };
}

/**
 * One spelling for each address, and one name for what one host may choose from: an IPv4 address in IPv6
 * clothes is the IPv4 one, of IPv6 the network (/64) counts.
 */
export function canonicalAddress(address: string): string {
  const plain = (address.split("%")[0] ?? "").toLowerCase();
  if (!plain.includes(":")) return plain;
  const groups = groupsOf(plain);
  const [a, b, c, d, e, f, high = 0, low = 0] = groups;
  const isMapped = [a, b, c, d, e].every((group) => group === 0) && f === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, front = "", ...octets] = dotted ?? [];
  const [first = 0, second = 0, third = 0, fourth = 0] = octets.map(Number);
  const hex = (high: number, low: number) => (high * 256 + low).toString(16);
  const whole = dotted ? `${front}${hex(first, second)}:${hex(third, fourth)}` : address;
  const [left = "", right] = whole.split("::");
  const read = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const before = read(left);
  const after = right === undefined ? [] : read(right);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0);
  return [...before, ...zeros, ...after];
}
