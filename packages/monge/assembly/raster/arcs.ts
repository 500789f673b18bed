// The pairs that a solve looks at: for each row those whose reduced cost is at most `reach`, listed line by line.
// Lists hold every tight pair; that no pair outside of them is too cheap is looked at again by a transform over all pairs.
import {
  begins, capacity, cells, columnMass, columns, costs, deficit, excess, f, flows, following, g, half, heads, height, int, never, owners,
  preceding, real, rowMass, setInt, setReal, width,
} from "./cells";
import { transform } from "./transform";

/** Fills the lists; nothing flows yet. Returns the arcs, or -1 where there is no room for them. */
export function listArcs(reach: i32): i32 {
  let count = 0;
  // Leaves in `half` what a row can reach at best on each line.
  transform(g, columnMass, f);
  for (let i = 0; i < cells; i++) {
    setInt(begins, i, count);
    setInt(heads, i, -1);
    if (real(rowMass, i) == 0) continue;
    const y = i / width;
    const x = i - y * width;
    const fi = int(f, i);
    for (let line = 0; line < height; line++) {
      const gap = (y - line) * (y - line);
      const least = int(half, line * width + x);
      if (least == never || gap + least - fi > reach) continue;
      const most = fi + reach - gap;
      if (count + width > capacity) return -1;
      for (let k = 0; k < width; k++) {
        const j = line * width + k;
        const along = (x - k) * (x - k);
        if (along - int(g, j) > most || real(columnMass, j) == 0) continue;
        setInt(columns, count, j);
        setInt(costs, count, gap + along);
        setReal(flows, count, 0);
        setInt(owners, count, i);
        count++;
      }
    }
  }
  setInt(begins, cells, count);
  memory.copy(excess, rowMass, <usize>cells << 3);
  memory.copy(deficit, columnMass, <usize>cells << 3);
  return count;
}

/** Puts `arc`, on which flow begins, among those into its column. */
// @ts-ignore: decorator
@inline
export function joinColumn(arc: i32): void {
  const j = int(columns, arc);
  const first = int(heads, j);
  setInt(following, arc, first);
  setInt(preceding, arc, -1);
  if (first >= 0) setInt(preceding, first, arc);
  setInt(heads, j, arc);
}

/** Takes `arc`, on which nothing flows any more, out again. */
// @ts-ignore: decorator
@inline
export function leaveColumn(arc: i32): void {
  const before = int(preceding, arc);
  const after = int(following, arc);
  if (before >= 0) setInt(following, before, after);
  else setInt(heads, int(columns, arc), after);
  if (after >= 0) setInt(preceding, after, before);
}
