// A point cloud in kernel memory, sorted into a tree of boxes, with one potential per point.
// The layout of the header is that of assembly/exact/boxes.ts.
import type { GroundSpec } from "../../cost/ground.ts";
import type { Workspace } from "../../kernels/workspace.ts";

/** A sorted cloud. Sorted point j is point order[j] of the caller. */
export interface Cloud {
  readonly n: number;
  readonly d: number;
  /** Leaves of 8 points. */
  readonly blocks: number;
  readonly header: number;
  /** Address of 8 * blocks potentials in sorted order; `cloudRefresh(header)` after every change. */
  readonly potential: number;
  readonly order: Int32Array;
}

/** Sorts n points (row-major, n x d) into a cloud. */
export function buildCloud(workspace: Workspace, points: Float64Array, n: number, d: number): Cloud {
  const { call } = workspace;
  const blocks = Math.ceil(n / 8);
  let leaves = 1;
  while (leaves < blocks) leaves *= 2;
  const nodes = 2 * leaves - 1;
  const header = workspace.alloc(64);
  const coords = workspace.alloc(blocks * d * 64);
  const order = workspace.alloc(blocks * 32);
  const ranges = workspace.alloc(nodes * 8);
  const boxes = workspace.alloc(nodes * 2 * d * 8);
  const potential = workspace.alloc(blocks * 64);
  const peak = workspace.alloc(nodes * 8);
  const mark = workspace.mark();
  const input = workspace.alloc(n * d * 8);
  workspace.f64(input, n * d).set(points);
  workspace.i32(header, 10).set([n, d, blocks, nodes, coords, order, ranges, boxes, potential, peak]);
  call["cloudBuild"](header, input);
  workspace.release(mark);
  workspace.f64(potential, blocks * 8).fill(0);
  call["cloudRefresh"](header);
  return { n, d, blocks, header, potential, order: workspace.i32(order, n).slice() };
}

/** Makes `ground` the cost of the point kernels. The cosine's factor 1/2 is left out: the caller halves the potentials. */
export function setGround(workspace: Workspace, ground: Pick<GroundSpec, "norm" | "power">): void {
  const { norm, power } = ground;
  const kind = norm === 2 ? 0 : norm === 1 ? 1 : norm === Infinity ? 2 : 3;
  workspace.call["pointsGround"](kind, norm === Infinity ? 1 : norm, norm === Infinity ? power : power / norm);
}
