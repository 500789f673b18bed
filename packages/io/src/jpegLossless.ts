// Lossless JPEG: each sample is a prediction from its neighbours left, above and above left, plus a Huffman-coded difference, modulo 2^16.
// Source: ITU-T T.81, annex H.
import { JpegBits } from "./jpegBits.ts";
import { type JpegFrame, type JpegScan, jpegScans } from "./jpegScans.ts";
import { corrupt } from "./limits.ts";

/** The samples, interleaved. `onFrame` may refuse before they are allocated. Throws `CorruptFile`. */
export function decodeJpegLossless(file: Uint8Array, name: string, onFrame: (frame: JpegFrame) => void): Uint16Array {
  let samples = new Uint16Array(0);
  let colours = 0;
  const seen = new Set<number>();
  const allocate = (frame: JpegFrame): void => {
    const { marker, precision, width, height, components } = frame;
    if (marker !== 0xc3 || precision < 2 || precision > 16 || components.some(({ sampling }) => sampling !== 0x11))
      throw corrupt(name, "holds a JPEG of another kind than its header promises", marker);
    onFrame(frame);
    const count = width * height * components.length;
    // A sample takes a bit at least.
    if (count > 8 * file.length)
      throw corrupt(name, `promises ${width} x ${height} pixels in ${file.length} bytes`, count);
    samples = new Uint16Array(count);
    colours = components.length;
  };
  jpegScans(file, name, allocate, (scan) => {
    for (const { place } of scan.components) seen.add(place);
    return decodeScan(file, name, scan, samples);
  });
  if (seen.size < colours) throw corrupt(name, `has JPEG scans of ${seen.size} of its ${colours} colours`, seen.size);
  return samples;
}

function decodeScan(file: Uint8Array, name: string, scan: JpegScan, samples: Uint16Array): number {
  const { frame, components, begin: predictor, low, restart } = scan;
  const { width, height, precision } = frame;
  const step = frame.components.length;
  const row = width * step;
  const first = 1 << (precision - low - 1);
  const fault = (): Error => corrupt(name, "has cut or broken JPEG data", file.length);
  if (predictor < 1 || predictor > 7 || low >= precision || restart % width !== 0) throw fault();
  const coded = components.map(({ place, dc }) => {
    if (dc === undefined) throw fault();
    return { place, table: dc };
  });
  const bits = new JpegBits(file, scan.at);
  const rows = restart === 0 ? height : restart / width;
  // Predictions are of samples before the point transform.
  for (let i = 0; i < height; i++) {
    const fresh = i % rows === 0;
    if (fresh && i > 0 && !bits.restart()) throw fault();
    for (let j = 0; j < width; j++) {
      for (const { place, table } of coded) {
        const at = i * row + j * step + place;
        const size = bits.value(table);
        if (size > 16) throw fault();
        const difference = size === 16 ? 32768 : bits.number(size);
        const left = samples[at - step] >> low;
        const above = samples[at - row] >> low;
        let expected: number;
        if (fresh) expected = j === 0 ? first : left;
        else if (j === 0) expected = above;
        else expected = predicted(predictor, left, above, samples[at - row - step] >> low);
        samples[at] = (expected + difference) << low;
      }
    }
    if (bits.broken) throw fault();
  }
  return bits.at;
}

/** T.81, table H.1. */
function predicted(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}
