// The global price update of cost scaling: distances to the nearest deficit in the residual graph, then prices move by them.
// Dial's buckets (1969) with lengths rounded down to eps / 4, which keeps 0 <= r_ij and r_ij <= eps on flow (Goldberg 1997).
import {
  bucketFirst, bucketNext, bucketPrevious, buckets, colCost, colIdx, colPtr, colRow, cost, deficit, distance, excess, f,
  flow, g, int, m, n, real, rowPtr, setInt, setReal,
} from "./scalingState";

const far: i32 = 0x7fffffff;
let unreachable: i32 = 0;

let walked: i32 = 0;

/** What the last search did apart from looking at arcs, in arcs looked at: on few arcs its buckets are nearly all of it. */
export function searchWork(): i32 {
  return walked + (buckets >> 4);
}

/** Rows with excess that reached no deficit in the last search. */
export function stranded(): i32 {
  return unreachable;
}

/** Whether row i was out of reach of any deficit in the last search. */
// @ts-ignore: decorator
@inline
export function isStranded(i: i32): bool {
  return int(distance, i) == far;
}

// @ts-ignore: decorator
@inline
function insert(node: i32, bucket: i32): void {
  const first = int(bucketFirst, bucket);
  setInt(bucketNext, node, first);
  setInt(bucketPrevious, node, -1);
  if (first >= 0) setInt(bucketPrevious, first, node);
  setInt(bucketFirst, bucket, node);
  setInt(distance, node, bucket);
}

// @ts-ignore: decorator
@inline
function remove(node: i32, bucket: i32): void {
  const after = int(bucketNext, node);
  const before = int(bucketPrevious, node);
  if (before >= 0) setInt(bucketNext, before, after);
  else setInt(bucketFirst, bucket, after);
  if (after >= 0) setInt(bucketPrevious, after, before);
}

/** Labels `node` with distance `at` + floor(length / width) where that is nearer than what it has. */
// @ts-ignore: decorator
@inline
function relax(node: i32, at: i32, steps: f64): void {
  const known = int(distance, node);
  if (known <= at) return;
  if (!(steps < <f64>buckets)) return;
  const candidate = at + max(0, <i32>steps);
  if (candidate >= known || candidate >= buckets) return;
  if (known != far) remove(node, known);
  insert(node, candidate);
}

/** Moves the prices; returns the number of rows with excess that cannot reach any deficit (their distance is `far`). */
export function reprice(eps: f64): i32 {
  const width = eps / 4;
  const perWidth = 4 / eps;
  const nodes = n + m;
  memory.fill(bucketFirst, 255, (<usize>buckets) << 2);
  let sought = 0;
  for (let i = 0; i < n; i++) {
    setInt(distance, i, far);
    if (real(excess, i) > 0) sought++;
  }
  for (let j = 0; j < m; j++) {
    if (real(deficit, j) > 0) insert(n + j, 0);
    else setInt(distance, n + j, far);
  }
  let at = 0;
  for (; at < buckets && sought > 0; at++) {
    for (let node = int(bucketFirst, at); node >= 0; node = int(bucketFirst, at)) {
      remove(node, at);
      if (node >= n) {
        const j = node - n;
        const price = real(g, j);
        const end = int(colPtr, j + 1);
        for (let slot = int(colPtr, j); slot < end; slot++) {
          const i = int(colRow, slot);
          if (int(distance, i) <= at) continue;
          relax(i, at, (real(colCost, slot) - real(f, i) - price) * perWidth);
        }
      } else {
        if (real(excess, node) > 0) {
          if (--sought == 0) break;
        }
        const price = real(f, node);
        const end = int(rowPtr, node + 1);
        for (let arc = int(rowPtr, node); arc < end; arc++) {
          if (real(flow, arc) == 0) continue;
          const j = int(colIdx, arc);
          relax(n + j, at, (eps - (real(cost, arc) - price - real(g, j))) * perWidth);
        }
      }
    }
    if (sought == 0) break;
  }
  const reach = min(at, buckets);
  walked = reach;
  for (let i = 0; i < n; i++) setReal(f, i, real(f, i) + width * <f64>min(int(distance, i), reach));
  for (let j = 0; j < m; j++) setReal(g, j, real(g, j) - width * <f64>min(int(distance, n + j), reach));
  unreachable = sought > 0 ? spread(nodes) : 0;
  return unreachable;
}

/** Extends reachability, without distances, beyond the last bucket; returns how many rows with excess stay `far`. */
function spread(nodes: i32): i32 {
  let length = 0;
  for (let node = 0; node < nodes; node++) if (int(distance, node) != far) setInt(bucketNext, length++, node);
  while (length > 0) {
    const node = int(bucketNext, --length);
    if (node >= n) {
      const j = node - n;
      const end = int(colPtr, j + 1);
      for (let slot = int(colPtr, j); slot < end; slot++) {
        const i = int(colRow, slot);
        if (int(distance, i) != far) continue;
        setInt(distance, i, buckets);
        setInt(bucketNext, length++, i);
      }
    } else {
      const end = int(rowPtr, node + 1);
      for (let arc = int(rowPtr, node); arc < end; arc++) {
        const j = n + int(colIdx, arc);
        if (real(flow, arc) == 0 || int(distance, j) != far) continue;
        setInt(distance, j, buckets);
        setInt(bucketNext, length++, j);
      }
    }
  }
  let count = 0;
  for (let i = 0; i < n; i++) if (real(excess, i) > 0 && int(distance, i) == far) count++;
  return count;
}
