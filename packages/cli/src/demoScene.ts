// The built-in scene: an old tree with a winding stair up to a deck in its crown, some 400 ellipsoids. Seeded: always the same.
// A helix of steps is the same after a turn, a tree nearly so; the lean, the roots, the deck and the crown say where one stands.
import { type Mixture, random } from "monge";
import { gaussianMixture } from "monge/gaussian";

/** A scene whose parts have names and colours. */
export interface DemoScene {
  /** z is up, a step about 0.16 high; weights are 1. */
  readonly ellipsoids: Mixture;
  /** Red, green and blue in [0, 1], n x 3. */
  readonly colours: Float64Array;
}

type Vector = readonly [number, number, number];
interface Part {
  readonly mean: Vector;
  /** Orthogonal axes as standard deviations with their directions. */
  readonly axes: readonly (readonly [Vector, number])[];
  readonly colour: Vector;
}

const bark: Vector = [0.42, 0.3, 0.21];
const wood: Vector = [0.79, 0.6, 0.37];
const rail: Vector = [0.3, 0.24, 0.22];
const leaf: readonly Vector[] = [
  [0.35, 0.55, 0.25],
  [0.48, 0.66, 0.3],
  [0.24, 0.45, 0.26],
  [0.63, 0.7, 0.32],
];
const blossom: Vector = [0.93, 0.62, 0.66];

/** The trunk's centre and its radius at a height: it leans, and tapers. */
const lean = (z: number): Vector => [0.05 * z + 0.012 * z * z, -0.02 * z, z];
const girth = (z: number): number => 0.42 - 0.045 * z + 0.25 * Math.exp(-2.2 * z);

/** The scene. */
export function demoScene(): DemoScene {
  const stream = random(2026);
  const parts = [...trunk(), ...roots(), ...stair(), ...deck(), ...crown(stream)];
  const means = Float64Array.from(parts.flatMap(({ mean }) => mean));
  const covariances = Float64Array.from(
    parts.flatMap(({ axes }) =>
      Array.from({ length: 9 }, (_, k) =>
        axes.reduce((sum, [v, deviation]) => sum + deviation ** 2 * v[Math.floor(k / 3)] * v[k % 3], 0),
      ),
    ),
  );
  return {
    ellipsoids: gaussianMixture(
      { data: means, rows: parts.length, cols: 3 },
      covariances,
      new Float64Array(parts.length).fill(1),
    ),
    colours: Float64Array.from(parts.flatMap(({ colour }) => colour)),
  };
}

function trunk(): Part[] {
  return Array.from({ length: 16 }, (_, k): Part => {
    const z = 0.15 + 0.33 * k;
    const r = girth(z) / 1.8;
    return {
      mean: lean(z),
      axes: frame([0.1 + 0.02 * z, -0.02, 1], [0.2, r, r * (0.85 + 0.1 * Math.sin(k))]),
      colour: bark,
    };
  });
}

function roots(): Part[] {
  return [0.2, 1.1, 2.3, 3.0, 4.4, 5.3].map((angle, k): Part => {
    const reach = 0.7 + 0.13 * ((k * 5) % 4);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return {
      mean: [c * reach, s * reach, 0.06],
      axes: frame([c, s, -0.12], [0.3 + 0.05 * (k % 3), 0.07, 0.1]),
      colour: bark,
    };
  });
}

const steps = 30;
const turn = (k: number): number => 0.4 + (k / steps) * 2 * Math.PI * 1.55;

function stair(): Part[] {
  const out: Part[] = [];
  const at = (k: number, r: number, up: number): Vector => {
    const z = 0.16 * (k + 1);
    const [x, y] = lean(z);
    return [x + r * Math.cos(turn(k)), y + r * Math.sin(turn(k)), z + up];
  };
  for (let k = 0; k < steps; k++) {
    const radial: Vector = [Math.cos(turn(k)), Math.sin(turn(k)), 0];
    out.push({ mean: at(k, 0.95, 0), axes: frame(radial, [0.27, 0.11, 0.02]), colour: wood });
    if (k % 2 === 0) out.push({ mean: at(k, 1.42, 0.36), axes: frame([0, 0, 1], [0.19, 0.02, 0.02]), colour: rail });
    if (k + 1 < steps) {
      const [from, to] = [at(k, 1.42, 0.75), at(k + 1, 1.42, 0.75)];
      const along: Vector = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
      const mean: Vector = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2];
      out.push({ mean, axes: frame(along, [0.26 * Math.hypot(...along), 0.025, 0.025]), colour: rail });
    }
  }
  return out;
}

/** A deck of planks round the trunk, larger on one side, with a bench on it. */
function deck(): Part[] {
  const z = 0.16 * (steps + 1);
  const [x, y] = lean(z);
  const planks = Array.from({ length: 9 }, (_, k): Part => {
    const across = 0.27 * (k - 3);
    const length = 0.5 + 0.12 * Math.cos(0.5 * k) - 0.03 * k;
    return { mean: [x + 0.35, y + across, z], axes: frame([1, 0, 0], [length, 0.062, 0.016]), colour: wood };
  });
  const bench: Part = {
    mean: [x + 0.75, y + 0.95, z + 0.22],
    axes: frame([1, 0.2, 0], [0.27, 0.08, 0.02]),
    colour: rail,
  };
  return [...planks, bench];
}

function crown({ uniform, normal }: ReturnType<typeof random>): Part[] {
  const out: Part[] = [];
  const top = lean(5);
  const boughs: readonly (readonly [angle: number, rise: number, reach: number, from: number])[] = [
    [0.3, 0.35, 1.7, 4.6],
    [1.3, 0.6, 1.5, 4.9],
    [2.2, 0.25, 2.0, 4.4],
    [3.3, 0.55, 1.3, 5.0],
    [4.0, 0.2, 1.9, 4.3],
    [5.1, 0.45, 1.6, 4.8],
    [0.9, 1.3, 1.4, 5.1],
    [3.0, 1.5, 1.5, 5.1],
  ];
  for (const [angle, rise, reach, from] of boughs) {
    const v: Vector = [Math.cos(angle), Math.sin(angle), rise];
    const size = Math.hypot(...v);
    const base = lean(from);
    const along = (s: number): Vector => [
      base[0] + (s * v[0]) / size,
      base[1] + (s * v[1]) / size,
      base[2] + (s * v[2]) / size,
    ];
    out.push({ mean: along(0.3 * reach), axes: frame(v, [0.17 * reach, 0.085, 0.085]), colour: bark });
    out.push({ mean: along(0.72 * reach), axes: frame(v, [0.15 * reach, 0.05, 0.05]), colour: bark });
    const tip = along(reach);
    for (let k = 0; k < 27; k++) {
      const spread = 0.42 + 0.1 * (reach - 1.3);
      const mean: Vector = [
        tip[0] + spread * normal(),
        tip[1] + spread * normal(),
        tip[2] + 0.15 + 0.7 * spread * normal(),
      ];
      // Leaves hang outwards, each in its own way.
      const normalVector: Vector = [mean[0] - top[0] + normal(), mean[1] - top[1] + normal(), 0.8 + normal()];
      const size = 0.1 + 0.08 * uniform();
      out.push({
        mean,
        axes: frame(normalVector, [0.02, size, size * (0.45 + 0.4 * uniform())]),
        colour: uniform() < 0.08 ? blossom : leaf[Math.floor(uniform() * leaf.length)],
      });
    }
  }
  return out;
}

/** Axes of these deviations, the first one along `v`; the second is level. */
function frame(v: Vector, [first, second, third]: Vector): Part["axes"] {
  const size = Math.hypot(...v);
  const e: Vector = [v[0] / size, v[1] / size, v[2] / size];
  const flat = Math.hypot(e[0], e[1]);
  const side: Vector = flat < 1e-9 ? [1, 0, 0] : [-e[1] / flat, e[0] / flat, 0];
  const rest: Vector = [
    e[1] * side[2] - e[2] * side[1],
    e[2] * side[0] - e[0] * side[2],
    e[0] * side[1] - e[1] * side[0],
  ];
  return [
    [e, first],
    [side, second],
    [rest, third],
  ];
}
