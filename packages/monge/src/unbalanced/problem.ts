// What unbalanced transport is asked: masses that need not balance, a cost, and what a difference of marginals costs on either side.
import type { Cost } from "../cost/cost.ts";
import { type Marginal, readMarginals, type Unbalanced } from "../entropic/relaxed/penalty.ts";
import { OtError } from "../errors/otError.ts";
import { freeMasses } from "../measure/freeMasses.ts";
import type { Weights } from "../measure/weights.ts";

/** A checked problem over all atoms. */
export interface UnbalancedProblem {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly source: Marginal;
  readonly target: Marginal;
}

/** Checks the input. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`. */
export function readUnbalanced(a: Weights, b: Weights, cost: Cost, penalty: Unbalanced | undefined): UnbalancedProblem {
  if (penalty === undefined) {
    throw new OtError("InvalidValue", "There is no penalty.", {
      argument: "options.penalty",
      seen: penalty,
      cure: 'Pass penalty: a number for KL, { kind: "KL" | "TV" | "L2", strength }, or { source, target }.',
    });
  }
  const [n, m] = cost.shape;
  const masses = freeMasses(a, b, n, m);
  return { cost, a: masses.a, b: masses.b, ...readMarginals(penalty, "options.penalty") };
}

/** The atoms that take part, and rows of costs between them. */
export interface KeptPairs {
  readonly rows: Int32Array;
  readonly cols: Int32Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Costs of the kept row i to the kept columns; the array is overwritten by the next call. */
  row(i: number): Float64Array;
}

/**
 * Atoms without mass stay at 0 under KL and equality, and so do those under KL whose pairs are all forbidden. Throws `Infeasible`
 * for an atom that must be served and cannot.
 */
export function keptPairs({ cost, a, b, source, target }: UnbalancedProblem): KeptPairs {
  const [n, m] = cost.shape;
  const takesPart = (side: Marginal, masses: Float64Array): Uint8Array =>
    Uint8Array.from(masses, (mass) => (mass > 0 || (side !== "equal" && side.kind === "L2") ? 1 : 0));
  const rows = takesPart(source, a);
  const cols = takesPart(target, b);
  const all = new Float64Array(m);
  const reached = new Uint8Array(m);
  for (let i = 0; i < n; i++) {
    if (rows[i] === 0) continue;
    cost.block(i, i + 1, all);
    let some = false;
    for (let j = 0; j < m; j++) {
      if (cols[j] === 0 || all[j] === Infinity) continue;
      some = true;
      reached[j] = 1;
    }
    if (some) continue;
    if (source === "equal") throw alone(i, "a");
    rows[i] = 0;
  }
  for (let j = 0; j < m; j++) {
    if (cols[j] === 0 || reached[j] === 1) continue;
    if (target === "equal") throw alone(j, "b");
    cols[j] = 0;
  }
  const rowList = indices(rows);
  const colList = indices(cols);
  const complete = colList.length === m;
  const kept = new Float64Array(colList.length);
  return {
    rows: rowList,
    cols: colList,
    a: Float64Array.from(rowList, (i) => a[i]),
    b: Float64Array.from(colList, (j) => b[j]),
    row(i) {
      cost.block(rowList[i], rowList[i] + 1, all);
      if (complete) return all;
      for (let j = 0; j < kept.length; j++) kept[j] = all[colList[j]];
      return kept;
    },
  };
}

function indices(flags: Uint8Array): Int32Array {
  const list: number[] = [];
  for (let k = 0; k < flags.length; k++) if (flags[k] === 1) list.push(k);
  return Int32Array.from(list);
}

function alone(atom: number, argument: "a" | "b"): OtError {
  return new OtError("Infeasible", `No plan exists: atom ${atom} of ${argument} may reach no atom of the other side.`, {
    argument,
    seen: atom,
    cure: "Allow more pairs, take the atom's mass away, or give its side a penalty.",
    witness:
      argument === "a"
        ? { rows: Int32Array.of(atom), columns: new Int32Array(0) }
        : { rows: new Int32Array(0), columns: Int32Array.of(atom) },
  });
}
