// Groups of alike atoms, by bisection: each split halves the atoms at the median of the feature that spreads most.
import type { Cost } from "../../cost/cost.ts";
import { widestAxis } from "../../linalg/widestAxis.ts";

/** Features: those of atom k are data[k cols ..]. */
interface Features {
  readonly data: ArrayLike<number>;
  readonly cols: number;
}

/** Rows (or columns) that stand for all where no coordinates are known. */
const landmarks = 8;

/** What tells the atoms of either side apart: their coordinates, or their costs to some atoms of the other side. */
export function costFeatures(cost: Cost): { rows: Features; columns: Features } {
  if (cost.kind === "points") return { rows: cost.x, columns: cost.y };
  const [n, m] = cost.shape;
  const pick = (count: number): number[] => {
    const picked = Math.min(landmarks, count);
    return Array.from({ length: picked }, (_, k) => Math.floor(((2 * k + 1) * count) / (2 * picked)));
  };
  const [fromRows, fromColumns] = [pick(m), pick(n)];
  const rows = new Float64Array(n * fromRows.length);
  for (let i = 0; i < n; i++) fromRows.forEach((j, k) => (rows[i * fromRows.length + k] = cost.at(i, j)));
  const columns = new Float64Array(m * fromColumns.length);
  fromColumns.forEach((i, k) => {
    const row = cost.block(i, i + 1);
    for (let j = 0; j < m; j++) columns[j * fromColumns.length + k] = row[j];
  });
  return { rows: { data: rows, cols: fromRows.length }, columns: { data: columns, cols: fromColumns.length } };
}

/** The group of every atom with mass (-1 for others) and the number of groups, which hold `size` atoms at most. */
export function groupAtoms(
  { data, cols }: Features,
  masses: Float64Array,
  size: number,
): { of: Int32Array; count: number } {
  const of = new Int32Array(masses.length).fill(-1);
  const atoms = Int32Array.from(masses.keys()).filter((k) => masses[k] > 0);
  const keys = new Float64Array(atoms.length);
  let count = 0;
  const split = (begin: number, end: number): void => {
    if (end - begin <= size) {
      for (let k = begin; k < end; k++) of[atoms[k]] = count;
      count++;
      return;
    }
    const widest = widestAxis(data, cols, atoms, begin, end);
    for (let k = begin; k < end; k++) keys[k] = data[atoms[k] * cols + widest];
    const half = (begin + end) >> 1;
    select(keys, atoms, begin, end - 1, half);
    split(begin, half);
    split(half, end);
  };
  if (atoms.length > 0) split(0, atoms.length);
  return { of, count };
}

/** Reorders [first, last] so that no key before `middle` is above, and none behind below that at `middle` (Hoare 1961); atoms go with their keys. */
function select(keys: Float64Array, atoms: Int32Array, first: number, last: number, middle: number): void {
  while (first < last) {
    const pivot = keys[(first + last) >> 1];
    let low = first;
    let high = last;
    while (low <= high) {
      while (keys[low] < pivot) low++;
      while (keys[high] > pivot) high--;
      if (low > high) break;
      const [key, atom] = [keys[low], atoms[low]];
      keys[low] = keys[high];
      atoms[low++] = atoms[high];
      keys[high] = key;
      atoms[high--] = atom;
    }
    if (middle <= high) last = high;
    else if (middle >= low) first = low;
    else return;
  }
}
