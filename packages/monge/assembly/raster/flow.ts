// A largest flow from rows with excess to columns that lack mass, over tight pairs: shortest augmenting paths in blocks.
// Dinic (1970): levels by breadth-first search, then depth-first searches that never look at a pair twice.
import { joinColumn, leaveColumn } from "./arcs";
import {
  arrivalBegins, arrivals, begins, cells, columnLabels, columnPlaces, columns, costs, deficit, excess, f, flows, following, g, heads, int, never, owners, queue, real,
  rowLabels, rowPlaces, setInt, setReal, tightCounts, tights,
} from "./cells";

/** Lists the tight pairs, by row and by column. */
function listTight(): void {
  memory.fill(arrivalBegins, 0, <usize>(cells + 1) << 2);
  for (let i = 0; i < cells; i++) {
    const begin = int(begins, i);
    const end = int(begins, i + 1);
    const fi = int(f, i);
    let count = 0;
    for (let arc = begin; arc < end; arc++) {
      const j = int(columns, arc);
      if (int(costs, arc) - int(g, j) != fi) continue;
      setInt(tights, begin + count, arc);
      setInt(arrivalBegins, j, int(arrivalBegins, j) + 1);
      count++;
    }
    setInt(tightCounts, i, count);
  }
  for (let j = 0, total = 0; j <= cells; j++) {
    total += int(arrivalBegins, j);
    setInt(arrivalBegins, j, total);
  }
  for (let i = 0; i < cells; i++) {
    const begin = int(begins, i);
    for (let k = begin + int(tightCounts, i) - 1; k >= begin; k--) {
      const arc = int(tights, k);
      const j = int(columns, arc);
      const at = int(arrivalBegins, j) - 1;
      setInt(arrivalBegins, j, at);
      setInt(arrivals, at, arc);
    }
  }
}

/** Moves what can be moved over tight pairs. */
export function saturate(): void {
  listTight();
  while (layer()) {
    for (let i = 0; i < cells; i++) while (real(excess, i) > 0 && int(rowLabels, i) != never && augment(i)) continue;
  }
}

// Levels: how many rows lie between a row or column and the next column that lacks mass. False where no row with excess has one.
function layer(): bool {
  let count = 0;
  for (let k = 0; k < cells; k++) {
    setInt(rowLabels, k, never);
    setInt(columnPlaces, k, int(heads, k));
    setInt(rowPlaces, k, int(begins, k));
    const open = real(deficit, k) > 0;
    setInt(columnLabels, k, open ? 0 : never);
    if (open) setInt(queue, count++, k);
  }
  let reached = false;
  for (let at = 0; at < count; at++) {
    const j = int(queue, at);
    const level = int(columnLabels, j);
    const last = int(arrivalBegins, j + 1);
    for (let k = int(arrivalBegins, j); k < last; k++) {
      const i = int(owners, int(arrivals, k));
      if (int(rowLabels, i) != never) continue;
      setInt(rowLabels, i, level);
      if (real(excess, i) > 0) reached = true;
      const begin = int(begins, i);
      const end = begin + int(tightCounts, i);
      for (let t = begin; t < end; t++) {
        const arc = int(tights, t);
        const other = int(columns, arc);
        if (int(columnLabels, other) != never || real(flows, arc) == 0) continue;
        setInt(columnLabels, other, level + 1);
        setInt(queue, count++, other);
      }
    }
  }
  return reached;
}

// One path from row `start` down the levels; false where there is none left. The stack holds arcs there and back in turns.
function augment(start: i32): bool {
  let depth = 0;
  let i = start;
  while (true) {
    const level = int(rowLabels, i);
    const end = int(begins, i) + int(tightCounts, i);
    let place = int(rowPlaces, i);
    while (place < end && int(columnLabels, int(columns, int(tights, place))) != level) place++;
    setInt(rowPlaces, i, place);
    if (place == end) {
      setInt(rowLabels, i, never);
      if (depth == 0) return false;
      depth -= 2;
      // Back over the arc by which this row was reached, to the row before.
      i = int(owners, int(queue, depth));
      continue;
    }
    const arc = int(tights, place);
    const j = int(columns, arc);
    if (level == 0) {
      if (real(deficit, j) == 0) {
        setInt(columnLabels, j, never);
        continue;
      }
      setInt(queue, depth, arc);
      send(start, j, depth);
      return true;
    }
    let back = int(columnPlaces, j);
    while (back >= 0 && int(rowLabels, int(owners, back)) != level - 1) back = int(following, back);
    setInt(columnPlaces, j, back);
    if (back < 0) {
      setInt(columnLabels, j, never);
      continue;
    }
    setInt(queue, depth, arc);
    setInt(queue, depth + 1, back);
    depth += 2;
    i = int(owners, back);
  }
}

function send(start: i32, j: i32, depth: i32): void {
  let amount = min(real(excess, start), real(deficit, j));
  for (let k = 1; k < depth; k += 2) amount = min(amount, real(flows, int(queue, k)));
  setReal(excess, start, real(excess, start) - amount);
  setReal(deficit, j, real(deficit, j) - amount);
  for (let k = 0; k <= depth; k++) {
    const arc = int(queue, k);
    const flow = real(flows, arc);
    if (k & 1) {
      setReal(flows, arc, flow - amount);
      if (flow == amount) {
        // A search that stands at this arc goes on behind it.
        const column = int(columns, arc);
        if (int(columnPlaces, column) == arc) setInt(columnPlaces, column, int(following, arc));
        leaveColumn(arc);
      }
    } else {
      setReal(flows, arc, flow + amount);
      if (flow == 0) joinColumn(arc);
    }
  }
}
