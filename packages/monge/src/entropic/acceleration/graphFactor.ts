// An approximate Cholesky factor of the plan's graph, which preconditions the systems of Newton's method.
// Kyng and Sachdeva, "Approximate Gaussian elimination for Laplacians" (2016).
import type { Workspace } from "../../kernels/workspace.ts";

/** Where there are more edges than this a vertex, light ones are drawn at random, about as many as this a row. */
export const odds = 16;
/** Edges beyond which no factor is tried: bytes would run into gigabytes. */
const mostEdges = 8e6;
const edgeBytes = 48;
const entryBytes = 16;

/** Builds the factor of the present Hessian and `damping` b on its diagonal behind everything allocated so far; false where it would not fit. */
export function buildFactor({ call, alloc }: Workspace, damping: number): boolean {
  const edges = call["factorEdges"](odds);
  if (edges > mostEdges) return false;
  const address = alloc(call["factorBytes"]());
  const halves = alloc(edges * edgeBytes);
  let room = 3 * edges;
  const out = alloc(room * entryBytes);
  call["factorGraph"](address, halves, out, damping);
  // The factor lies on top of the memory and grows there.
  while (call["factorRun"](room) === 0) {
    if (room > mostEdges * 8) return false;
    const more = edges + 1024;
    alloc(more * entryBytes);
    room += more;
  }
  return true;
}
