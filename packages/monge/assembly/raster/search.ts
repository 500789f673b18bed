// Shortest distances from the rows with excess, in reduced costs, and potentials raised by them: new pairs become tight.
// Dijkstra's search with buckets (Dial 1969): distances are whole and small.
import {
  begins, buckets, cells, columnLabels, columns, costs, deficit, excess, f, farthest, following, g, heads, int, never, owners, queue, real,
  rowLabels, setInt,
} from "./cells";

// A row in a bucket: the next and the one before it there.
// @ts-ignore: decorator
@inline
function put(i: i32, bucket: i32): void {
  const next = queue;
  const previous = queue + (<usize>cells << 2);
  const first = int(buckets, bucket);
  setInt(next, i, first);
  setInt(previous, i, -1);
  if (first >= 0) setInt(previous, first, i);
  setInt(buckets, bucket, i);
}

// @ts-ignore: decorator
@inline
function take(i: i32, bucket: i32): void {
  const next = queue;
  const previous = queue + (<usize>cells << 2);
  const before = int(previous, i);
  const after = int(next, i);
  if (before >= 0) setInt(next, before, after);
  else setInt(buckets, bucket, after);
  if (after >= 0) setInt(previous, after, before);
}

/** Lowers f and raises g by the distances, none by more than the farthest column that still lacks mass; false where none is reached. */
export function raise(): bool {
  let waiting = 0;
  let farthestUsed = 0;
  for (let d = 0; d <= farthest; d++) setInt(buckets, d, -1);
  for (let i = 0; i < cells; i++) {
    setInt(columnLabels, i, never);
    if (real(excess, i) > 0) {
      setInt(rowLabels, i, 0);
      put(i, 0);
      waiting++;
    } else setInt(rowLabels, i, never);
  }
  let limit = -1;
  let lacking = 0;
  for (let j = 0; j < cells; j++) if (real(deficit, j) > 0) lacking++;
  // Labels up to the limit are final once the rows before it are done.
  for (let d = 0; d <= farthestUsed && waiting > 0 && (lacking > 0 || d < limit); d++) {
    while (true) {
      const i = int(buckets, d);
      if (i < 0) break;
      take(i, d);
      waiting--;
      const base = d - int(f, i);
      const end = int(begins, i + 1);
      for (let arc = int(begins, i); arc < end; arc++) {
        const j = int(columns, arc);
        const distance = base + int(costs, arc) - int(g, j);
        const label = int(columnLabels, j);
        if (distance >= label || distance > farthest) continue;
        setInt(columnLabels, j, distance);
        if (real(deficit, j) > 0) {
          if (label == never) lacking--;
          limit = max(limit, distance);
        }
        for (let back = int(heads, j); back >= 0; back = int(following, back)) {
          const row = int(owners, back);
          const old = int(rowLabels, row);
          if (distance >= old) continue;
          if (old == never) waiting++;
          else take(row, old);
          setInt(rowLabels, row, distance);
          put(row, distance);
          farthestUsed = max(farthestUsed, distance);
        }
      }
    }
  }
  if (limit < 0) return false;
  for (let k = 0; k < cells; k++) {
    setInt(f, k, int(f, k) - min(int(rowLabels, k), limit));
    setInt(g, k, int(g, k) + min(int(columnLabels, k), limit));
  }
  return true;
}
