// Grey extended JPEG of 12 bits: blocks of 8 x 8 by Huffman codes, dequantised, through the inverse cosine transform, around 2048.
// Source: ITU-T T.81, A.3.3 (transform), F.2 (sequential decoding). Decoders in browsers and mozjpeg know 8 bits.
import { JpegBits } from "./jpegBits.ts";
import { type JpegFrame, type JpegScan, jpegScans } from "./jpegScans.ts";
import { corrupt } from "./limits.ts";

/** The samples, 0 to 4095. `onFrame` may refuse before they are allocated. Throws `CorruptFile`. */
export function decodeJpegExtended(file: Uint8Array, name: string, onFrame: (frame: JpegFrame) => void): Uint16Array {
  let samples = new Uint16Array(0);
  const allocate = (frame: JpegFrame): void => {
    const { marker, precision, width, height, components } = frame;
    if (marker !== 0xc1 || precision !== 12 || components.length !== 1)
      throw corrupt(name, "holds a JPEG of another kind than its header promises", marker);
    onFrame(frame);
    // A block takes two codes at least.
    if (Math.ceil(width / 8) * Math.ceil(height / 8) > 4 * file.length)
      throw corrupt(name, `promises ${width} x ${height} pixels in ${file.length} bytes`, width * height);
    samples = new Uint16Array(width * height);
  };
  jpegScans(file, name, allocate, (scan) => decodeScan(file, name, scan, samples));
  return samples;
}

function decodeScan(file: Uint8Array, name: string, scan: JpegScan, samples: Uint16Array): number {
  const { width, height } = scan.frame;
  const { dc, ac, quantisation } = scan.components[0];
  const fault = (): Error => corrupt(name, "has cut or broken JPEG data", file.length);
  if (dc === undefined || ac === undefined || quantisation === undefined) throw fault();
  const bits = new JpegBits(file, scan.at);
  const inverse = inverseTransform();
  const block = new Float64Array(64);
  let level = 0;
  let blocks = 0;
  for (let i = 0; i < height; i += 8) {
    for (let j = 0; j < width; j += 8, blocks++) {
      if (scan.restart > 0 && blocks > 0 && blocks % scan.restart === 0) {
        if (!bits.restart()) throw fault();
        level = 0;
      }
      block.fill(0);
      const size = bits.value(dc);
      if (size > 15) throw fault();
      level += bits.number(size);
      block[0] = level * quantisation[0];
      for (let k = 1; k < 64; k++) {
        const code = bits.value(ac);
        const width = code & 15;
        if (width === 0 && code !== 0xf0) break;
        k += code >> 4;
        if (k > 63) throw fault();
        block[zigzag[k]] = bits.number(width) * quantisation[k];
      }
      inverse(block);
      for (let y = 0; y < 8 && i + y < height; y++)
        for (let x = 0; x < 8 && j + x < width; x++)
          samples[(i + y) * width + j + x] = Math.min(4095, Math.max(0, Math.round(block[8 * y + x] + 2048)));
    }
    if (bits.broken) throw fault();
  }
  return bits.at;
}

/** Where the k-th coefficient of a block lies (T.81, figure 5). */
const zigzag: readonly number[] = Array.from({ length: 64 }, (_, k) => k).sort((p, q) => rank(p) - rank(q));

function rank(at: number): number {
  const [y, x] = [at >> 3, at & 7];
  return 64 * (x + y) + ((x + y) % 2 === 0 ? x : y);
}

/** In place: rows, then columns. */
function inverseTransform(): (block: Float64Array) => void {
  const basis = Float64Array.from({ length: 64 }, (_, k) => {
    const [x, u] = [k >> 3, k & 7];
    return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
  });
  const line = new Float64Array(8);
  const along = (block: Float64Array, from: number, step: number): void => {
    for (let u = 0; u < 8; u++) line[u] = block[from + u * step];
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += basis[8 * x + u] * line[u];
      block[from + x * step] = sum;
    }
  };
  return (block) => {
    for (let y = 0; y < 8; y++) along(block, 8 * y, 1);
    for (let x = 0; x < 8; x++) along(block, x, 8);
  };
}
