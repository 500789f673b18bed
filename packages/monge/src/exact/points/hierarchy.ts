// A hierarchy of coarser and coarser measures: each cell of four neighbouring sorted points becomes their mean, with their mass.
// Merigot (2011), Schmitzer (2016): potentials of a coarse level are good starts for the next finer one.
import type { Workspace } from "../../kernels/workspace.ts";
import { buildCloud, type Cloud } from "./cloud.ts";

/** Points merged into one of the next coarser level. */
export const cell = 4;

/** One side of one level. */
export interface Layer {
  readonly cloud: Cloud;
  /** Masses and points (row-major) in sorted order. */
  readonly mass: Float64Array;
  readonly points: Float64Array;
  /** The sorted points of this level's cells here: children[cell * 4 ..]; indexed by the coarser level's sorted points. */
  children: Int32Array | null;
}

/** Layers from the finest to one of at most `smallest` points (or a single one if they are that few). */
export function buildLayers(
  workspace: Workspace,
  points: Float64Array,
  mass: Float64Array,
  n: number,
  d: number,
  smallest: number,
): Layer[] {
  const layers: Layer[] = [];
  for (;;) {
    const cloud = buildCloud(workspace, points, n, d);
    const sorted = cloud.order;
    const rows = gathered(points, sorted, d);
    const layer: Layer = { cloud, mass: gathered(mass, sorted, 1), points: rows, children: null };
    layers.push(layer);
    const finer = layers[layers.length - 2];
    if (finer !== undefined) link(finer, sorted);
    if (n <= smallest) return layers;
    const cells = Math.ceil(n / cell);
    const merged = new Float64Array(cells * d);
    const total = new Float64Array(cells);
    for (let i = 0; i < n; i++) total[Math.floor(i / cell)] += layer.mass[i];
    for (let i = 0; i < n; i++) {
      const to = Math.floor(i / cell);
      const share = layer.mass[i] / total[to];
      for (let k = 0; k < d; k++) merged[to * d + k] += share * rows[i * d + k];
    }
    points = merged;
    mass = total;
    n = cells;
  }
}

function gathered(values: Float64Array, order: Int32Array, width: number): Float64Array {
  const out = new Float64Array(order.length * width);
  for (let i = 0; i < order.length; i++) {
    for (let k = 0; k < width; k++) out[i * width + k] = values[order[i] * width + k];
  }
  return out;
}

function link(finer: Layer, order: Int32Array): void {
  const n = finer.cloud.n;
  const children = new Int32Array(order.length * cell).fill(-1);
  for (let coarse = 0; coarse < order.length; coarse++) {
    for (let t = 0; t < cell; t++) {
      const fine = order[coarse] * cell + t;
      if (fine >= n) break;
      children[coarse * cell + t] = fine;
    }
  }
  finer.children = children;
}

/** The assignment of children in order to the children of their parent's partner; what is left over is paired in order. */
export function refineAssignment(x: Layer, y: Layer, partner: Int32Array): Int32Array {
  const n = x.cloud.n;
  const refined = new Int32Array(n).fill(-1);
  const taken = new Uint8Array(n);
  for (let coarse = 0; coarse < partner.length; coarse++) {
    for (let t = 0; t < cell; t++) {
      const i = x.children![coarse * cell + t];
      const j = y.children![partner[coarse] * cell + t];
      if (i < 0 || j < 0) continue;
      refined[i] = j;
      taken[j] = 1;
    }
  }
  for (let i = 0, j = 0; i < n; i++) {
    if (refined[i] >= 0) continue;
    while (taken[j] === 1) j++;
    refined[i] = j++;
  }
  return refined;
}
