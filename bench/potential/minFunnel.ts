// Pairs of continuous laws P, Q with known W1 and potential in any dimension: u(x) = min_n (|x - a_n| + b_n), and mass that moves along its rays.
// Korotin, Kolesov, Burnaev, "Kantorovich Strikes Back!" (NeurIPS 2022), section 4: y ~ Q, x = a + t^p (end - a) with t = |y - a| / |end - a|.
import { type Random, random } from "monge";
import { discretePotential, type Potential, type Sampler } from "monge/potential";

/** How a pair is drawn; the defaults are those of the paper's high-dimensional pairs. */
export interface MinFunnelOptions {
  /** Coordinates of a point. */
  readonly dimension: number;
  /** Number of funnels. */
  readonly funnels: number;
  /** Seeds the centres, uniform in the cube of half width `centreHalfWidth`, and the biases, normal with deviation 0.1. */
  readonly seed: number;
  /** Q lives in the cube [-halfWidth, halfWidth]^d, where rays end; default 2.5. */
  readonly halfWidth?: number;
  /** Default: halfWidth. */
  readonly centreHalfWidth?: number;
  /** The power p by which shares of a ray shrink; default 8. */
  readonly power?: number;
  /** Draws one y ~ Q into `out`; default uniform in the cube. */
  readonly drawTarget?: (rng: Random, out: Float64Array) => void;
}

/** A pair of laws. Mass goes from the source P outwards to the target Q. */
export interface MinFunnelPair {
  readonly dimension: number;
  /** The true potential, large on the source: -u. */
  readonly potential: Potential;
  /** Draws from P and from Q. */
  readonly source: Sampler;
  readonly target: Sampler;
  /** W1(P, Q) and its standard error from `count` draws of the optimal plan. */
  distance(count: number, seed: number): { readonly value: number; readonly standardError: number };
  /** `count` rows x ~ P with the rows y ~ Q that they go to. */
  plan(count: number, rng: Random): { readonly x: Float64Array; readonly y: Float64Array };
}

/** Makes a pair. */
export function minFunnelPair(options: MinFunnelOptions): MinFunnelPair {
  const { dimension: d, funnels, seed, halfWidth = 2.5, centreHalfWidth = halfWidth, power = 8 } = options;
  const rng = random(seed);
  const centres = Float64Array.from({ length: funnels * d }, () => centreHalfWidth * (2 * rng.uniform() - 1));
  const biases = Float64Array.from({ length: funnels }, () => 0.1 * rng.normal());
  const drawTarget =
    options.drawTarget ??
    ((stream, out) => {
      for (let k = 0; k < d; k++) out[k] = halfWidth * (2 * stream.uniform() - 1);
    });
  const y = new Float64Array(d);
  const x = new Float64Array(d);
  const direction = new Float64Array(d);
  const products = gram(centres, d);
  const shape = { d, centres, biases, products, halfWidth, power, squares: new Float64Array(funnels) };
  const pair = (stream: Random): void => {
    drawTarget(stream, y);
    pull(y, direction, x, shape);
  };
  const sampler = (side: Float64Array, draw: (stream: Random) => void): Sampler => ({
    shape: [d],
    draw(count, stream, out) {
      for (let i = 0; i < count; i++) {
        draw(stream);
        out.set(side, i * d);
      }
    },
  });
  const cones = discretePotential(
    { data: centres, rows: funnels, cols: d },
    biases.map((bias) => -bias),
  );
  return {
    dimension: d,
    potential: {
      dimension: d,
      evaluate(points) {
        const { values, gradients } = cones.evaluate(points);
        const negative = (value: number): number => -value;
        return { values: values.map(negative), gradients: { ...gradients, data: gradients.data.map(negative) } };
      },
    },
    source: sampler(x, pair),
    target: sampler(y, (stream) => drawTarget(stream, y)),
    distance(count, streamSeed) {
      const stream = random(streamSeed);
      let total = 0;
      let squares = 0;
      for (let i = 0; i < count; i++) {
        pair(stream);
        let square = 0;
        for (let k = 0; k < d; k++) square += (x[k] - y[k]) ** 2;
        total += Math.sqrt(square);
        squares += square;
      }
      const value = total / count;
      return { value, standardError: Math.sqrt(Math.max(0, squares / count - value * value) / count) };
    },
    plan(count, stream) {
      const both = { x: new Float64Array(count * d), y: new Float64Array(count * d) };
      for (let i = 0; i < count; i++) {
        pair(stream);
        both.x.set(x, i * d);
        both.y.set(y, i * d);
      }
      return both;
    },
  };
}

interface Funnels {
  readonly d: number;
  readonly centres: Float64Array;
  readonly biases: Float64Array;
  /** <a_n, a_m>. */
  readonly products: Float64Array;
  readonly halfWidth: number;
  readonly power: number;
  /** Room for |y - a_n|^2. */
  readonly squares: Float64Array;
}

/** Moves y along its ray towards the centre of its funnel, into x. */
function pull(y: Float64Array, v: Float64Array, x: Float64Array, funnels: Funnels): void {
  const { d, centres, biases, products, halfWidth, power, squares } = funnels;
  const count = biases.length;
  let own = 0;
  let u = Infinity;
  for (let n = 0; n < count; n++) {
    let square = 0;
    for (let k = 0, at = n * d; k < d; k++, at++) square += (y[k] - centres[at]) ** 2;
    squares[n] = square;
    const value = Math.sqrt(square) + biases[n];
    if (value < u) {
      u = value;
      own = n;
    }
  }
  const from = Math.sqrt(squares[own]);
  x.set(y);
  if (from === 0) return;
  // The ray ends at the wall of the cube or where another funnel is as low: |y + r v - a_n| + b_n = u(y) + r.
  let reach = Infinity;
  let whole = 0;
  for (let k = 0; k < d; k++) {
    whole += y[k] * y[k];
    v[k] = (y[k] - centres[own * d + k]) / from;
    if (v[k] !== 0) reach = Math.min(reach, (Math.sign(v[k]) * halfWidth - y[k]) / v[k]);
  }
  const toCentre = (n: number): number => (whole + products[n * count + n] - squares[n]) / 2;
  for (let n = 0; n < count; n++) {
    if (n === own) continue;
    const c = u - biases[n];
    // <y - a_n, v> from products that are known.
    const along = (whole - toCentre(own) - toCentre(n) + products[n * count + own]) / from;
    const r = (squares[n] - c * c) / (2 * (c - along));
    if (r > 0 && r > -c) reach = Math.min(reach, r);
  }
  const length = from + Math.max(0, reach);
  const moved = (from / length) ** power * length;
  for (let k = 0; k < d; k++) x[k] = centres[own * d + k] + moved * v[k];
}

/** <a_n, a_m> of all centres. */
function gram(centres: Float64Array, d: number): Float64Array {
  const count = centres.length / d;
  const out = new Float64Array(count * count);
  for (let n = 0; n < count; n++) {
    for (let m = 0; m < count; m++) {
      let total = 0;
      for (let k = 0; k < d; k++) total += centres[n * d + k] * centres[m * d + k];
      out[n * count + m] = total;
    }
  }
  return out;
}
