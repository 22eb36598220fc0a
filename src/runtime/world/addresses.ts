// Which internet addresses an agent may reach. Pure. Whatever is not plainly public is refused.

/** `private` may be allowed by the owner; `forbidden` never is. */
export type AddressKind = "public" | "private" | "forbidden";

/** first address, length of the prefix, kind */
const ranges4: [string, number, AddressKind][] = [
  ["0.0.0.0", 8, "forbidden"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["100.100.100.200", 32, "forbidden"], // a cloud's metadata
  ["127.0.0.0", 8, "private"],
  ["168.63.129.16", 32, "forbidden"], // a cloud's metadata
  ["169.254.0.0", 16, "forbidden"], // link-local, metadata
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "forbidden"],
  ["192.0.2.0", 24, "forbidden"],
  ["192.88.99.0", 24, "forbidden"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "forbidden"],
  ["198.51.100.0", 24, "forbidden"],
  ["203.0.113.0", 24, "forbidden"],
  ["224.0.0.0", 3, "forbidden"], // multicast, reserved, broadcast
];

const ranges6: [string, number, AddressKind][] = [
  ["::1", 128, "private"],
  ["fc00::", 7, "private"],
  ["fd00:ec2::254", 128, "forbidden"], // a cloud's metadata
  ["fd20:ce::254", 128, "forbidden"], // a cloud's metadata
  ["2001::", 23, "forbidden"], // Teredo and other protocols
  ["2001:db8::", 32, "forbidden"],
  ["2002::", 16, "forbidden"], // 6to4
  ["3fff::", 20, "forbidden"],
  ["2000::", 3, "public"],
];

/** Prefixes in front of an IPv4 address that is really meant: mapped, and NAT64. */
const carriers = ["::ffff:0:0", "64:ff9b::"];

/** What kind of address this text is; what is no plain address is forbidden. */
export function kindOfAddress(text: string): AddressKind {
  const bytes = bytesOf(text);
  if (bytes?.length === 4) return kindOf4(bytes);
  if (bytes?.length !== 16) return "forbidden";
  if (isCarried(bytes)) return kindOf4(bytes.slice(12));
  // ISATAP carries an IPv4 address in its last half.
  if (
    (bytes[8] === 0 || bytes[8] === 2) &&
    bytes[9] === 0 &&
    bytes[10] === 0x5e &&
    bytes[11] === 0xfe
  ) {
    return "forbidden";
  }
  return strictest(ranges6, bytes) ?? "forbidden";
}

/** One spelling for each address; an IPv4 address that IPv6 carries is that IPv4 address. */
export function canonical(text: string): string {
  const bytes = bytesOf(text) ?? [];
  return (bytes.length === 16 && isCarried(bytes) ? bytes.slice(12) : bytes).join(".");
}

export function isLoopback(text: string): boolean {
  return canonical(text).startsWith("127.") || canonical(text) === canonical("::1");
}

export function bytesOf(text: string): number[] | undefined {
  return text.includes(":") ? bytesOf6(text) : bytesOf4(text);
}

function isCarried(bytes: number[]): boolean {
  return carriers.some((prefix) => isWithin(bytes, prefix, 96));
}

function kindOf4(bytes: number[]): AddressKind {
  return strictest(ranges4, bytes) ?? "public";
}

/** Of the ranges that hold the address the narrowest decides. */
function strictest(ranges: [string, number, AddressKind][], bytes: number[]) {
  const holding = ranges.filter(([prefix, length]) => isWithin(bytes, prefix, length));
  return holding.toSorted((one, other) => other[1] - one[1])[0]?.[2];
}

function isWithin(bytes: number[], prefix: string, length: number): boolean {
  const base = bytesOf(prefix);
  if (base?.length !== bytes.length) return false;
  return bytes.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((base[index] ?? 0) & mask);
  });
}

function bytesOf4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.some((byte) => byte > 255) ? undefined : bytes;
}

function bytesOf6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - tail.length;
  // "::" stands for at least one group.
  return missing < 2 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** The bytes of "a:b:c", where the last may be an IPv4 address. */
function groupsOf(text: string): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const plain = index === parts.length - 1 ? bytesOf4(part) : undefined;
    if (plain !== undefined) bytes.push(...plain);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}
