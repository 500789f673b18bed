// Exact transport: every row of the benchmark, with what it has to reach.
import type { BenchCase } from "./bench.ts";
import { clusters, cube, type Masses, type Picture, pictures } from "./inputs.ts";

const masses: readonly Masses[] = ["uniform", "random"];
const kinds: readonly Picture[] = ["smooth", "noise", "shapes", "digits"];
const words: Record<Picture, string> = {
  smooth: "smooth random fields",
  noise: "white noise",
  shapes: "shapes, half of the pixels empty",
  digits: "handwritten digits, enlarged",
};

const dense = (n: number, require: BenchCase["require"], quick: boolean): BenchCase[] =>
  masses.map((mass, k) => ({
    name: `dense-${mass}-${n}`,
    title: `dense matrix, 2D points, ${mass} masses, n = ${n}`,
    input: () => cube(1000 + n + k, n, 2, mass),
    cost: "dense",
    peer: "pot",
    require,
    quick,
  }));

const wide = (n: number): BenchCase[] =>
  masses.map((mass, k) => ({
    name: `dense-784d-${mass}-${n}`,
    title: `dense matrix, 784 dimensions, ${mass} masses, n = ${n}`,
    input: () => cube(2000 + n + k, n, 784, mass),
    cost: "dense",
    peer: "pot",
    require: { ratio: 3 },
  }));

const points = (mass: Masses, n: number, ratio: number): BenchCase => ({
  name: `points-${mass}-${n}`,
  title: `points, 2D, ${mass} masses, n = ${n}`,
  input: () => cube(3000 + n, n, 2, mass),
  cost: "points",
  peer: "pot",
  require: { ratio },
  quick: n <= 2000,
});

const images = (side: number, rest: (kind: Picture) => Pick<BenchCase, "peer" | "require" | "full">): BenchCase[] =>
  kinds.map((kind, k) => ({
    name: `image-${side}-${kind}`,
    title: `images ${side} x ${side}, ${words[kind]}`,
    input: () => pictures(4000 + side + k, side, kind),
    cost: "grid",
    ...rest(kind),
  }));

export const exact: readonly BenchCase[] = [
  ...dense(500, { ratio: 2 }, true),
  ...dense(1000, { ratio: 2 }, true),
  ...dense(2000, { ratio: 2 }, true),
  ...dense(5000, { ratio: 2.5, aimRatio: 4 }, false),
  ...wide(1000),
  ...wide(2000),
  points("random", 2000, 4),
  points("random", 5000, 8),
  points("uniform", 2000, 5),
  points("uniform", 5000, 15),
  points("uniform", 10000, 30),
  ...masses.map(
    (mass, k): BenchCase => ({
      name: `clusters-${mass}-5000`,
      title: `clusters, 3D, Euclidean cost, ${mass} masses, n = 5000`,
      input: () => clusters(5000 + k, 5000, mass),
      cost: "points",
      peer: "pot",
      require: { ratio: 8 },
    }),
  ),
  ...images(64, (kind) => ({ peer: "pot", require: { ratio: kind === "smooth" ? 30 : 15 } })),
  {
    name: "assignment-5000",
    title: "assignment, 2D points, n = 5000, against scipy linear_sum_assignment",
    input: () => cube(6000, 5000, 2, "uniform"),
    cost: "points",
    peer: "linear_sum_assignment",
    require: { ratio: 20 },
  },
  {
    name: "assignment-dense-5000",
    title: "assignment of a dense matrix, 2D points, n = 5000, against scipy linear_sum_assignment",
    input: () => cube(6000, 5000, 2, "uniform"),
    cost: "dense",
    calls: "assignment",
    peer: "linear_sum_assignment",
    require: {},
  },
  {
    name: "points-random-20000",
    title: "points, 2D, random masses, n = 20 000, against our own network simplex alone, the matrix in memory",
    input: () => cube(7000, 20000, 2, "random"),
    cost: "points",
    peer: { method: "networkSimplex" },
    require: { ratio: 3, aimSeconds: 2 },
  },
  {
    name: "dense-random-2000-scaling",
    title: "dense matrix, 2D points, random masses, n = 2000, against our own cost scaling",
    input: () => cube(7100, 2000, 2, "random"),
    cost: "dense",
    peer: { method: "costScaling" },
    require: {},
  },
  ...images(128, () => ({ peer: null, require: { aimSeconds: 5, wasmMegabytes: 300 } })),
  {
    name: "points-uniform-50000",
    title: "points, 2D, uniform masses, n = 50 000",
    input: () => cube(8000, 50000, 2, "uniform"),
    cost: "points",
    peer: null,
    require: { wasmMegabytes: 200 },
    full: true,
  },
  {
    name: "points-random-50000",
    title: "points, 2D, random masses, n = 50 000",
    input: () => cube(8001, 50000, 2, "random"),
    cost: "points",
    peer: null,
    require: { wasmMegabytes: 4294 },
    full: true,
  },
  ...images(256, () => ({ peer: null, require: { wasmMegabytes: 4294 }, full: true })),
];
