// The soft minima of a custom cost that knows how to compute them: checked, and as logarithms of sums for the kernels.
import { blockRows } from "../../cost/base.ts";
import type { CustomCost, Softmin } from "../../cost/custom.ts";
import { OtError } from "../../errors/otError.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import { type SoftminOperator, softminArray } from "./softmin.ts";

/** Binds a cost with soft minima of its own; entries are used for <P, C> alone, in one sweep at the end, and for the largest cost. */
export function bindSoftmin(cost: CustomCost, workspace: Workspace): SoftminOperator {
  const [n, m] = cost.shape;
  const { call } = workspace;
  const softmin = cost.softmin as Softmin;
  const logMasses = ([0, 1] as const).map((side) => {
    const count = side === 0 ? n : m;
    const mark = workspace.mark();
    const out = workspace.alloc((count + 1) * 8);
    const [mantissas, exponents] = (["mantissas", "exponents"] as const).map((which) =>
      softminArray(workspace, side, which),
    );
    call["cellsLog"](mantissas, exponents, count + (count & 1), out);
    const logs = workspace.f64(out, count).slice();
    workspace.release(mark);
    return logs;
  });
  const step = blockRows(m);
  const padded = m + (m & 1);
  const exponentials = workspace.alloc(padded * 8);
  let epsilon = 1;
  return {
    name: "softmin of the cost",
    *largest() {
      let most = 0;
      for (let begin = 0; begin < n; begin += step) {
        if (begin > 0) yield;
        for (const value of cost.block(begin, Math.min(n, begin + step))) {
          const size = Math.abs(value);
          if (size > most && size < Infinity) most = size;
        }
      }
      return most;
    },
    setEpsilon(value) {
      epsilon = value;
    },
    *sums(axis) {
      const other = axis === 0 ? 1 : 0;
      const unscale = epsilon / Math.LOG2E;
      const logs = logMasses[other];
      const potentials = workspace.f64(softminArray(workspace, other, "potentials"), logs.length);
      const potential = potentials.map((value, k) => (value + logs[k]) * unscale);
      const minima = checked(softmin(potential, axis, epsilon), axis === 0 ? n : m, axis);
      const sums = workspace.f64(softminArray(workspace, axis, "sums"), minima.length);
      for (let k = 0; k < minima.length; k++) sums[k] = -minima[k] / unscale;
    },
    *transportCost() {
      const scale = Math.LOG2E / epsilon;
      const [F, G] = ([0, 1] as const).map((side) =>
        workspace.f64(softminArray(workspace, side, "potentials"), side === 0 ? n : m).slice(),
      );
      const [a, b] = ([0, 1] as const).map((side) =>
        workspace.f64(softminArray(workspace, side, "masses"), side === 0 ? n : m).slice(),
      );
      const prices = new Float64Array(m);
      let total = 0;
      for (let i = 0; i < n; i++) {
        if (i % step === step - 1) yield;
        if (a[i] === 0) continue;
        cost.block(i, i + 1, prices);
        const plan = workspace.f64(exponentials, padded);
        for (let j = 0; j < m; j++) plan[j] = F[i] + G[j] - scale * prices[j];
        call["exp2All"](exponentials, padded, a[i]);
        for (let j = 0; j < m; j++) if (b[j] > 0 && plan[j] > 0) total += plan[j] * b[j] * prices[j];
      }
      return total;
    },
  };
}

/** Throws `InvalidShape` or `InvalidValue` for what a softmin must not return. */
function checked(minima: ArrayLike<number>, count: number, axis: 0 | 1): ArrayLike<number> {
  if (minima?.length !== count) {
    throw new OtError("InvalidShape", `softmin returned ${minima?.length} numbers for axis ${axis}.`, {
      argument: "softmin",
      seen: minima?.length,
      cure: `Return ${count} numbers for axis ${axis}: one for each ${axis === 0 ? "row" : "column"}.`,
    });
  }
  for (let k = 0; k < count; k++) {
    if (minima[k] > -Infinity) continue;
    throw new OtError("InvalidValue", `softmin returned ${minima[k]} at ${k} for axis ${axis}.`, {
      argument: "softmin",
      seen: minima[k],
      cure: "Return finite numbers, or Infinity where nothing can be reached; subtract the largest exponent before exponentials.",
    });
  }
  return minima;
}
