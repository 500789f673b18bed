// Entropy-coded bits of a JPEG scan: Huffman codes and the numbers behind them.
// Source: ITU-T T.81, annex C (tables), F.2.2 (decoding).

/** A Huffman table: for the next 16 bits, length of the code times 256 plus its value; 0 where there is no code. */
export type HuffmanTable = Uint16Array;

/** `counts` of the codes of 1 to 16 bits, `values` in their order; null where they are more than fit. */
export function huffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable | null {
  const table = new Uint16Array(65536);
  let code = 0;
  let k = 0;
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length);
    for (let i = 0; i < counts[length - 1]; i++, k++, code += span) {
      if (code + span > 65536) return null;
      table.fill((length << 8) | values[k], code, code + span);
    }
  }
  return table;
}

/** Reads the bits from byte `at` on, up to the next marker. */
export class JpegBits {
  /** The next byte. */
  at: number;
  /** Whether bits were taken that are not there, or a code that no table has. */
  get broken(): boolean {
    return this.#unknown || this.#missing > this.#have;
  }
  readonly #file: Uint8Array;
  #bits = 0;
  #have = 0;
  #missing = 0;
  #unknown = false;

  constructor(file: Uint8Array, at: number) {
    this.#file = file;
    this.at = at;
  }

  /** The value of the next code. */
  value(table: HuffmanTable): number {
    this.#fill();
    const entry = table[(this.#bits >>> (this.#have - 16)) & 0xffff];
    if (entry === 0) this.#unknown = true;
    this.#have -= entry >> 8;
    return entry & 255;
  }

  /** A number of `size` bits, 0 to 15, with its sign (T.81, F.2.2.1, EXTEND). */
  number(size: number): number {
    if (size === 0) return 0;
    this.#fill();
    this.#have -= size;
    const raw = (this.#bits >>> this.#have) & ((1 << size) - 1);
    return raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw;
  }

  /** Goes over a restart marker to what follows; false where there is none. */
  restart(): boolean {
    const whole = !this.broken;
    this.#bits = this.#have = this.#missing = 0;
    while (this.#file[this.at] === 0xff && this.#file[this.at + 1] === 0xff) this.at++;
    if (!whole || this.#file[this.at] !== 0xff || (this.#file[this.at + 1] & 0xf8) !== 0xd0) return false;
    this.at += 2;
    return true;
  }

  #fill(): void {
    while (this.#have < 16) {
      const byte = this.#file[this.at];
      const marker = byte === 0xff && this.#file[this.at + 1] !== 0;
      if (byte === undefined || marker) this.#missing += 8;
      else this.at += byte === 0xff ? 2 : 1;
      this.#bits = (this.#bits << 8) | (marker ? 0 : (byte ?? 0));
      this.#have += 8;
    }
  }
}
