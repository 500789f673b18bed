// How far an array is from what it should be.
import { expect } from "vitest";

/** The largest difference, relative to the largest entry of what is wanted. */
export function deviation(seen: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(seen.length).toBe(wanted.length);
  let [error, size] = [0, 0];
  for (let k = 0; k < wanted.length; k++) {
    error = Math.max(error, Math.abs(seen[k] - wanted[k]));
    size = Math.max(size, Math.abs(wanted[k]));
  }
  return error / size;
}
