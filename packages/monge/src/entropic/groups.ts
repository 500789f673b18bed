// Groups of alike atoms, by bisection: each split halves the atoms at the median of the feature that spreads most.
import type { Cost } from "../cost/cost.ts";

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
  let count = 0;
  const split = (atoms: Int32Array): void => {
    if (atoms.length <= size) {
      for (const atom of atoms) of[atom] = count;
      count++;
      return;
    }
    let widest = 0;
    let spread = -1;
    for (let k = 0; k < cols; k++) {
      let least = Infinity;
      let most = -Infinity;
      for (const atom of atoms) {
        const value = data[atom * cols + k];
        if (value < least) least = value;
        if (value > most) most = value;
      }
      if (most - least > spread) {
        spread = most - least;
        widest = k;
      }
    }
    // The lower half by value, atoms of the median's value in the order of their numbers.
    const half = atoms.length >> 1;
    const values = new Float64Array(atoms.length);
    for (let k = 0; k < atoms.length; k++) values[k] = data[atoms[k] * cols + widest];
    const median = values.slice().sort()[half];
    let below = 0;
    for (const value of values) if (value < median) below++;
    const halves = [new Int32Array(half), new Int32Array(atoms.length - half)];
    const filledUp = [0, 0];
    let ties = half - below;
    for (let k = 0; k < atoms.length; k++) {
      const side = values[k] < median || (values[k] === median && ties-- > 0) ? 0 : 1;
      halves[side][filledUp[side]++] = atoms[k];
    }
    split(halves[0]);
    split(halves[1]);
  };
  const filled = Int32Array.from(masses.keys()).filter((k) => masses[k] > 0);
  if (filled.length > 0) split(filled);
  return { of, count };
}
