// The orthonormal cosine basis of pictures that are reflected at their border, in which even blurs are diagonal.
// DCT-II: phi_p(i) = sqrt((p ? 2 : 1) / n) cos(pi p (i + 1/2) / n) (Ahmed, Natarajan, Rao 1974; Strang 1999). By matrices: O(n) a sample.
import { OtError } from "../errors/otError.ts";
import type { BlurKernel } from "./blurKernel.ts";

/** The two-dimensional transform of one channel, height x width, row-major. */
export interface CosineBasis {
  /** Coefficients of `samples`, frequency (p, q) at p * width + q. */
  forward(samples: ArrayLike<number>): Float64Array;
  inverse(coefficients: ArrayLike<number>): Float64Array;
  /** The factor by which a blur scales each coefficient. Throws `Unsupported` for kernels that are not even in both axes. */
  transfer(kernel: BlurKernel): Float64Array;
}

export function cosineBasis(height: number, width: number): CosineBasis {
  const P = waves(height);
  const Q = waves(width);
  return {
    forward(samples) {
      const half = apply(samples, height, width, Q, false);
      return applyDown(half, height, width, P, false);
    },
    inverse(coefficients) {
      const half = apply(coefficients, height, width, Q, true);
      return applyDown(half, height, width, P, true);
    },
    transfer: (kernel) => transferOf(kernel, height, width),
  };
}

/** Row p is phi_p. */
function waves(n: number): Float64Array {
  const W = new Float64Array(n * n);
  for (let p = 0; p < n; p++)
    for (let i = 0; i < n; i++)
      W[p * n + i] = Math.sqrt((p === 0 ? 1 : 2) / n) * Math.cos((Math.PI * p * (i + 0.5)) / n);
  return W;
}

/** Along each row: with W, or with its transpose. */
function apply(x: ArrayLike<number>, height: number, width: number, W: Float64Array, back: boolean): Float64Array {
  const out = new Float64Array(height * width);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const value = x[i * width + j];
      for (let q = 0; q < width; q++) out[i * width + q] += value * W[back ? j * width + q : q * width + j];
    }
  }
  return out;
}

/** Along each column. */
function applyDown(x: Float64Array, height: number, width: number, W: Float64Array, back: boolean): Float64Array {
  const out = new Float64Array(height * width);
  for (let p = 0; p < height; p++) {
    for (let i = 0; i < height; i++) {
      const wave = W[back ? i * height + p : p * height + i];
      for (let j = 0; j < width; j++) out[p * width + j] += wave * x[i * width + j];
    }
  }
  return out;
}

/** H(p, q) = sum over a, b of k(a, b) cos(pi p a / height) cos(pi q b / width). */
function transferOf({ data, size }: BlurKernel, height: number, width: number): Float64Array {
  const radius = (size - 1) >> 1;
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const weight = data[a * size + b];
      const mirrored = [data[(size - 1 - a) * size + b], data[a * size + size - 1 - b]];
      if (mirrored.every((other) => Math.abs(other - weight) <= 1e-12)) continue;
      throw new OtError(
        "Unsupported",
        "The kernel is not even in both axes: the cosine basis does not diagonalise it.",
        {
          argument: "kernel",
          seen: weight,
          cure: "Use a kernel with k(a, b) = k(-a, b) = k(a, -b).",
        },
      );
    }
  }
  const H = new Float64Array(height * width);
  for (let p = 0; p < height; p++) {
    for (let q = 0; q < width; q++) {
      let sum = 0;
      for (let a = -radius; a <= radius; a++) {
        const along = Math.cos((Math.PI * p * a) / height);
        for (let b = -radius; b <= radius; b++)
          sum += data[(a + radius) * size + b + radius] * along * Math.cos((Math.PI * q * b) / width);
      }
      H[p * width + q] = sum;
    }
  }
  return H;
}
