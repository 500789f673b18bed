// Convolutions of images with channels last, as products of patches with weights; patches are packed straight from a padded image.
// A patch is `size` runs of size * channels neighbouring floats, so nothing is copied float by float. Weights are (size * size * channels) x outputs.
import { interleave, multiplyTile, packPanels } from "./tile";

// The geometry: height, width, channels, size, stride, padding, rows out, columns out, outputs; then a place for i32 offsets of patches.
const levels: i32 = 256;

let height: i32 = 0;
let width: i32 = 0;
let channels: i32 = 0;
let size: i32 = 0;
let padding: i32 = 0;
let outputs: i32 = 0;
let positions: i32 = 0;
/** Floats of a patch, floats of one of its runs, bytes of a row of the padded image. */
let patch: i32 = 0;
let run: i32 = 0;
let line: usize = 0;
/** Scratch: the padded image, offsets of the patches in it, four packed rows, sums of four rows, panels. */
let padded: usize = 0;
let paddedBytes: usize = 0;
let offsets: usize = 0;
let abreast: usize = 0;
let sums: usize = 0;
let panels: usize = 0;

function read(geometry: usize, scratch: usize): void {
  height = load<i32>(geometry);
  width = load<i32>(geometry, 4);
  channels = load<i32>(geometry, 8);
  size = load<i32>(geometry, 12);
  const stride = load<i32>(geometry, 16);
  padding = load<i32>(geometry, 20);
  const rows = load<i32>(geometry, 24);
  const columns = load<i32>(geometry, 28);
  outputs = load<i32>(geometry, 32);
  positions = rows * columns;
  run = size * channels;
  patch = size * run;
  line = <usize>((width + 2 * padding) * channels) << 2;
  padded = scratch;
  paddedBytes = <usize>(height + 2 * padding) * line;
  offsets = scratch + ((paddedBytes + 31) & ~15);
  abreast = offsets + <usize>((positions * 4 + 15) & ~15);
  sums = abreast + (<usize>max(patch, max(levels, outputs)) << 4);
  panels = sums + (<usize>((patch + 7) & ~7) << 4);
  if (scratch == 0) return;
  let at = offsets;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at += 4) {
      store<i32>(at, i * stride * <i32>line + j * stride * channels * 4);
    }
  }
}

/** Bytes of scratch for the three functions below. */
export function convolutionBytes(geometry: usize): usize {
  read(geometry, 0);
  const wide = <usize>((outputs + 7) & ~7);
  const forward = wide * <usize>max(patch, levels);
  const back = <usize>((patch + 7) & ~7) * <usize>outputs;
  return panels + (max(forward, back) << 2);
}

function pad(image: usize): void {
  const bytes = <usize>(width * channels) << 2;
  let at = padded + <usize>padding * line + (<usize>(padding * channels) << 2);
  for (let i = 0; i < height; i++, at += line, image += bytes) memory.copy(at, image, bytes);
}

// @ts-ignore: decorator
@inline function patchAt(position: i32): usize {
  return padded + <usize>load<i32>(offsets + (<usize>min(position, positions - 1) << 2));
}

/** out += the convolution; out is positions x outputs a sample and holds the bias. */
export function convolve(geometry: usize, image: usize, weights: usize, out: usize, samples: i32, scratch: usize): void {
  read(geometry, scratch);
  packPanels(weights, <usize>outputs << 2, 4, patch, outputs, panels);
  memory.fill(padded, 0, paddedBytes);
  const cRow = <usize>outputs << 2;
  for (let s = 0; s < samples; s++, image += <usize>(height * width * channels) << 2) {
    pad(image);
    for (let p = 0; p < positions; p += 4) {
      const high = min(4, positions - p);
      packPatches(p);
      let panel = panels;
      for (let j = 0; j < outputs; j += 8, panel += <usize>patch << 5) {
        multiplyTile(abreast, panel, patch, out + (<usize>j << 2), cRow, high, outputs - j);
      }
      out += <usize>high * cRow;
    }
  }
}

function packPatches(p: i32): void {
  let p0 = patchAt(p);
  let p1 = patchAt(p + 1);
  let p2 = patchAt(p + 2);
  let p3 = patchAt(p + 3);
  let out = abreast;
  for (let y = 0; y < size; y++, out += <usize>run << 4) {
    interleave(p0, p1, p2, p3, run, out, 16);
    p0 += line;
    p1 += line;
    p2 += line;
    p3 += line;
  }
}

/** The gradient of the image from that of the output: rows of products with the weights, added where their patches lie. */
export function convolveBack(
  geometry: usize,
  delta: usize,
  weights: usize,
  image: usize,
  samples: i32,
  scratch: usize,
): void {
  read(geometry, scratch);
  packPanels(weights, 4, <usize>outputs << 2, outputs, patch, panels);
  const row = <usize>outputs << 2;
  const cRow = <usize>((patch + 7) & ~7) << 2;
  const bytes = <usize>(width * channels) << 2;
  for (let s = 0; s < samples; s++) {
    memory.fill(padded, 0, paddedBytes);
    for (let p = 0; p < positions; p += 4) {
      const high = min(4, positions - p);
      const last = delta + <usize>(high - 1) * row;
      interleave(delta, min(last, delta + row), min(last, delta + 2 * row), last, outputs, abreast, 16);
      delta += <usize>high * row;
      memory.fill(sums, 0, 4 * cRow);
      let panel = panels;
      for (let j = 0; j < patch; j += 8, panel += <usize>outputs << 5) {
        multiplyTile(abreast, panel, outputs, sums + (<usize>j << 2), cRow, high, 8);
      }
      for (let r = 0; r < high; r++) addPatch(sums + <usize>r * cRow, patchAt(p + r));
    }
    let at = padded + <usize>padding * line + (<usize>(padding * channels) << 2);
    for (let i = 0; i < height; i++, at += line, image += bytes) memory.copy(image, at, bytes);
  }
}

function addPatch(from: usize, to: usize): void {
  for (let y = 0; y < size; y++, to += line) {
    let at = to;
    let x = 0;
    for (; x + 4 <= run; x += 4, at += 16, from += 16) v128.store(at, f32x4.add(v128.load(at), v128.load(from)));
    for (; x < run; x++, at += 4, from += 4) store<f32>(at, load<f32>(at) + load<f32>(from));
  }
}

/** gradient (patch x outputs) += the sum over positions of patch times delta. */
export function convolveWeights(
  geometry: usize,
  image: usize,
  delta: usize,
  gradient: usize,
  samples: i32,
  scratch: usize,
): void {
  read(geometry, scratch);
  memory.fill(padded, 0, paddedBytes);
  const row = <usize>outputs << 2;
  for (let s = 0; s < samples; s++, image += <usize>(height * width * channels) << 2) {
    pad(image);
    for (let first = 0; first < positions; first += levels) {
      const deep = min(levels, positions - first);
      packPanels(delta, row, 4, deep, outputs, panels);
      delta += <usize>deep * row;
      let out = gradient;
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < run; x += 4) {
          const high = min(4, run - x);
          packPosition(<usize>y * line + (<usize>x << 2), first, deep);
          let panel = panels;
          for (let j = 0; j < outputs; j += 8, panel += <usize>deep << 5) {
            multiplyTile(abreast, panel, deep, out + (<usize>j << 2), row, high, outputs - j);
          }
          out += <usize>high * row;
        }
      }
    }
  }
}

// Four neighbouring floats of each patch; what lies behind a run is read and not written on.
function packPosition(at: usize, first: i32, deep: i32): void {
  const base = padded + at;
  let offset = offsets + (<usize>first << 2);
  const end = offset + (<usize>deep << 2);
  for (let out = abreast; offset < end; offset += 4, out += 16) v128.store(out, v128.load(base + <usize>load<i32>(offset)));
}
