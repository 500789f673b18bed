// The marginals that a tree's potentials stand for, and the shift of its potentials at which its rows send what its columns take.
// KL: r = a e^(-f/rho). L2: r = a - f / rho (a negative one never survives: a flow meets 0 first). Equality: r = a.
import { exp2All, log2All } from "../entropic/operators/exponentials.ts";
import type { Marginal } from "../entropic/relaxed/penalty.ts";

/** A side's penalty: total variation is not among them, it is solved as partial transport. */
export type Smooth = "equal" | { readonly kind: "KL" | "L2"; readonly strength: number };

/** Whether a side's penalty is one of these. */
export function isSmooth(marginal: Marginal): marginal is Smooth {
  return marginal === "equal" || marginal.kind !== "TV";
}

/** Answers of both sides on one tree; rows first. */
export interface Responses {
  /**
   * Finds t for which the rows of the tree at f + t send what its columns take at g - t, and writes the marginals at these potentials.
   * `potentials` and `marginals` are indexed by node, `order` lists the `count` nodes of the tree.
   */
  settle(order: Int32Array, count: number, potentials: Float64Array, marginals: Float64Array): number;
}

/** The responses for masses of rows, then columns. */
export function responses(source: Smooth, target: Smooth, masses: Float64Array, n: number): Responses {
  const logs = masses.slice();
  log2All(logs);
  const exponents = new Float64Array(masses.length);
  const places = new Int32Array(masses.length);
  const scalar = new Float64Array(1);
  const exp2 = (x: number): number => {
    scalar[0] = x;
    exp2All(scalar);
    return scalar[0];
  };
  const log2 = (x: number): number => {
    scalar[0] = x;
    log2All(scalar);
    return scalar[0];
  };
  const unit = (side: Smooth): number => (side === "equal" ? 0 : Math.LOG2E / side.strength);
  const rowRate = unit(source);
  const columnRate = unit(target);
  return {
    settle(order, count, potentials, marginals) {
      let expanded = 0;
      let [rows, columns] = [0, 0];
      let [rowPeak, columnPeak] = [-Infinity, -Infinity];
      let [sent, taken] = [0, 0];
      for (let k = 0; k < count; k++) {
        const node = order[k];
        const isRow = node < n;
        const side = isRow ? source : target;
        if (isRow) rows++;
        else columns++;
        if (side === "equal" || side.kind === "L2") {
          const value = side === "equal" ? masses[node] : masses[node] - potentials[node] / side.strength;
          marginals[node] = value;
          if (isRow) sent += value;
          else taken += value;
          continue;
        }
        const exponent = logs[node] - potentials[node] * (isRow ? rowRate : columnRate);
        exponents[expanded] = exponent;
        places[expanded++] = node;
        if (isRow) rowPeak = Math.max(rowPeak, exponent);
        else columnPeak = Math.max(columnPeak, exponent);
      }
      if (expanded > 0) {
        const held = exponents.subarray(0, expanded);
        for (let k = 0; k < expanded; k++) held[k] -= places[k] < n ? rowPeak : columnPeak;
        exp2All(held);
        for (let k = 0; k < expanded; k++) {
          if (places[k] < n) sent += held[k];
          else taken += held[k];
        }
      }
      const shift = balance(
        { side: source, total: sent, peak: rowPeak, count: rows, rate: rowRate },
        { side: target, total: taken, peak: columnPeak, count: columns, rate: columnRate },
        exp2,
        log2,
      );
      const rowFactor = exp2(rowPeak - shift * rowRate);
      const columnFactor = exp2(columnPeak + shift * columnRate);
      for (let k = 0; k < expanded; k++) {
        const node = places[k];
        marginals[node] = exponents[k] * (node < n ? rowFactor : columnFactor);
      }
      for (let k = 0; k < count; k++) {
        const node = order[k];
        const side = node < n ? source : target;
        const moved = node < n ? shift : -shift;
        potentials[node] += moved;
        if (side !== "equal" && side.kind === "L2") marginals[node] -= moved / side.strength;
      }
      return shift;
    },
  };
}

interface Total {
  readonly side: Smooth;
  /** Sum of the marginals; for KL divided by 2^peak. */
  readonly total: number;
  readonly peak: number;
  readonly count: number;
  /** log2(e) / rho. */
  readonly rate: number;
}

/** 2^-idle is 0. */
const idle = 1100;

type Scalar = (x: number) => number;

/** t with sent(t) = taken(-t). */
function balance(rows: Total, columns: Total, exp2: Scalar, log2: Scalar): number {
  // A tree of one atom has no other side.
  const isKl = ({ side, count }: Total): boolean => count > 0 && side !== "equal" && side.kind === "KL";
  const slope = ({ side, count }: Total): number =>
    side !== "equal" && side.kind === "L2" ? count / side.strength : 0;
  if (rows.count === 0 && isKl(columns)) return -idle / columns.rate;
  if (columns.count === 0 && isKl(rows)) return idle / rows.rate;
  if (!isKl(rows) && !isKl(columns)) {
    const stiffness = slope(rows) + slope(columns);
    return stiffness > 0 ? (rows.total - columns.total) / stiffness : 0;
  }
  if (isKl(rows) && isKl(columns)) {
    return (rows.peak + log2(rows.total) - columns.peak - log2(columns.total)) / (rows.rate + columns.rate);
  }
  // One side exponential, the other fixed or linear.
  const [exponential, other, sign] = isKl(rows) ? [rows, columns, 1] : [columns, rows, -1];
  const log = exponential.peak + log2(exponential.total);
  if (slope(other) === 0) return (sign * (log - log2(other.total))) / exponential.rate;
  return (sign * crossing(log, other.total, slope(other), exponential.rate, exp2, log2)) / exponential.rate;
}

/** s with 2^(log - s) = total + slope s / rate. In z = log - s this is 2^z + k z = c, convex and rising: Newton from above never overshoots. */
function crossing(log: number, total: number, slope: number, rate: number, exp2: Scalar, log2: Scalar): number {
  const k = slope / rate;
  const c = total + k * log;
  let z = c > 1 ? Math.min(c / k, log2(c)) : Math.min(c / k, 0);
  for (let step = 0; step < 200; step++) {
    const value = exp2(z);
    const next = z - (value + k * z - c) / (value * Math.LN2 + k);
    if (!(next < z)) break;
    z = next;
  }
  // c may be far larger than its terms differ: the last digits are found in s itself.
  let s = log - z;
  for (let step = 0; step < 3; step++) {
    const value = exp2(log - s);
    s += (value - total - k * s) / (value * Math.LN2 + k);
  }
  return s;
}
