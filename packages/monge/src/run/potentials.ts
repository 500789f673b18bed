// What is done to potentials whatever solver they come from.
import { dot, sum } from "../linalg/sum.ts";
import type { Potentials } from "./options.ts";

/** Adds a constant to f and takes it from g so that either side carries half of the dual value <f, a> + <g, b>. */
export function centrePotentials({ f, g }: Potentials, a: Float64Array, b: Float64Array): Potentials {
  const mass = sum(a);
  if (mass === 0) return { f, g };
  // Masses as shares, so that neither a mass of 1e300 nor one of 1e-300 spoils the products.
  const left = sum(f.map((value, i) => value * (a[i] / mass)));
  const right = sum(g.map((value, j) => value * (b[j] / mass)));
  const shift = (right - left) / 2;
  return { f: f.map((value) => value + shift), g: g.map((value) => value - shift) };
}

/** sum mass |potential|: the size of what a potential adds to a dual value. */
export function magnitude(potential: Float64Array, mass: Float64Array): number {
  return dot(potential.map(Math.abs), mass);
}
