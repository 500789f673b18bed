// A blocking flow of cost scaling: after the global search, mass runs along arcs of zero length from rows with excess to deficits.
// Depth-first search with current arcs on the admissible graph (Dinic 1970, as in Gabow and Tarjan 1989).
import {
  arcRow, colIdx, colCursor, cost, deficit, byte, excess, f, flow, g, head, int, link, m, marked, n, next, path, real, rowCursor, rowPtr,
  setByte, setInt, setReal, unlink,
} from "./scalingState";

/** Ships what the admissible graph can carry; returns the arcs looked at. Admissible: forward r <= width, backward r >= eps - width. */
export function block(eps: f64, width: f64): i32 {
  let work = 0;
  memory.fill(marked, 0, <usize>(n + m));
  memory.copy(rowCursor, rowPtr, (<usize>n) << 2);
  memory.copy(colCursor, head, (<usize>m) << 2);
  const floor = eps - width;
  for (let start = 0; start < n; start++) {
    if (real(excess, start) == 0 || byte(marked, start)) continue;
    // path holds arcs: forward at even places, backward at odd ones.
    let depth = 0;
    let i = start;
    setByte(marked, start, 1);
    while (true) {
      // At row i: an admissible arc to a column that is neither dead nor on the path.
      let arc = int(rowCursor, i);
      const end = int(rowPtr, i + 1);
      const price = real(f, i) + width;
      let j = -1;
      for (; arc < end; arc++) {
        const column = int(colIdx, arc);
        if (real(cost, arc) - real(g, column) > price || byte(marked, n + column)) continue;
        j = column;
        break;
      }
      work += arc - int(rowCursor, i) + 1;
      setInt(rowCursor, i, arc);
      if (j < 0) {
        // Row i leads nowhere.
        if (depth == 0) break;
        depth -= 2;
        i = int(arcRow, int(path, depth));
        const column = int(colIdx, int(path, depth));
        setInt(colCursor, column, int(next, int(colCursor, column)));
        depth = advanceColumn(column, depth, floor);
      } else {
        setInt(path, depth, arc);
        setByte(marked, n + j, 1);
        depth = advanceColumn(j, depth, floor);
      }
      // advanceColumn left depth at the top of the path; negative says that a deficit was reached.
      if (depth < 0) {
        depth = ship(start, -depth - 1);
        if (depth < 0) break;
      }
      i = depth == 0 ? start : int(arcRow, int(path, depth - 1));
    }
  }
  return work;
}

/** From column j, entered by path[depth]: the next row by a backward arc; or back to the row before; or -(depth + 1) at a deficit. */
function advanceColumn(j: i32, depth: i32, floor: f64): i32 {
  if (real(deficit, j) > 0) return -(depth + 1);
  let arc = int(colCursor, j);
  const price = real(g, j) + floor;
  while (arc >= 0) {
    const k = int(arcRow, arc);
    if (real(cost, arc) - real(f, k) >= price && !byte(marked, k)) {
      setInt(colCursor, j, arc);
      setInt(path, depth + 1, arc);
      setByte(marked, k, 1);
      return depth + 2;
    }
    arc = int(next, arc);
  }
  setInt(colCursor, j, -1);
  const i = int(arcRow, int(path, depth));
  setInt(rowCursor, i, int(rowCursor, i) + 1);
  return depth;
}

/** Sends mass along path[0..depth] into its last column; returns the depth at which to go on, or -1 when the row is empty. */
function ship(start: i32, depth: i32): i32 {
  const last = int(colIdx, int(path, depth));
  let amount = min(real(excess, start), real(deficit, last));
  for (let at = 1; at < depth; at += 2) amount = min(amount, real(flow, int(path, at)));
  let resume = -1;
  for (let at = 0; at <= depth; at++) {
    const arc = int(path, at);
    const held = real(flow, arc);
    const column = int(colIdx, arc);
    if (at & 1) {
      setReal(flow, arc, held - amount);
      if (held == amount) {
        // Saturated: the column looks on from here; everything deeper may be entered again.
        setInt(colCursor, column, int(next, arc));
        unlink(arc, column);
        if (resume < 0) resume = at - 1;
      }
    } else {
      if (held == 0) link(arc, column);
      setReal(flow, arc, held + amount);
    }
  }
  setReal(deficit, last, real(deficit, last) - amount);
  const left = real(excess, start) - amount;
  setReal(excess, start, left);
  const from = left == 0 ? 0 : resume < 0 ? depth : resume;
  // Nodes that leave the path stay usable.
  for (let at = from; at <= depth; at++) {
    const arc = int(path, at);
    setByte(marked, at & 1 ? int(arcRow, arc) : n + int(colIdx, arc), 0);
  }
  if (left == 0) {
    setByte(marked, start, 0);
    return -1;
  }
  return from;
}
