// One side of a truncated problem in kernel memory: points in nearby order with weights, potentials, sums and a tree of boxes.
// The layout of the header is that of assembly/truncated/boxes.ts.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Cloud } from "./coarse.ts";

/** Points to which arrays are padded: a group of 8 cells of 32. */
const pad = 256;

/** A cloud in kernel memory. */
export interface Side {
  readonly cloud: Cloud;
  readonly header: number;
  /** Row blocks of 32 points. */
  readonly blocks: number;
  /** Addresses of numbers, one a point. */
  readonly potentials: number;
  readonly sums: number;
}

/** Copies a cloud into a workspace; the potentials are 0. */
export function placeSide(workspace: Workspace, cloud: Cloud): Side {
  const { n, d, points, weights } = cloud;
  const { length, records, firsts } = sizes(n);
  const header = workspace.alloc(256);
  const coordinates = workspace.alloc(length * d * 8);
  const masses = workspace.alloc(length * 8);
  const potentials = workspace.alloc(length * 8);
  const sums = workspace.alloc(length * 8);
  const nodes = workspace.alloc(records * (3 * d + 2) * 8);
  workspace
    .i32(header, 64)
    .set([n, d, length / 8, firsts.length, coordinates, masses, potentials, sums, nodes, ...firsts]);
  const x = workspace.f64(coordinates, length * d);
  for (let j = 0; j < length; j++) {
    const from = Math.min(j, n - 1) * d;
    for (let k = 0; k < d; k++) x[((j >> 3) * d + k) * 8 + (j & 7)] = points[from + k];
  }
  const w = workspace.f64(masses, length);
  w.fill(0, n);
  w.set(weights);
  workspace.f64(potentials, length).fill(0, 0, n).fill(-Infinity, n);
  workspace.f64(sums, length).fill(0);
  workspace.call["boxesBuild"](header);
  return { cloud, header, blocks: Math.ceil(n / 32), potentials, sums };
}

function sizes(n: number): { length: number; records: number; firsts: number[] } {
  const firsts: number[] = [];
  let records = 0;
  for (let count = Math.ceil(n / 8); ; count = Math.ceil(count / 2)) {
    firsts.push(records);
    records += count;
    if (count === 1) return { length: Math.ceil(n / pad) * pad, records, firsts };
  }
}
