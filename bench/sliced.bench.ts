// Sliced distances: every row of the benchmark, with what it has to reach. Both sides look along the same directions, but on spheres.
import { slicedWasserstein } from "monge";
import type { BenchCase } from "./bench.ts";
import { cube, type Masses } from "./inputs.ts";

/** Random directions of both sides, from our own generator. */
function directions(count: number, d: number): number[][] {
  const origin = [new Float64Array(d)];
  const { data } = slicedWasserstein(origin, origin, { projections: count, seed: 900 + d }).directions;
  return Array.from({ length: count }, (_, l) => [...data.subarray(l * d, (l + 1) * d)]);
}

const flat = (n: number, d: number, count: number, p: number, masses: Masses = "uniform"): BenchCase => ({
  name: `sliced-${n}-${d}d-${count}-p${p}${masses === "random" ? "-masses" : ""}`,
  title: `${count} directions, p = ${p}, d = ${d}, n = ${n}${masses === "random" ? ", masses" : ""}`,
  input: () => cube(900 + d, n, d, masses),
  cost: "points",
  calls: "sliced",
  options: { p, directions: directions(count, d) },
  peer: "pot sliced_wasserstein_distance",
  require: { ratio: 3 },
  quick: n <= 1000,
});

const sphere = (
  n: number,
  d: number,
  count: number,
  peer: string,
  circles: "arc" | "linear" | "uniform",
): BenchCase => ({
  name: `sphere-${circles}-${n}-${d}d-${count}`,
  title: `sphere, ${circles}, ${count} circles, d = ${d}, n = ${n}`,
  input: () => cube(950 + d, n, d, "uniform"),
  cost: "points",
  calls: "sliced",
  options: { p: 2, projections: count, circles },
  peer,
  require: { ratio: 3 },
  quick: n <= 500,
});

export const sliced: readonly BenchCase[] = [
  flat(200, 2, 100, 2),
  flat(1000, 2, 50, 2),
  flat(1000, 10, 100, 1),
  flat(1000, 100, 100, 2),
  flat(10_000, 3, 50, 2),
  flat(1000, 3, 50, 2, "random"),
  sphere(500, 3, 50, "pot sliced_wasserstein_sphere", "arc"),
  sphere(500, 3, 50, "pot linear_sliced_wasserstein_sphere", "linear"),
  sphere(500, 3, 50, "pot sliced_wasserstein_sphere_unif", "uniform"),
];
