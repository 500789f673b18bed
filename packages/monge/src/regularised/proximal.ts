// The point of the transport polytope that trades cost for nearness to Z: min <P, C> + eta sum |P_group| + (gamma / 2) |P - Z|^2.
// P = shrink(max(0, Z + (f + g - C) / gamma)), where shrink shortens the norm of each group by eta / gamma: Blondel, Seguy, Rolet (2018).

/** A problem between atoms with mass. Matrices are column-major, so that a group is a run of entries. */
export interface Columns {
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** C_ij at j n + i; Infinity forbids a pair. */
  readonly cost: Float64Array;
  /** Group c holds the rows from starts[c] to starts[c + 1]; null: no groups. */
  readonly starts: Int32Array | null;
  /** What a unit of the norm of a group costs. */
  readonly eta: number;
}

/** The positive entries of a plan, column by column, and its derivative by f and g. */
export interface Entries {
  /** Column j holds entries [columnPtr[j], columnPtr[j + 1]). */
  readonly columnPtr: Int32Array;
  row: Int32Array;
  /** P at the entry. */
  mass: Float64Array;
  /** Groups with mass: groupPtr delimits their entries; kept[k] = 1 - eta / (gamma |v|), inverseNorm[k] = 1 / |P_group|. */
  groupPtr: Int32Array;
  kept: Float64Array;
  inverseNorm: Float64Array;
  groups: number;
  /** a - P 1 and b - P^T 1. */
  readonly rowResidual: Float64Array;
  readonly columnResidual: Float64Array;
  /** <f, a> + <g, b> - (gamma / 2) |P|^2: the dual value but for (gamma / 2) |Z|^2. */
  dual: number;
}

/** Room for the entries of an n x m plan; grows as needed. */
export function makeEntries({ a, b, starts }: Columns): Entries {
  const capacity = 4 * (a.length + b.length);
  const groups = starts === null ? 0 : b.length * (starts.length - 1);
  return {
    columnPtr: new Int32Array(b.length + 1),
    row: new Int32Array(capacity),
    mass: new Float64Array(capacity),
    groupPtr: new Int32Array(groups + 1),
    kept: new Float64Array(groups),
    inverseNorm: new Float64Array(groups),
    groups: 0,
    rowResidual: new Float64Array(a.length),
    columnResidual: new Float64Array(b.length),
    dual: 0,
  };
}

/** Computes the plan of potentials (f, g) into `out`. `Z` is column-major; null stands for 0. */
export function planOf(
  problem: Columns,
  f: Float64Array,
  g: Float64Array,
  gamma: number,
  Z: Float64Array | null,
  out: Entries,
): void {
  const { a, b, cost, starts, eta } = problem;
  const n = a.length;
  const m = b.length;
  const { columnPtr, rowResidual, columnResidual } = out;
  const inverse = 1 / gamma;
  const threshold = eta * inverse;
  rowResidual.set(a);
  out.groups = 0;
  out.groupPtr[0] = 0;
  let count = 0;
  let squares = 0;
  for (let j = 0; j < m; j++) {
    columnPtr[j] = count;
    if (count + n > out.row.length) grow(out, 2 * count + n);
    const { row, mass } = out;
    const base = j * n;
    const gj = g[j];
    const before = count;
    if (starts === null && Z === null) {
      for (let i = 0; i < n; i++) {
        const v = f[i] + gj - cost[base + i];
        if (v > 0) {
          row[count] = i;
          mass[count++] = v * inverse;
        }
      }
    } else {
      const classes = starts === null ? 1 : starts.length - 1;
      for (let c = 0; c < classes; c++) {
        const first = count;
        const end = starts === null ? n : starts[c + 1];
        let norm = 0;
        for (let i = starts === null ? 0 : starts[c]; i < end; i++) {
          const v = (f[i] + gj - cost[base + i]) * inverse + (Z === null ? 0 : Z[base + i]);
          if (v > 0) {
            row[count] = i;
            mass[count++] = v;
            norm += v * v;
          }
        }
        if (starts === null) continue;
        norm = Math.sqrt(norm);
        if (norm <= threshold) {
          count = first;
          continue;
        }
        const keep = 1 - threshold / norm;
        for (let k = first; k < count; k++) mass[k] *= keep;
        out.kept[out.groups] = keep;
        out.inverseNorm[out.groups] = 1 / (norm - threshold);
        out.groupPtr[++out.groups] = count;
      }
    }
    let total = 0;
    for (let k = before; k < count; k++) {
      const value = mass[k];
      total += value;
      squares += value * value;
      rowResidual[row[k]] -= value;
    }
    columnResidual[j] = b[j] - total;
  }
  columnPtr[m] = count;
  let linear = 0;
  for (let i = 0; i < n; i++) linear += f[i] * a[i];
  for (let j = 0; j < m; j++) linear += g[j] * b[j];
  out.dual = linear - 0.5 * gamma * squares;
}

function grow(out: Entries, capacity: number): void {
  const row = new Int32Array(capacity);
  row.set(out.row);
  out.row = row;
  const mass = new Float64Array(capacity);
  mass.set(out.mass);
  out.mass = mass;
}

/** gamma times the derivative of the marginals by (x, y), into (outX, outY), with `damping` added to the diagonal. */
export function derivative(
  entries: Entries,
  grouped: boolean,
  damping: number,
  x: Float64Array,
  y: Float64Array,
  outX: Float64Array,
  outY: Float64Array,
): void {
  const { columnPtr, row, mass, groupPtr, kept, inverseNorm } = entries;
  for (let i = 0; i < x.length; i++) outX[i] = damping * x[i];
  let group = 0;
  for (let j = 0; j < y.length; j++) {
    const yj = y[j];
    const end = columnPtr[j + 1];
    let total = damping * yj;
    if (!grouped) {
      for (let k = columnPtr[j]; k < end; k++) {
        const i = row[k];
        const t = x[i] + yj;
        outX[i] += t;
        total += t;
      }
    } else {
      for (let k = columnPtr[j]; k < end; group++) {
        const last = groupPtr[group + 1];
        let along = 0;
        for (let l = k; l < last; l++) along += mass[l] * (x[row[l]] + yj);
        const keep = kept[group];
        const bend = (1 - keep) * along * inverseNorm[group] * inverseNorm[group];
        for (; k < last; k++) {
          const i = row[k];
          const t = keep * (x[i] + yj) + bend * mass[k];
          outX[i] += t;
          total += t;
        }
      }
    }
    outY[j] = total;
  }
}

/** The diagonal of what {@link derivative} multiplies with. */
export function diagonal(
  entries: Entries,
  grouped: boolean,
  damping: number,
  outX: Float64Array,
  outY: Float64Array,
): void {
  const { columnPtr, row, mass, groupPtr, kept, inverseNorm } = entries;
  outX.fill(damping);
  let group = 0;
  for (let j = 0; j < outY.length; j++) {
    const end = columnPtr[j + 1];
    let total = damping;
    for (let k = columnPtr[j]; k < end; ) {
      const last = grouped ? groupPtr[group + 1] : end;
      const keep = grouped ? kept[group] : 1;
      const inverse = grouped ? inverseNorm[group] : 0;
      group++;
      let sum = 0;
      for (; k < last; k++) {
        const share = mass[k] * inverse;
        outX[row[k]] += keep + (1 - keep) * share * share;
        sum += share;
        total += keep;
      }
      total += (1 - keep) * sum * sum;
    }
    outY[j] = total;
  }
}
