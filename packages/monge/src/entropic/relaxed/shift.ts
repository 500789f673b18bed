// The constant t that is best moved from one potential to the other, (f + t, g - t): the plan stays, what it stands for changes.
//
// The dual in t is concave; its slope is the mass that f + t stands for less that of g - t. Without this step the constant needs
// rho / eps iterations. Sejourne, Vialard, Peyre, "Faster unbalanced optimal transport: translation invariant Sinkhorn" (2022).
import type { Workspace } from "../../kernels/workspace.ts";
import type { Held, RelaxedProblem } from "./problem.ts";

/** A side's penalty as the kernels take it. */
export interface Side {
  readonly kind: number;
  readonly strength: number;
  readonly low: number;
  readonly high: number;
}

/** The kernels' constants of a side whose potentials are counted from `offset`. */
export function constants(held: Held, epsilon: number, unit: number, offset: number): Side {
  const none = { strength: 0, low: -Infinity, high: Infinity };
  if (held === "equal") return { ...none, kind: 0 };
  if (held === "atMost") return { ...none, kind: 2, high: offset };
  const scaled = (held.strength / epsilon) * Math.LOG2E;
  if (held.kind === "KL") return { ...none, kind: 1, strength: Math.min(epsilon / held.strength, 1e300) };
  if (held.kind === "TV") return { kind: 2, strength: 0, low: offset - scaled, high: offset + scaled };
  return { ...none, kind: 3, strength: Math.min(scaled * unit, 1e300) };
}

/** No exponent comes near. */
const furthest = 1e15;

/** Masses as close as this are equal: else a constant would run off to where the penalties' bounds are. */
const rounding = 1e-13;

/** Shifts below this make no difference. */
const smallest = 1e-13;

/** Returns a function that takes the best step and says whether it moved anything. */
export function startShift(problem: RelaxedProblem, workspace: Workspace): () => boolean {
  const { source, target, cost } = problem;
  const { call } = workspace;
  const [n, m] = cost.shape;
  const rows = [call["sweepA"](), call["sweepF"](), n] as const;
  const columns = [call["sweepB"](), call["sweepG"](), m] as const;
  const closed = [source, target].every((held) => held === "equal" || (held as { kind?: string }).kind === "KL");
  /** Whether the slope is 0 at one shift alone. */
  const smooth = [source, target].every((held) => held === "equal" || (held !== "atMost" && held.kind !== "TV"));
  const massless = problem.a.every((mass) => mass === 0) || problem.b.every((mass) => mass === 0);
  let width = 1;

  /** The mass that F + t stands for, less that of G - t; 0 where they differ by rounding alone. */
  const slope = (t: number): number => {
    const left = call["penaltyTotal"](0, ...rows, t);
    const right = call["penaltyTotal"](1, ...columns, -t);
    return Math.abs(left - right) > rounding * (left + right) ? left - right : 0;
  };

  /** The zero of the decreasing slope, between the shifts that bounds allow, by doubling, then between the ends. */
  function zero(): number {
    const [least, most] = reach();
    const here = slope(0);
    if (here === 0) return 0;
    const sign = here > 0 ? 1 : -1;
    const limit = sign > 0 ? most : -least;
    let inner = 0;
    let outer = Math.min(Math.max(width, smallest), limit);
    let atInner = here * sign;
    let atOuter = slope(sign * outer) * sign;
    for (let k = 0; k < 80 && outer < limit && atOuter > 0; k++) {
      inner = outer;
      atInner = atOuter;
      outer = Math.min(2 * outer, limit);
      atOuter = slope(sign * outer) * sign;
    }
    if (atOuter > 0) return sign * outer;
    // Chords, weighed so that either end moves (Illinois); a third of the steps halves, whatever the slope is like.
    for (let k = 0; k < 60 && outer - inner > 1e-3 * smallest + 1e-9 * outer; k++) {
      const chord = k % 3 === 2 || atOuter === 0 ? 0.5 : atInner / (atInner - atOuter);
      const middle = inner + (outer - inner) * Math.min(Math.max(chord, 1e-10), 1 - 1e-10);
      const value = slope(sign * middle) * sign;
      if (value === 0 && smooth) return sign * middle;
      if (value > 0) {
        inner = middle;
        atInner = value;
        atOuter /= 2;
      } else {
        outer = middle;
        atOuter = value;
        atInner /= 2;
      }
    }
    return sign * inner;
  }

  /** Shifts that break no lower bound. */
  function reach(): [number, number] {
    const down = call["penaltyReach"](0, ...rows);
    const up = call["penaltyReach"](1, ...columns);
    return [-Math.min(down, furthest), Math.min(up, furthest)];
  }
  return () => {
    if (massless || (source === "equal" && target === "equal")) return false;
    let t: number;
    if (closed) {
      const left = call["penaltyLogTotal"](0, call["sweepLogA"](), call["sweepF"](), n);
      const right = call["penaltyLogTotal"](1, call["sweepLogB"](), call["sweepG"](), m);
      t = (left - right) / (call["penaltyStrength"](0) + call["penaltyStrength"](1));
    } else {
      t = zero();
    }
    width = Math.abs(t);
    if (!(width > smallest && width < Infinity)) return false;
    call["penaltyShift"](0, ...rows, t);
    call["penaltyShift"](1, ...columns, -t);
    return true;
  };
}
