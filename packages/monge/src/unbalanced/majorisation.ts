// Unbalanced transport by majorisation-minimisation: multiplicative updates of a dense plan that never raise the objective.
// KL: P_ij <- P_ij exp((f_i + g_j - C_ij) / (rho + sigma)) for f, g of the present marginals. L2: P_ij <- P_ij max(0, rho a_i + sigma b_j - C_ij) /
// (rho r_i + sigma s_j). Chapel, Flamary, Wu, Fevotte, Gasso, "Unbalanced optimal transport through non-negative penalized linear
// regression" (2021).
import { exp2All, log2All } from "../entropic/operators/exponentials.ts";
import { OtError } from "../errors/otError.ts";
import { outOfMemory } from "../kernels/workspace.ts";
import type { Potentials, Progress, Status } from "../run/options.ts";
import type { RunControl } from "../run/solver.ts";
import { type UnbalancedResult, unbalancedResult } from "./answer.ts";
import { prove } from "./certificate.ts";
import type { SmoothProblem } from "./smooth.ts";

/** Iterations between two looks at the gap at first; their number doubles. */
const firstLook = 16;
/** Bytes of the two dense matrices that are still made. */
const mostBytes = 2 ** 32;

/** Solves until the relative gap is `tolerance`. Both sides need the same kind of penalty, and none may be hard. */
export function* majorise(
  control: RunControl<UnbalancedResult>,
  problem: SmoothProblem,
  tolerance: number,
): Generator<Progress, UnbalancedResult, void> {
  const { cost, a, b, source, target } = problem;
  const [n, m] = cost.shape;
  if (source === "equal" || target === "equal" || source.kind !== target.kind) {
    throw new OtError("Unsupported", "The method majorisation takes KL on both sides, or L2 on both.", {
      argument: "options.method",
      seen: { source, target },
      cure: 'Leave method out: "auto" takes any pairing of KL, L2 and a hard side.',
    });
  }
  if (16 * n * m > mostBytes) throw outOfMemory(16 * n * m);
  const [rho, sigma] = [source.strength, target.strength];
  const kl = source.kind === "KL";
  const plan = new Float64Array(n * m);
  const pull = new Float64Array(n * m);
  cost.block(0, n, pull);
  for (let i = 0, k = 0; i < n; i++) {
    for (let j = 0; j < m; j++, k++) {
      plan[k] = pull[k] < Infinity ? a[i] * b[j] : 0;
      pull[k] = kl ? (-pull[k] / (rho + sigma)) * Math.LOG2E : Math.max(0, rho * a[i] + sigma * b[j] - pull[k]);
    }
  }
  if (kl) exp2All(pull);
  const r = new Float64Array(n);
  const s = new Float64Array(m);
  const measure = (): void => {
    s.fill(0);
    for (let i = 0, k = 0; i < n; i++) {
      let row = 0;
      for (let j = 0; j < m; j++, k++) {
        row += plan[k];
        s[j] += plan[k];
      }
      r[i] = row;
    }
  };
  measure();
  const power = (masses: Float64Array, marginal: Float64Array, exponent: number): Float64Array => {
    const ratios = masses.map((mass, k) => (mass > 0 && marginal[k] > 0 ? mass / marginal[k] : 1));
    log2All(ratios);
    for (let k = 0; k < ratios.length; k++) ratios[k] *= exponent;
    exp2All(ratios);
    return ratios;
  };
  const update = (): void => {
    const u = kl ? power(a, r, rho / (rho + sigma)) : r.map((value) => rho * value);
    const v = kl ? power(b, s, sigma / (rho + sigma)) : s.map((value) => sigma * value);
    s.fill(0);
    for (let i = 0, k = 0; i < n; i++) {
      const factor = u[i];
      let row = 0;
      for (let j = 0; j < m; j++, k++) {
        const entry =
          plan[k] === 0 ? 0 : kl ? plan[k] * pull[k] * factor * v[j] : (plan[k] * pull[k]) / (factor + v[j]);
        plan[k] = entry;
        row += entry;
        s[j] += entry;
      }
      r[i] = row;
    }
  };
  let iterations = 0;
  let gap = Infinity;
  const answer = (status: Status): UnbalancedResult => {
    const support = Int32Array.from(plan.keys()).filter((k) => plan[k] > 0);
    const potentials = potentialsOf(problem, kl, rho, sigma, r, s);
    return unbalancedResult(problem, {
      i: support.map((k) => Math.floor(k / m)),
      j: support.map((k) => k % m),
      mass: Float64Array.from(support, (k) => plan[k]),
      potentials: () => potentials,
      report: {
        status,
        method: "majorisation",
        why: "asked for",
        iterations,
        error: gap,
        tolerance,
        elapsedMs: control.elapsedMs(),
      },
    });
  };
  control.offer(() => answer("stopped"));
  for (let look = firstLook; ; ) {
    yield { phase: "majorisation", iteration: iterations, error: gap, elapsedMs: control.elapsedMs() };
    const interrupted = control.interrupted();
    if (interrupted !== null) return answer(interrupted);
    update();
    iterations++;
    if (iterations < look) continue;
    look *= 2;
    const { plan: present, potentials } = answer("stopped");
    const { relativeGap } = yield* prove({ ...problem, plan: present, potentials });
    gap = Math.abs(relativeGap);
    if (gap <= tolerance) return answer("converged");
  }
}

/** The potentials that stand for the present marginals; an atom that got nothing has that of an atom without flow. */
function potentialsOf(
  { a, b }: SmoothProblem,
  kl: boolean,
  rho: number,
  sigma: number,
  r: Float64Array,
  s: Float64Array,
): Potentials {
  const side = (masses: Float64Array, marginal: Float64Array, strength: number): Float64Array => {
    if (!kl) return masses.map((mass, k) => strength * (mass - marginal[k]));
    const logs = masses.map((mass, k) => (mass > 0 && marginal[k] > 0 ? mass / marginal[k] : 1));
    log2All(logs);
    return logs.map((value, k) => (marginal[k] > 0 ? value * Math.LN2 * strength : masses[k] > 0 ? 800 * strength : 0));
  };
  return { f: side(a, r, rho), g: side(b, s, sigma) };
}
