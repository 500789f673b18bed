// The checksum of PNG chunks: CRC-32 of ISO 3309, as the W3C PNG specification has it in annex D.

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) * 0xedb88320);
  return value >>> 0;
});

/** The CRC-32 of some bytes. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (let k = 0; k < bytes.length; k++) value = (value >>> 8) ^ table[(value ^ bytes[k]) & 255];
  return (value ^ 0xffffffff) >>> 0;
}
