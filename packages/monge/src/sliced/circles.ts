// Transport on great circles: points projected on the planes of frames, their angles, and the cost on each circle.
// Lengths of arcs in radians: a circle of length 1 in the kernel, times (2 pi)^p. Bonet et al. (2023).
import { wassersteinCircle } from "../exact/line/circle.ts";
import { shares, sortingSide } from "../exact/line/sortingSide.ts";
import { line } from "../kernels/line.ts";
import { type Workspace, withWorkspace } from "../kernels/workspace.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { atOnce, byCoordinates, type SliceProblem, stride } from "./slices.ts";

/** What is computed on each circle. */
export type CircleCost = "arc" | "linear" | "uniform";

/** The cost on the circle of each frame: two orthonormal rows of `frames` (2 count x d). */
export function circleCosts(problem: SliceProblem, frames: Matrix, kind: CircleCost): Float64Array {
  const { x, y, p } = problem;
  const { rows: height, cols: d } = frames;
  const mass = sum(problem.a);
  if (mass === 0) return new Float64Array(height / 2);
  const [a, b] = problem.uniform ? [null, null] : [problem.a, problem.b];
  const clouds = kind === "uniform" ? [x] : [x, y];
  return withWorkspace(line, (workspace) => {
    const theta = workspace.alloc(8 * height * d);
    workspace.f64(theta, height * d).set(frames.data);
    const angles = clouds.map((cloud) => angleRows(workspace, cloud, theta));
    const values = new Float64Array(height / 2);
    const cost = kind === "arc" ? arcs(workspace, problem) : sorted(workspace, clouds, [a, b]);
    const scale = (kind === "arc" ? 1 : mass) * (2 * Math.PI) ** p;
    for (let from = 0; from < height; from += atOnce) {
      const width = Math.min(atOnce, height - from);
      for (const { project } of angles) project(from, width);
      for (let l = 0; l < width; l += 2) values[(from + l) / 2] = scale * cost(angles.map(({ row }) => row(l)));
    }
    return values;
  });
}

/** A cloud in kernel memory, and its angles on the circles of up to `atOnce` / 2 frames together. */
function angleRows(workspace: Workspace, cloud: Matrix<Floats>, theta: number) {
  const { rows: n, cols: d } = cloud;
  const points = byCoordinates(workspace, cloud);
  const out = workspace.alloc(8 * stride(n) * atOnce);
  const row = (l: number): number => out + 8 * l * stride(n);
  const { sliceProject, circleAngles } = workspace.call;
  return {
    /** The address of the angles in turns, from 1 on, of the frame whose first row is `l` of those projected last. */
    row,
    project(from: number, width: number): void {
      sliceProject(points, stride(n), d, theta + 8 * from * d, width, out);
      for (let l = 0; l < width; l += 2) circleAngles(stride(n), row(l), row(l + 1));
    },
  };
}

type CostOfRows = (rows: readonly number[]) => number;

function arcs(workspace: Workspace, { x, y, a, b, uniform, p }: SliceProblem): CostOfRows {
  const masses = uniform ? {} : { a, b };
  const angles = (row: number, size: number): Float64Array => workspace.f64(row, size);
  return ([u, v]) => wassersteinCircle(angles(u, x.rows), angles(v, y.rows), { ...masses, p }).value;
}

/** The closed forms: against the other cloud, or, where there is one cloud, against the uniform law. */
function sorted(
  workspace: Workspace,
  clouds: readonly Matrix<Floats>[],
  masses: readonly (Float64Array | null)[],
): CostOfRows {
  const sides = clouds.map(({ rows }, k) => sortingSide(workspace, rows, shares(masses[k])));
  const [left, right] = sides;
  const { circleUniformCost, circleLinearCost } = workspace.call;
  return (rows) => {
    for (let k = 0; k < rows.length; k++) sides[k].sort(rows[k]);
    const [u, v] = rows;
    return rows.length === 1
      ? circleUniformCost(left.size, u, left.masses, left.order)
      : circleLinearCost(left.size, right.size, u, v, left.masses, right.masses, left.order, right.order);
  };
}
