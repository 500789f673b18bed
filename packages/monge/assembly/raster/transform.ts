// c-transforms under |x - y|^2 on a grid, axis by axis: out(x) = min_y |x - y|^2 - u(y) over the cells y with mass.
// The square splits, so a transform takes h w (h + w) steps instead of (h w)^2.
import { cells, columnMass, f, g, half, height, int, never, real, rowMass, setInt, width } from "./cells";

/** half(y1, x2) = min over y2 of (x2 - y2)^2 - u(y1, y2); `never` where the line is without mass. */
function alongLines(u: usize, mass: usize): void {
  for (let line = 0; line < height; line++) {
    const at = line * width;
    for (let x = 0; x < width; x++) setInt(half, at + x, never);
    for (let y = 0; y < width; y++) {
      if (real(mass, at + y) == 0) continue;
      const value = int(u, at + y);
      for (let x = 0; x < width; x++) {
        const candidate = (x - y) * (x - y) - value;
        if (candidate < int(half, at + x)) setInt(half, at + x, candidate);
      }
    }
  }
}

/** The transform of the potentials `u` of cells with `mass`, into `out`. */
export function transform(u: usize, mass: usize, out: usize): void {
  alongLines(u, mass);
  for (let line = 0; line < height; line++) {
    const at = line * width;
    for (let x = 0; x < width; x++) setInt(out, at + x, never);
    for (let other = 0; other < height; other++) {
      const gap = (line - other) * (line - other);
      const from = other * width;
      for (let x = 0; x < width; x++) {
        const candidate = int(half, from + x) + gap;
        if (candidate < int(out, at + x)) setInt(out, at + x, candidate);
      }
    }
  }
}

/** Makes the g at hand tight, and f from it. */
export function settle(): void {
  transform(g, columnMass, f);
  transform(f, rowMass, g);
  transform(g, columnMass, f);
}

/** The masses `from` (f64, h x w cells at hand) of blocks of 2 x 2 cells, to `out`. */
export function rasterCoarsen(from: usize, out: usize): void {
  const cols = (width + 1) >> 1;
  const count = ((height + 1) >> 1) * cols;
  memory.fill(out, 0, <usize>count << 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = out + (<usize>((y >> 1) * cols + (x >> 1)) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(from + (<usize>(y * width + x) << 3)));
    }
  }
}
