// Soft minima under any cost, s_i = -eps log sum_j w_j exp((g_j - C_ij) / eps): between grids along the axes, else over rows of costs.
import type { Cost } from "../../cost/cost.ts";
import { entropic } from "../../kernels/entropic.ts";
import { giveBack, lease, type Workspace } from "../../kernels/workspace.ts";
import { type Beyond, withExtension } from "./extend.ts";
import { bindSeparable, isSeparable, type Separable } from "./separable.ts";

/** The soft minima of potentials: n numbers, Infinity where no target of mass can be reached. */
export type SoftMinima = (g: Float64Array) => Generator<void, Float64Array, void>;

/** Runs `work` on the soft minima under one cost, with the masses and the epsilon of `beyond`, in a workspace of its own. */
export function* withSoftMinima<R>(
  cost: Cost,
  beyond: Beyond,
  work: (softMinima: SoftMinima) => Generator<void, R, void>,
): Generator<void, R, void> {
  if (cost.kind !== "grid" || !isSeparable(cost)) {
    return yield* withExtension(cost, beyond, (extension) =>
      work(function* (g) {
        extension.setPotentials(g);
        return yield* extension.softMinima();
      }),
    );
  }
  const workspace = lease(entropic);
  const result = yield* work(separableMinima(cost.shape, bindSeparable(cost, workspace), beyond, workspace));
  giveBack(workspace);
  return result;
}

function separableMinima(
  [n, m]: readonly [number, number],
  separable: Separable,
  { weights, epsilon }: Beyond,
  workspace: Workspace,
): SoftMinima {
  const even = m + (m & 1);
  const filled = (): number => {
    const address = workspace.alloc(even * 8);
    workspace.f64(address, even).fill(0);
    return address;
  };
  const [masses, potentials] = [filled(), filled()];
  workspace.f64(masses, m).set(weights);
  const operand = separable.operand(masses, potentials, m);
  const sums = workspace.alloc((n + 1) * 8);
  const scale = Math.LOG2E / epsilon;
  separable.setEpsilon(epsilon);
  return function* (g) {
    const held = workspace.f64(potentials, m);
    for (let j = 0; j < m; j++) held[j] = g[j] * scale;
    yield* separable.apply(0, operand, sums);
    return workspace.f64(sums, n).map((value) => -value / scale);
  };
}
