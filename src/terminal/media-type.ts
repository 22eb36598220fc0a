// Which kind of image some bytes are.

const magics: readonly { media_type: string; at: number; bytes: readonly number[] }[] = [
  { media_type: "image/png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { media_type: "image/jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { media_type: "image/gif", at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { media_type: "image/webp", at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
];

/** By its first bytes, never by its name. */
export function mediaTypeOf(bytes: Uint8Array): string | undefined {
  return magics.find((magic) =>
    magic.bytes.every((byte, index) => bytes[magic.at + index] === byte),
  )?.media_type;
}
