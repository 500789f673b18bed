// Potentials to start from: entropic ones of weight 1, whose kernel exp(-|x - y|^2) blurs along one axis after the other.
// Sinkhorn's iteration from coarse grids to fine ones; what it leaves wrong, by a unit or two, the exact search puts right.
import { cells, columnMass, g, height, int, real, rowMass, setInt, setReal, width } from "./cells";
import { settle } from "./transform";

let stride: i32 = 0;
/** exp(-(x - k)^2): row k of w x stride numbers, and h x h numbers. */
let across: usize = 0;
let down: usize = 0;
/** Scalings of rows and columns, a blurred one, one pass of a blur (f64, h x stride). */
let u: usize = 0;
let v: usize = 0;
let blurred: usize = 0;
let passed: usize = 0;
/** g, not yet rounded, of the grid at hand: where the next finer one begins (f64, h x w). */
let potential: usize = 0;

const inverseE: f64 = 0.36787944117144233;
const ln2: f64 = 0.6931471805599453;

function strideOf(w: i32): i32 {
  return (w + 3) & ~3;
}

/** Bytes of scratch for grids of at most h x w cells. */
export function startBytes(h: i32, w: i32): usize {
  const s = <usize>strideOf(w);
  return (<usize>h * s * 4 + <usize>w * s + <usize>h * <usize>h + <usize>h * <usize>w) * 8 + 256;
}

/** Binds the scratch, for the grid at hand. The potentials come first, so that those of a coarser grid stay where they are. */
export function startBind(h: i32, w: i32, scratch: usize): void {
  stride = strideOf(width);
  potential = (scratch + 15) & ~15;
  across = (potential + ((<usize>h * w) << 3) + 15) & ~15;
  down = across + (<usize>(width * stride) << 3);
  u = (down + (<usize>(height * height) << 3) + 15) & ~15;
  const size = <usize>(height * stride) << 3;
  v = u + size;
  blurred = v + size;
  passed = blurred + size;
  memory.fill(u, 0, size * 4);
  memory.fill(across, 0, <usize>(width * stride) << 3);
  const most = max(height, width);
  let weight = 1.0;
  let step = inverseE;
  for (let d = 0; d < most; d++) {
    for (let k = 0; k < width; k++) {
      if (k + d < width) setReal(across, k * stride + k + d, weight);
      if (k - d >= 0) setReal(across, k * stride + k - d, weight);
    }
    for (let k = 0; k < height; k++) {
      if (k + d < height) setReal(down, k * height + k + d, weight);
      if (k - d >= 0) setReal(down, k * height + k - d, weight);
    }
    // exp(-(d + 1)^2) = exp(-d^2) exp(-(2 d + 1)).
    weight *= step;
    step *= inverseE * inverseE;
  }
}

/** The potentials of the coarsest grid. */
export function startZero(): void {
  for (let k = 0; k < cells; k++) setReal(potential, k, 0);
}

/** Potentials interpolated from the grid of half as many cells: 4 times as large, since a cell was twice as wide. */
export function startRefine(): void {
  const rows = (height + 1) >> 1;
  const cols = (width + 1) >> 1;
  memory.copy(u, potential, <usize>(rows * cols) << 3);
  for (let y = 0; y < height; y++) {
    const near = (y >> 1) * cols;
    const next = max(0, min(rows - 1, y & 1 ? (y >> 1) + 1 : (y >> 1) - 1)) * cols;
    for (let x = 0; x < width; x++) {
      const beside = x >> 1;
      const after = max(0, min(cols - 1, x & 1 ? beside + 1 : beside - 1));
      const total = 9 * real(u, near + beside) + 3 * real(u, near + after) + 3 * real(u, next + beside) + real(u, next + after);
      setReal(potential, y * width + x, 0.25 * total);
    }
  }
}

/** Iterates from the potentials at hand. */
export function startIterate(iterations: i32): void {
  let mean = 0.0;
  for (let k = 0; k < cells; k++) mean += real(potential, k);
  mean /= <f64>cells;
  memory.fill(u, 0, <usize>(height * stride) << 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const k = y * width + x;
      setReal(v, y * stride + x, real(columnMass, k) > 0 ? exponential(real(potential, k) - mean) : 0);
    }
  }
  for (let iteration = 0; iteration < iterations; iteration++) {
    scale(v, rowMass, u);
    scale(u, columnMass, v);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const scaling = real(v, y * stride + x);
      if (scaling > 0) setReal(potential, y * width + x, logarithm(scaling));
      else if (real(columnMass, y * width + x) > 0) setReal(potential, y * width + x, -2000);
    }
  }
}

/** Whole potentials from those at hand, made tight. */
export function startRound(): void {
  for (let k = 0; k < cells; k++) setInt(g, k, <i32>Math.floor(real(potential, k) + 0.5));
  settle();
}

// to = mass / (kernel from), 0 where nothing reaches.
function scale(from: usize, mass: usize, to: usize): void {
  blur(from);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const reached = real(blurred, y * stride + x);
      const value = reached > 1e-290 ? real(mass, y * width + x) / reached : 0;
      setReal(to, y * stride + x, value < 1e290 ? value : 0);
    }
  }
}

function blur(from: usize): void {
  const line = <usize>stride << 3;
  for (let y = 0; y < height; y++) {
    const source = from + <usize>y * line;
    for (let x: usize = 0; x < line; x += 32) {
      let sum0 = f64x2.splat(0);
      let sum1 = f64x2.splat(0);
      let row = across + x;
      for (let k: usize = 0; k < <usize>width << 3; k += 8, row += line) {
        const value = v128.load64_splat(source + k);
        sum0 = f64x2.add(sum0, f64x2.mul(value, v128.load(row)));
        sum1 = f64x2.add(sum1, f64x2.mul(value, v128.load(row, 16)));
      }
      v128.store(passed + <usize>y * line + x, sum0);
      v128.store(passed + <usize>y * line + x, sum1, 16);
    }
  }
  for (let y = 0; y < height; y++) {
    const weights = down + (<usize>(y * height) << 3);
    for (let x: usize = 0; x < line; x += 32) {
      let sum0 = f64x2.splat(0);
      let sum1 = f64x2.splat(0);
      let row = passed + x;
      for (let k: usize = 0; k < <usize>height << 3; k += 8, row += line) {
        const value = v128.load64_splat(weights + k);
        sum0 = f64x2.add(sum0, f64x2.mul(value, v128.load(row)));
        sum1 = f64x2.add(sum1, f64x2.mul(value, v128.load(row, 16)));
      }
      v128.store(blurred + <usize>y * line + x, sum0);
      v128.store(blurred + <usize>y * line + x, sum1, 16);
    }
  }
}

// exp(x) to six digits, clamped to where sums of it stay finite: a start needs no more.
function exponential(x: f64): f64 {
  const limited = max(-600.0, min(600.0, x));
  const power = Math.floor(limited / ln2);
  const r = limited - power * ln2;
  const part = 1 + r * (1 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720))))));
  return part * reinterpret<f64>((<i64>power + 1023) << 52);
}

// ln(x) to five digits, for positive normal x.
function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  const power = <f64>((bits >> 52) - 1023);
  const mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | (<i64>1023 << 52));
  const t = (mantissa - 1) / (mantissa + 1);
  const s = t * t;
  return power * ln2 + 2 * t * (1 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s / 9))));
}
