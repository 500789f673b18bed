// Gromov-Wasserstein transport: every row of the benchmark, with what it has to reach. Both sides start from the product of the masses.
import type { BenchCase, CostForm } from "./bench.ts";
import { cube, type Ground } from "./inputs.ts";

const options = { starts: ["product"], tolerance: 1e-12 };

const between = (n: number, d: number, form: CostForm, ground: Ground, require: BenchCase["require"]): BenchCase => ({
  name: `${form}-${ground}-${n}-${d}d`,
  title: `${ground === "euclidean" ? "distances" : "squared distances"}${form === "dense" ? " as matrices" : ""}, d = ${d}, n = ${n}`,
  input: () => ({ ...cube(700 + d, n, d, "uniform"), ground }),
  cost: form,
  calls: "gromov",
  options,
  peer: "pot gromov_wasserstein",
  require: { notWorse: true, ...require },
  quick: n <= 500,
});

const alone = (n: number, d: number): BenchCase => ({
  ...between(n, d, "points", "sqeuclidean", { aimSeconds: 30, rssMegabytes: 1000 }),
  peer: null,
  full: n > 20_000,
});

export const gromov: readonly BenchCase[] = [
  between(500, 2, "points", "sqeuclidean", { ratio: 3 }),
  between(1000, 2, "points", "sqeuclidean", { ratio: 3, aimRatio: 10 }),
  between(1000, 3, "points", "sqeuclidean", { ratio: 3, aimRatio: 10 }),
  between(2000, 2, "points", "sqeuclidean", { ratio: 3, aimRatio: 10 }),
  between(2000, 3, "points", "sqeuclidean", { ratio: 3, aimRatio: 10 }),
  between(1000, 2, "dense", "sqeuclidean", { ratio: 2 }),
  between(500, 3, "dense", "euclidean", {}),
  between(1000, 2, "dense", "euclidean", {}),
  {
    ...between(1000, 3, "points", "sqeuclidean", { ratio: 3 }),
    name: "fused-1000-3d",
    title: "fused, alpha 0.5, squared distances, d = 3, n = 1000",
    options: { ...options, alpha: 0.5 },
    peer: "pot fused_gromov_wasserstein",
  },
  alone(10_000, 2),
  alone(10_000, 3),
  alone(50_000, 2),
];
