// The segments of a JPEG file up to its scans: frame, Huffman and quantisation tables, restart interval, scan headers.
// Source: ITU-T T.81, annex B.
import { type HuffmanTable, huffmanTable } from "./jpegBits.ts";
import { corrupt } from "./limits.ts";

export interface JpegFrame {
  /** Which process: 0xc1 extended sequential, 0xc3 lossless. */
  readonly marker: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly { readonly id: number; readonly sampling: number; readonly quantisation: number }[];
}

export interface JpegScan {
  readonly frame: JpegFrame;
  /** By component of the scan: its place in the frame, its tables. */
  readonly components: readonly {
    readonly place: number;
    readonly dc: HuffmanTable | undefined;
    readonly ac: HuffmanTable | undefined;
    readonly quantisation: Uint16Array | undefined;
  }[];
  /** Lossless: the predictor, 1 to 7. */
  readonly begin: number;
  /** Lossless: the point transform. */
  readonly low: number;
  /** In units of the scan; 0: none. */
  readonly restart: number;
  /** Its first entropy-coded byte. */
  readonly at: number;
}

/**
 * Walks over the file: `onFrame` may refuse before anything is allocated, `onScan` decodes one and says where its bits end. Throws
 * `CorruptFile`.
 */
export function jpegScans(
  file: Uint8Array,
  name: string,
  onFrame: (frame: JpegFrame) => void,
  onScan: (scan: JpegScan) => number,
): void {
  const tables: (HuffmanTable | undefined)[] = [];
  const quantisations: (Uint16Array | undefined)[] = [];
  let frame: JpegFrame | undefined;
  let restart = 0;
  let scans = 0;
  const fault = (at: number): Error => corrupt(name, `has a broken JPEG segment at byte ${at} of its pixels`, at);
  if (file[0] !== 0xff || file[1] !== 0xd8) throw corrupt(name, "holds no JPEG where its pixels belong", file[0]);
  for (let at = 2; ; ) {
    while (file[at] === 0xff && file[at + 1] === 0xff) at++;
    if (at + 4 > file.length || file[at] !== 0xff) {
      if (scans > 0 && file[at] === 0xff && file[at + 1] === 0xd9) return;
      throw corrupt(name, `is truncated or broken: its JPEG has no marker at byte ${at}`, at);
    }
    const marker = file[at + 1];
    if (marker === 0xd9) {
      if (scans > 0) return;
      throw corrupt(name, "holds a JPEG without a scan", marker);
    }
    const end = at + 2 + ((file[at + 2] << 8) | file[at + 3]);
    const body = file.subarray(at + 4, end);
    if (end > file.length || end < at + 4) throw fault(at);
    if (marker === 0xc4) {
      if (!readTables(body, tables)) throw fault(at);
    } else if (marker === 0xdb) {
      if (!readQuantisations(body, quantisations)) throw fault(at);
    } else if (marker === 0xdd) {
      restart = (body[0] << 8) | body[1];
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
      if (frame !== undefined || body.length < 6 || body.length < 6 + 3 * body[5]) throw fault(at);
      frame = {
        marker,
        precision: body[0],
        height: (body[1] << 8) | body[2],
        width: (body[3] << 8) | body[4],
        components: Array.from({ length: body[5] }, (_, k) => {
          const [id, sampling, quantisation] = body.subarray(6 + 3 * k, 9 + 3 * k);
          return { id, sampling, quantisation };
        }),
      };
      onFrame(frame);
    } else if (marker === 0xda) {
      const count = body[0];
      if (frame === undefined || count < 1 || body.length < 4 + 2 * count || ++scans > frame.components.length)
        throw fault(at);
      const { components } = frame;
      at = onScan({
        frame,
        components: Array.from({ length: count }, (_, k) => {
          const place = components.findIndex(({ id }) => id === body[1 + 2 * k]);
          if (place < 0) throw fault(at);
          const chosen = body[2 + 2 * k];
          const quantisation = quantisations[components[place].quantisation];
          return { place, dc: tables[chosen >> 4], ac: tables[16 + (chosen & 15)], quantisation };
        }),
        begin: body[1 + 2 * count],
        low: body[3 + 2 * count] & 15,
        restart,
        at: end,
      });
      continue;
    }
    at = end;
  }
}

/** Huffman tables: those of class 0 from place 0 on, those of class 1 from 16. */
function readTables(body: Uint8Array, tables: (HuffmanTable | undefined)[]): boolean {
  for (let at = 0; at < body.length; ) {
    const counts = body.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    if (at + 17 + size > body.length) return false;
    const table = huffmanTable(counts, body.subarray(at + 17, at + 17 + size));
    if (table === null) return false;
    tables[(body[at] >> 4) * 16 + (body[at] & 15)] = table;
    at += 17 + size;
  }
  return true;
}

/** Quantisation tables, in the order of the zigzag. */
function readQuantisations(body: Uint8Array, tables: (Uint16Array | undefined)[]): boolean {
  for (let at = 0; at < body.length; ) {
    const wide = (body[at] >> 4) + 1;
    if (wide > 2 || at + 1 + 64 * wide > body.length) return false;
    const from = at + 1;
    tables[body[at] & 15] = Uint16Array.from({ length: 64 }, (_, k) =>
      wide === 1 ? body[from + k] : (body[from + 2 * k] << 8) | body[from + 2 * k + 1],
    );
    at = from + 64 * wide;
  }
  return true;
}
