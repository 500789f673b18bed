// Entropic transport: every row of the benchmark, with what it has to reach. Epsilon is a multiple of the largest cost.
import type { BenchCase } from "./bench.ts";
import { clusters, cube, heavyTailed, pictures, randomCosts } from "./inputs.ts";

/** The balanced peers; the fastest that reaches the tolerance counts. */
const balanced = [
  "pot sinkhorn",
  "pot sinkhorn_log",
  "pot sinkhorn_log annealed",
  "ott momentum",
  "ott momentum, schedule",
  "ott fixed momentum",
];
/** Where a peer takes minutes: without those that another one of the same library is never behind. */
const long = balanced.filter((name) => !["pot sinkhorn_log", "ott momentum", "ott fixed momentum"].includes(name));
const tolerance = 1e-9;
/** Sinkhorn's own iteration and nothing else. */
const plain = { acceleration: "none", annealing: "none", overRelaxation: 1, tolerance: 1e-300 };

const solve = (n: number, relativeEpsilon: number, require: BenchCase["require"]): BenchCase => ({
  name: `dense-${n}-${relativeEpsilon.toExponential()}`,
  title: `to 1e-9 at epsilon ${relativeEpsilon}, dense matrix, 2D points, n = ${n}`,
  input: () => cube(100 + n, n, 2, "uniform"),
  cost: "dense",
  calls: "sinkhorn",
  options: { relativeEpsilon, tolerance },
  peer: n > 2000 || relativeEpsilon < 1e-3 ? long : balanced,
  require,
  quick: n <= 1000,
});

/** The same points described instead of a matrix; against the peers that were fastest on the matrix, theirs given. */
const described = (n: number, relativeEpsilon: number, require: BenchCase["require"]): BenchCase => ({
  ...solve(n, relativeEpsilon, require),
  name: `points-${n}-${relativeEpsilon.toExponential()}`,
  title: `to 1e-9 at epsilon ${relativeEpsilon}, points, d = 2, n = ${n}`,
  cost: "points",
  peer: ["pot sinkhorn", "ott momentum"],
});

const lazy = (d: number, require: BenchCase["require"]): BenchCase => ({
  name: `iteration-points-${d}d`,
  title: `one log-domain iteration, points, d = ${d}, n = 5000`,
  input: () => cube(200 + d, 5000, d, "uniform"),
  cost: "points",
  calls: "sinkhorn",
  options: { ...plain, relativeEpsilon: 0.01, keepEntries: false },
  perIteration: { few: 2, many: 7 },
  peer: "pot empirical_sinkhorn lazy",
  require,
});

const huge = (d: number): BenchCase => ({
  name: `points-100000-${d}d`,
  title: `to 1e-6 at epsilon 1e-4, points, d = ${d}, n = 100 000`,
  input: () => cube(300 + d, 100_000, d, "uniform"),
  cost: "points",
  calls: "sinkhorn",
  options: { relativeEpsilon: 1e-4, tolerance: 1e-6 },
  peer: null,
  require: { aimSeconds: 40, rssMegabytes: 1000 },
  full: true,
});

const images = (peer: string, relativeEpsilon: number, title: string, require: BenchCase["require"]): BenchCase => ({
  name: `images-256-${relativeEpsilon.toExponential()}`,
  title: `one iteration, images 256 x 256, epsilon ${relativeEpsilon}, ${title}`,
  input: () => pictures(400, 256, "smooth"),
  cost: "grid",
  calls: "sinkhorn",
  options: { ...plain, relativeEpsilon },
  perIteration: { few: 1, many: peer.endsWith("log") ? 3 : 16 },
  peer,
  require,
});

const unbalanced = (relativeEpsilon: number): BenchCase => ({
  name: `unbalanced-2000-${relativeEpsilon.toExponential()}`,
  title: `unbalanced (KL of strength 1), to 1e-9 at epsilon ${relativeEpsilon}, n = 2000`,
  input: () => cube(500, 2000, 2, "random"),
  cost: "dense",
  calls: "sinkhorn",
  options: { relativeEpsilon, relativeStrength: 1, tolerance },
  peer: [
    "pot sinkhorn_unbalanced translation invariant",
    "pot sinkhorn_unbalanced",
    "pot sinkhorn_stabilized_unbalanced",
  ],
  require: { ratio: 3, aimRatio: 10 },
});

/** Other data than the plane's: whatever they show. */
const other = (name: string, title: string, input: BenchCase["input"], relativeEpsilon: number): BenchCase => ({
  name: `${name}-${relativeEpsilon.toExponential()}`,
  title: `to 1e-9 at epsilon ${relativeEpsilon}, ${title}`,
  input,
  cost: "dense",
  calls: "sinkhorn",
  options: { relativeEpsilon, tolerance },
  peer: balanced,
  require: {},
});

const rows: readonly BenchCase[] = [
  {
    name: "iteration-log",
    title: "one log-domain iteration, dense matrix, n = 2000",
    input: () => cube(10, 2000, 2, "uniform"),
    cost: "dense",
    calls: "sinkhorn",
    options: { ...plain, relativeEpsilon: 0.01, keepEntries: false },
    perIteration: { few: 5, many: 25 },
    peer: "pot sinkhorn_log",
    require: { ratio: 8, aimRatio: 20 },
    quick: true,
  },
  {
    name: "iteration-kernel",
    title: "one kernel-domain iteration, dense matrix, n = 2000",
    input: () => cube(10, 2000, 2, "uniform"),
    cost: "dense",
    calls: "sinkhorn",
    options: { ...plain, relativeEpsilon: 0.05 },
    perIteration: { few: 40, many: 140 },
    peer: "pot sinkhorn",
    require: { ratio: 1.5, aimRatio: 2.5 },
    quick: true,
  },
  lazy(2, { ratio: 6, aimRatio: 15 }),
  lazy(3, { ratio: 6, aimRatio: 15 }),
  lazy(64, { ratio: 3, aimRatio: 8 }),
  solve(1000, 1e-2, { ratio: 4, aimRatio: 10 }),
  solve(2000, 1e-2, { ratio: 4, aimRatio: 10 }),
  solve(1000, 1e-3, { ratio: 15, aimRatio: 50 }),
  solve(2000, 1e-3, { ratio: 15, aimRatio: 50 }),
  solve(5000, 1e-3, { ratio: 15, aimRatio: 50 }),
  solve(2000, 1e-4, { ratio: 500, aimRatio: 5000, seconds: 1 }),
  described(2000, 1e-2, { ratio: 4, aimRatio: 10 }),
  described(1000, 1e-3, { ratio: 15, aimRatio: 50 }),
  described(2000, 1e-3, { ratio: 15, aimRatio: 50 }),
  described(5000, 1e-3, { ratio: 15, aimRatio: 50 }),
  described(2000, 1e-4, { ratio: 500, aimRatio: 5000, seconds: 1 }),
  images("pot convolutional", 1e-2, "against the kernel domain", {}),
  images("pot convolutional", 2e-3, "against the kernel domain", { ratio: 1.5, aimRatio: 5 }),
  images("pot convolutional", 5e-4, "against the kernel domain", { ratio: 1.5, aimRatio: 5 }),
  images("pot convolutional log", 1e-4, "against the log domain", { ratio: 20, aimRatio: 80 }),
  unbalanced(1e-2),
  unbalanced(1e-3),
  other("wide", "64 dimensions, n = 1000", () => cube(600, 1000, 64, "random"), 1e-2),
  other("random", "random costs, n = 1000", () => randomCosts(601, 1000), 1e-2),
  other("clusters", "clusters, 3D, Euclidean cost, n = 1000", () => clusters(602, 1000, "random"), 1e-3),
  other("heavy", "heavy-tailed masses, n = 1000", () => heavyTailed(603, 1000), 1e-3),
  huge(2),
  huge(3),
];

/** The same rows with fused multiply-adds, where the engine has them. */
const relaxed = ["iteration-log", "iteration-kernel", "iteration-points-2d", "iteration-points-64d"];

export const entropic: readonly BenchCase[] = rows.flatMap((row) =>
  relaxed.includes(row.name)
    ? [
        row,
        {
          ...row,
          name: `${row.name}-relaxed`,
          title: `${row.title}, relaxed SIMD`,
          require: {},
          relaxed: true,
          quick: false,
        },
      ]
    : [row],
);
