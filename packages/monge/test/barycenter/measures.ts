// Measures whose barycenters are known, on a line and on a grid.
import { random } from "../../src/index.ts";

/** Masses that sum to 1. */
export function unit(values: ArrayLike<number>): Float64Array {
  const total = Array.from(values).reduce((sum, value) => sum + value, 0);
  return Float64Array.from(values, (value) => value / total);
}

/** A Gaussian on the cells 0 .. n - 1. */
export function bell(n: number, mean: number, deviation: number): Float64Array {
  return unit(Float64Array.from({ length: n }, (_, i) => Math.exp(-(((i - mean) / deviation) ** 2) / 2)));
}

/** Mean and variance over cells 0 .. n - 1. */
export function moments(weights: Float64Array): [mean: number, variance: number] {
  const total = weights.reduce((sum, value) => sum + value, 0);
  const mean = weights.reduce((sum, value, i) => sum + value * i, 0) / total;
  return [mean, weights.reduce((sum, value, i) => sum + value * (i - mean) ** 2, 0) / total];
}

/** Random masses, a third of them 0. */
export function masses(n: number, seed: number): Float64Array {
  const generator = random(seed);
  return unit(Float64Array.from({ length: n }, () => (generator.uniform() < 1 / 3 ? 0 : generator.uniform())));
}

/** A filled disc and a filled square on a size x size grid. */
export function shapes(size: number): [Float64Array, Float64Array] {
  const cells = (inside: (row: number, column: number) => boolean): Float64Array =>
    unit(
      Float64Array.from({ length: size * size }, (_, cell) => (inside(Math.floor(cell / size), cell % size) ? 1 : 0)),
    );
  const [c, r] = [(size - 1) / 2, size / 3.2];
  return [
    cells((i, j) => Math.hypot(i - c, j - c) < r),
    cells((i, j) => Math.max(Math.abs(i - c - 1), Math.abs(j - c)) < r * 0.7),
  ];
}
