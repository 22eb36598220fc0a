// Hundreds of spellings of addresses that must not be reached. Pure: no network, names are resolved
// by the test.
import { describe, expect, test } from "bun:test";
import { kindOfAddress } from "../../src/runtime/world/addresses.ts";
import { chooseTarget } from "../../src/runtime/world/http.ts";

const refusedHosts = [
  "0.0.0.0",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "100.100.100.200",
  "127.0.0.1",
  "127.255.255.254",
  "168.63.129.16",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.168.0.1",
  "198.18.0.1",
  "224.0.0.1",
  "239.255.255.250",
  "255.255.255.255",
];
const publicHosts = [
  "1.1.1.1",
  "8.8.8.8",
  "172.32.0.1",
  "192.169.0.1",
  "100.128.0.1",
  "223.255.255.255",
];

function bytesOf(address: string): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return [a, b, c, d];
}

const hex = (value: number, width = 2) => value.toString(16).padStart(width, "0");

/** Ways to write one IPv4 address in a URL, all meaning the same. */
function spellings(address: string): string[] {
  const [a, b, c, d] = bytesOf(address);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const [high, low] = [`${hex(a)}${hex(b)}`, `${hex(c)}${hex(d)}`];
  const circled = [...address].map((digit) =>
    digit === "." ? "。" : digit === "0" ? "⓪" : String.fromCodePoint(0x2460 + Number(digit) - 1),
  );
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${hex(whole, 8)}`,
    `0${whole.toString(8)}`,
    `0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`,
    `0${a.toString(8)}.0${b.toString(8)}.0${c.toString(8)}.0${d.toString(8)}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.0x${hex(b)}.0${c.toString(8)}.${d}`,
    [...address].map((digit) => (digit === "." ? "." : `%3${digit}`)).join(""),
    [...address]
      .map((digit) => (digit === "." ? "." : String.fromCodePoint(0xff10 + Number(digit))))
      .join(""),
    circled.join(""),
    `[::ffff:${address}]`,
    `[::ffff:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[64:ff9b::${high}:${low}]`,
    `[64:ff9b::${address}]`,
  ];
}

const others = [
  "http://[::]/",
  "http://[::1]/",
  "http://[0:0:0:0:0:0:0:1]/",
  "http://[0000::0001]/",
  "http://[::127.0.0.1]/",
  "http://[::7f00:1]/",
  "http://[fe80::1]/",
  "http://[fe80::1%25eth0]/",
  "http://[fec0::1]/",
  "http://[fc00::1]/",
  "http://[fd00:ec2::254]/",
  "http://[fd20:ce::254]/",
  "http://[ff02::1]/",
  "http://[2002:7f00:1::]/",
  "http://[2002:a9fe:a9fe::1]/",
  "http://[2001:0:7f00:1::]/",
  "http://[2001:db8::1]/",
  "http://[64:ff9b:1::7f00:1]/",
  "http://[100::1]/",
  "http://[2600::5efe:10.0.0.1]/",
  "http://[2600::200:5efe:7f00:1]/",
  "http://[4000::1]/",
  "http://localhost/",
  "http://localhost./",
  "http://LOCALHOST/",
  "http://ⓛocalhost/",
  "http://a.localhost/",
  "http://metadata.google.internal/",
  "http://metadata.google.internal./",
  "http://mixed.example/",
  "http://rebind.example/",
  "http://nothing.example/",
  "http://garbage.example/",
  "http://unknown.example/",
  "http://user@8.8.8.8/",
  "http://user:password@8.8.8.8/",
  "http://8.8.8.8@127.0.0.1/",
  "http://127.0.0.1#@8.8.8.8/",
  "http://127.0.0.1\\@8.8.8.8/",
  "http:127.0.0.1/",
  "http:/127.0.0.1/",
  "http:\\\\127.0.0.1\\",
  " http://127.0.0.1/",
  "http://127.0.0.1:80/",
  "https://127.0.0.1/",
  "HTTP://127.0.0.1/",
  "ht\ntp://127.0.0.1/",
  "//127.0.0.1/",
  "127.0.0.1",
  "http://",
  "http:///",
  "file:///etc/passwd",
  "file://8.8.8.8/etc/passwd",
  "data:text/plain,x",
  "s3://bucket/key",
  "ftp://8.8.8.8/",
  "gopher://8.8.8.8/",
  "ws://8.8.8.8/",
  "unix:///run/jamey.sock",
  "http+unix://%2Frun%2Fjamey.sock/",
  "javascript:alert(1)",
  "blob:http://8.8.8.8/x",
  "about:blank",
  "jar:http://8.8.8.8!/",
];

const names: Record<string, string[]> = {
  localhost: ["127.0.0.1", "::1"],
  "localhost.": ["127.0.0.1"],
  "a.localhost": ["::1"],
  "metadata.google.internal": ["169.254.169.254"],
  "metadata.google.internal.": ["169.254.169.254"],
  "mixed.example": ["8.8.8.8", "10.0.0.1"],
  "rebind.example": ["8.8.8.8", "::ffff:127.0.0.1"],
  "nothing.example": [],
  "garbage.example": ["8.8.8.8", "not an address"],
  "public.example": ["8.8.8.8", "2606:4700::1111"],
};

async function choose(url: string) {
  return await chooseTarget(URL.parse(url), {
    allow_private: false,
    ownPorts: () => [],
    ownAddresses: async () => [],
    resolve: async (name) => names[name] ?? (await Promise.reject(new Error("no such name"))),
  });
}

describe("an address that is not public", () => {
  const spelled = refusedHosts.flatMap((host) =>
    spellings(host).map((spelling) => `http://${spelling}/`),
  );
  const all = [...spelled, ...others];

  test(`is refused in each of ${all.length} spellings`, async () => {
    expect(all.length).toBeGreaterThan(200);
    for (const url of all) expect([url, (await choose(url)).ok]).toEqual([url, false]);
  });

  test("and a public one is accepted in the same spellings, so that the table tests something", async () => {
    for (const host of publicHosts) {
      for (const spelling of spellings(host)) {
        const chosen = await choose(`http://${spelling}/`);
        expect([spelling, chosen.ok]).toEqual([spelling, true]);
      }
    }
    expect(await choose("https://public.example/x")).toEqual({
      ok: true,
      value: { address: "8.8.8.8", family: 4 },
    });
    expect(await choose("https://[2606:4700::1111]/")).toEqual({
      ok: true,
      value: { address: "2606:4700::1111", family: 6 },
    });
  });

  test("is private where its owner may allow it and forbidden where nobody may", () => {
    const rows: [string, string][] = [
      ["127.0.0.1", "private"],
      ["::1", "private"],
      ["10.1.2.3", "private"],
      ["fd12::1", "private"],
      ["::ffff:192.168.1.1", "private"],
      ["169.254.169.254", "forbidden"],
      ["fd00:ec2::254", "forbidden"],
      ["100.100.100.200", "forbidden"],
      ["0.0.0.0", "forbidden"],
      ["::", "forbidden"],
      ["224.0.0.1", "forbidden"],
      ["fe80::1%eth0", "forbidden"],
      ["1.2.3", "forbidden"],
      ["01.2.3.4", "forbidden"],
      ["1::2::3", "forbidden"],
      ["1:2:3:4:5:6:7:8:9", "forbidden"],
      ["", "forbidden"],
      ["2606:4700::1111", "public"],
      ["64:ff9b::808:808", "public"],
    ];
    for (const [address, kind] of rows)
      expect([address, kindOfAddress(address)]).toEqual([address, kind]);
  });
});
