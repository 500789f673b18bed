// Pairs of laws in any dimension with a known optimal map, hence W1 and the direction of the potential's gradient on each ray.
// Each direction field is the gradient of a 1-Lipschitz u (given in words) that falls by |x - T(x)| from x to T(x): so T is optimal.
import type { Random } from "monge";

/** A law and its image under an optimal map. */
export interface ExactCase {
  readonly name: string;
  /** u. */
  readonly potential: string;
  /** Dimensions in which it exists. */
  fits(dimension: number): boolean;
  /** Draws x into `x` and T(x) into `y`; `margin` in [0, 1]: 0 on a kink of u, 1 far from all. */
  draw(dimension: number, rng: Random, x: Float64Array, y: Float64Array): { margin: number };
  /** W1 in closed form; absent: the mean of |x - T(x)| over 10^6 draws. */
  distance?(dimension: number): number;
}

export const exactCases: readonly ExactCase[] = [
  {
    name: "shift",
    potential: "x_1",
    fits: () => true,
    draw(_d, rng, x, y) {
      normals(rng, 0.3, x);
      y.set(x);
      x[0] += 1;
      return { margin: 1 };
    },
    distance: () => 1,
  },
  {
    name: "lines",
    potential: "x_2 (segments side by side)",
    fits: () => true,
    draw(_d, rng, x, y) {
      x.fill(0);
      x[0] = 2 * rng.uniform() - 1;
      y.set(x);
      x[1] = 1;
      return { margin: 1 };
    },
    distance: () => 1,
  },
  {
    name: "spheres",
    potential: "|x|",
    fits: () => true,
    draw(d, rng, x, y) {
      onSphere(rng, y, d);
      for (let k = 0; k < d; k++) x[k] = 2 * y[k];
      return { margin: 1 };
    },
    distance: () => 1,
  },
  {
    name: "scaling",
    potential: "|x| (a Gaussian and its double)",
    fits: () => true,
    draw(d, rng, x, y) {
      normals(rng, 1 / Math.sqrt(d), y);
      for (let k = 0; k < d; k++) x[k] = 2 * y[k];
      return { margin: 1 };
    },
    distance: (d) => chiMean(d) / Math.sqrt(d),
  },
  {
    name: "product",
    potential: "|(x_1, x_2)|, other coordinates alike",
    fits: (d) => d > 2,
    draw(_d, rng, x, y) {
      normals(rng, 0.3, y);
      onSphere(rng, y, 2);
      x.set(y);
      x[0] *= 2;
      x[1] *= 2;
      return { margin: 1 };
    },
    distance: () => 1,
  },
  {
    name: "8 points to 8 points",
    potential: "max_j <p_j, x> (blurred points at 2 p_j and p_j)",
    fits: () => true,
    draw(d, rng, x, y) {
      const points = eight(d);
      const j = rng.integer(8);
      do {
        normals(rng, 0.1, y);
        for (let k = 0; k < d; k++) y[k] += points[j][k];
      } while (best(points, (p) => dot(p, y)).index !== j);
      for (let k = 0; k < d; k++) x[k] = y[k] + points[j][k];
      const { lead } = best(points, (p) => dot(p, y));
      return { margin: Math.min(1, lead / 0.1) };
    },
    distance: () => 1,
  },
  {
    name: "Gaussian to 8 points",
    potential: "min_j |x - p_j|",
    fits: () => true,
    draw(d, rng, x, y) {
      const points = eight(d);
      normals(rng, 0.3, x);
      const { index, lead } = best(points, (p) => -distance(p, x));
      y.set(points[index]);
      return { margin: Math.min(1, lead / 0.1) };
    },
  },
];

/** Eight unit vectors that a group of rotations and reflections permutes: an octagon, a cube, or the axes of four dimensions. */
function eight(d: number): Float64Array[] {
  return Array.from({ length: 8 }, (_, j) => {
    const p = new Float64Array(d);
    if (d === 2) p.set([Math.cos((j * Math.PI) / 4), Math.sin((j * Math.PI) / 4)]);
    else if (d === 3) p.set([1, 2, 4].map((bit) => (j & bit ? 1 : -1) / Math.sqrt(3)));
    else p[j >> 1] = j & 1 ? 1 : -1;
    return p;
  });
}

/** The index of the largest value, and by how much it leads. */
function best(points: readonly Float64Array[], of: (p: Float64Array) => number): { index: number; lead: number } {
  const values = points.map(of);
  const order = values.map((_, k) => k).sort((a, b) => values[b] - values[a]);
  return { index: order[0], lead: values[order[0]] - values[order[1]] };
}

function normals(rng: Random, deviation: number, out: Float64Array): void {
  for (let k = 0; k < out.length; k++) out[k] = deviation * rng.normal();
}

function onSphere(rng: Random, out: Float64Array, d: number): void {
  let squares = 0;
  for (let k = 0; k < d; k++) {
    out[k] = rng.normal();
    squares += out[k] ** 2;
  }
  for (let k = 0; k < d; k++) out[k] /= Math.sqrt(squares);
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0);
const distance = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((value, k) => value - b[k]));

/** E |X| of a standard normal X in d dimensions: m_1 = sqrt(2 / pi), m_2 = sqrt(pi / 2), m_{d+2} = m_d (d + 1) / d. */
function chiMean(d: number): number {
  let mean = d % 2 === 1 ? Math.sqrt(2 / Math.PI) : Math.sqrt(Math.PI / 2);
  for (let k = d % 2 === 1 ? 1 : 2; k < d; k += 2) mean *= (k + 1) / k;
  return mean;
}
