// Families of maps x -> features(x) B that are linear in their coefficients B, and the best of one by weighted ridge regression.
// Affine maps, and maps of a Gaussian kernel: x -> sum_p exp(-|x - x_p|^2 / 2 h^2) b_p + b.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { factorPositive, solveFactored } from "../linalg/cholesky.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { product } from "../linalg/small.ts";

/** A family of maps of d coordinates with k features. */
export interface MapFamily {
  readonly k: number;
  /** The features of points, one row of k each. */
  features(points: Matrix<Floats>): Float64Array;
  /** The regulariser tr (B - start)^T form (B - start), k x d and k x k. */
  readonly start: Float64Array;
  readonly form: Float64Array;
}

/** x -> A x + b, drawn to A = I; b is free. */
export function affineMaps(d: number): MapFamily {
  const k = d + 1;
  const form = new Float64Array(k * k);
  const start = new Float64Array(k * d);
  for (let c = 0; c < d; c++) form[c * k + c] = start[c * d + c] = 1;
  return {
    k,
    form,
    start,
    features({ data, rows }) {
      const out = new Float64Array(rows * k).fill(1);
      for (let i = 0; i < rows; i++) for (let c = 0; c < d; c++) out[i * k + c] = data[i * d + c];
      return out;
    },
  };
}

/** Maps of the Gaussian kernel of bandwidth h at the points x, drawn to a constant. */
export function kernelMaps(x: Matrix<Floats>, h: number): MapFamily {
  if (!(h > 0 && h < Infinity)) throw optionOutOfRange("bandwidth", h, "Use a finite number above 0.");
  const n = x.rows;
  const k = n + 1;
  const features = (points: Matrix<Floats>): Float64Array => {
    const out = new Float64Array(points.rows * k).fill(1);
    for (let i = 0; i < points.rows; i++) {
      for (let p = 0; p < n; p++) out[i * k + p] = Math.exp(-squaredDistance(points, i, x, p) / (2 * h * h));
    }
    return out;
  };
  const atSamples = features(x);
  const form = new Float64Array(k * k);
  for (let i = 0; i < n; i++) for (let p = 0; p < n; p++) form[i * k + p] = atSamples[i * k + p];
  return { k, form, start: new Float64Array(k * x.cols), features };
}

/** |x_i - y_j|^2. */
export function squaredDistance(x: Matrix<Floats>, i: number, y: Matrix<Floats>, j: number): number {
  let total = 0;
  for (let c = 0; c < x.cols; c++) total += (x.data[i * x.cols + c] - y.data[j * x.cols + c]) ** 2;
  return total;
}

/** The median distance between different samples among the first 500; 1 where all are the same. */
export function medianDistance(x: Matrix<Floats>): number {
  const n = Math.min(x.rows, 500);
  const found: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const square = squaredDistance(x, i, x, j);
      if (square > 0) found.push(square);
    }
  }
  return found.length === 0 ? 1 : Math.sqrt(Float64Array.from(found).sort()[found.length >> 1]);
}

/**
 * The regression on features phi (n x k) with weights a: T (n x d) goes to the B that minimises sum_i a_i |phi_i B - T_i|^2 + ridge
 * tr (B - start)^T form (B - start). The system does not depend on T: it is factored once. Throws `InvalidValue` where it is singular.
 */
export function regression(
  { k, form, start }: MapFamily,
  phi: Float64Array,
  a: Float64Array,
  ridge: number,
): (T: Float64Array, d: number) => Float64Array {
  const n = a.length;
  const L = form.map((value) => ridge * value);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const left = a[i] * phi[i * k + p];
      if (left !== 0) for (let q = 0; q <= p; q++) L[p * k + q] += left * phi[i * k + q];
    }
  }
  // Two equal samples of a kernel leave a direction that nothing holds: hold it a little.
  let trace = 0;
  for (let p = 0; p < k; p++) trace += L[p * k + p];
  for (let p = 0; p < k; p++) L[p * k + p] += (1e-12 * trace) / k;
  if (!factorPositive(L, k)) {
    throw new OtError("InvalidValue", "The equations of the map are singular to working precision.", {
      argument: "options.ridge",
      seen: ridge,
      cure: "Raise ridge, or scale the samples to a spread of about 1.",
    });
  }
  const held = product(form, start, k, k, start.length / k).map((value) => ridge * value);
  return (T, d) => {
    const B = held.slice();
    for (let i = 0; i < n; i++) {
      for (let p = 0; p < k; p++) {
        const left = a[i] * phi[i * k + p];
        if (left !== 0) for (let c = 0; c < d; c++) B[p * d + c] += left * T[i * d + c];
      }
    }
    solveFactored(L, B, k, d);
    return B;
  };
}
