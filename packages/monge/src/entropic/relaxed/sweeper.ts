// A sweeper whose marginals are held by penalties: after each pair of updates it also moves constants between the potentials.
//
// F = f log2(e) / eps + alpha and G = g log2(e) / eps + beta, where alpha + beta = log2 of the unit of the masses, plus lambda.
import { OtError } from "../../errors/otError.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import type { Potentials } from "../../run/options.ts";
import { type Sweeper, startSweeper } from "../operators/sweeper.ts";
import type { RelaxedProblem } from "./problem.ts";
import { constants, type Side, startShift } from "./shift.ts";
import { startRelaxedSums } from "./sums.ts";

/** Entries may be left out of iterations if they weigh this share of what they may where marginals are met: rows may hold little. */
const share = 1e-4;

/** A sweeper whose state between iterations is G alone. */
export interface RelaxedSweeper extends Sweeper {
  /** Whether a mass is prescribed and found by a multiplier. */
  readonly fills: boolean;
  /** A copy of G; where the mass is prescribed, of G without the multiplier, which follows from it. */
  state(): Float64Array;
  /** Sets the same, within bounds. */
  setState(state: Float64Array): void;
}

/** Kernels cut exponentials at 2^1020: heavier plans, relative to the masses, would not be seen as such. */
const heaviest = 1e250;

/** A prescribed mass that is right to this share of the error is right enough. */
const settled = 0.1;

/** Copies a problem into a workspace. */
export function startRelaxedSweeper(problem: RelaxedProblem, workspace: Workspace): RelaxedSweeper {
  const { cost, a, b, source, target, partial, unit, exponent, size } = problem;
  const [n, m] = cost.shape;
  const masses = { cost, a, b, mass: unit, massAdjustment: 1, warmStart: null };
  const base = startRelaxedSums(masses, workspace) ?? startSweeper(masses, workspace);
  const { call } = workspace;
  const hard = workspace.alloc(n * 8);
  const filling = partial !== null && source === "atMost" && target === "atMost";
  const alpha = filling ? 0 : exponent / 2;
  /** log2 of the unit, and lambda in the scaled unit: together the offset of G. */
  const rest = exponent - alpha;
  const toSize = size > 0 ? unit / size : 1;
  let beta = rest;
  let scale = 0;
  const F = (): Float64Array => workspace.f64(call["sweepF"](), n);
  const G = (): Float64Array => workspace.f64(call["sweepG"](), m);
  const epsilonOf = (): number => Math.LOG2E / scale;
  const rowPenalty = (side: Side): void => {
    call["penaltyRows"](side.kind, side.strength, side.low, side.high, alpha, hard);
  };
  const penalties = (): void => {
    rowPenalty(constants(source, epsilonOf(), unit, alpha));
    const side = constants(target, epsilonOf(), unit, beta);
    call["penaltyColumns"](side.kind, side.strength, side.low, side.high, beta);
    call["penaltyFill"](filling ? (partial as number) / unit : 0);
  };
  const soften = (): void => {
    workspace.f64(hard, n).set(F());
  };
  const shift = filling ? () => false : startShift(problem, workspace);
  const clear = (): void => {
    // A multiplier that is to be found starts where the plan has the size of the masses.
    beta = filling ? 0 : rest;
    F().fill(alpha);
    G().fill(beta);
    penalties();
    soften();
  };
  const moveG = (by: number): void => {
    const values = G();
    for (let j = 0; j < m; j++) values[j] += by;
  };
  /** Moves a constant from the multiplier to F: nothing changes but from where potentials count. */
  const lift = (by: number): void => {
    call["penaltyShift"](0, call["sweepA"](), call["sweepF"](), n, by);
    moveG(-by);
    beta -= by;
    penalties();
    if (base.keeping()) call["keepColumns"](0);
  };
  return {
    ...base,
    setEpsilon(epsilon) {
      const before = scale;
      base.setEpsilon(epsilon);
      scale = Math.LOG2E / epsilon;
      if (before === 0) return clear();
      const ratio = scale / before;
      const values = F();
      for (let i = 0; i < n; i++) values[i] += alpha * (1 - ratio);
      const next = filling ? beta * ratio : rest + (beta - rest) * ratio;
      moveG(next - beta * ratio);
      beta = next;
      penalties();
      soften();
    },
    setPotentials({ f, g, lambda = 0 }) {
      beta = rest + lambda * scale;
      const left = F();
      const right = G();
      for (let i = 0; i < n; i++) left[i] = f[i] * scale + alpha;
      for (let j = 0; j < m; j++) right[j] = g[j] * scale + beta;
      penalties();
      call["penaltyShift"](0, call["sweepA"](), call["sweepF"](), n, 0);
      call["penaltyShift"](1, call["sweepB"](), call["sweepG"](), m, 0);
      soften();
    },
    centre: () => false,
    fills: filling,
    state: () => (filling ? G().map((value) => value - beta) : G().slice()),
    setState(values) {
      G().set(filling ? values.map((value) => value + beta) : values);
      call["penaltyShift"](1, call["sweepB"](), call["sweepG"](), m, 0);
      if (base.keeping()) call["keepColumns"](0);
    },
    clear,
    potentials(): Potentials {
      const f = F().map((value) => (value - alpha) / scale);
      const g = G().map((value) => (value - beta) / scale);
      return partial === null ? { f, g } : { f, g, lambda: (beta - rest) / scale };
    },
    *keep(least) {
      return yield* base.keep((least * share) / toSize);
    },
    *rows(omega) {
      let error = yield* base.rows(omega);
      if (filling && !(call["sweepMoved"]() > 1e-200)) {
        // Nothing would move: the rows are filled to their masses once, and the columns find the mass from there.
        base.drop();
        call["penaltyRows"](2, 0, -Infinity, Infinity, alpha, hard);
        yield* base.rows(1);
        rowPenalty(constants(source, epsilonOf(), unit, alpha));
        error = Infinity;
      }
      if (filling) {
        const held = Math.abs(call["penaltyHeld"](call["sweepA"](), n) - (partial as number) / unit);
        if (!(held <= settled * error)) {
          // With the mass right for these rows: the multiplier is found for F and for G in turn.
          const bound = call["penaltyFillRows"](call["sweepA"](), n);
          if (bound === Infinity) throw tooLittle(partial as number);
          call["penaltyRows"](2, 0, -Infinity, bound, bound, hard);
          const values = F();
          for (let i = 0; i < n; i++) if (values[i] >= alpha) values[i] = bound;
          error = yield* base.rows(1);
          rowPenalty(constants(source, epsilonOf(), unit, alpha));
          lift(alpha - bound);
        }
        error += missing(call["sweepMoved"]());
      }
      if ((error < Infinity && call["sweepMoved"]() < heaviest) || filling) return error * toSize;
      base.drop();
      return Infinity;
    },
    *columns(omega, which = "filled") {
      yield* base.columns(omega, which);
      if (which === "empty") return;
      if (filling) beta = call["penaltyBound"]();
      if (shift() && base.keeping()) call["keepColumns"](0);
    },
    *measure() {
      const measured = yield* base.measure();
      const error = measured.error + (filling ? missing(call["sweepMoved"]()) : 0);
      const finite = error < Infinity && call["sweepMoved"]() < heaviest && measured.transportCost < Infinity;
      return { ...measured, error: finite ? error * toSize : Infinity };
    },
  };

  function missing(moved: number): number {
    return Math.abs(moved - (partial as number) / unit);
  }
}

function tooLittle(mass: number): OtError {
  return new OtError("Infeasible", `Less than ${mass} can move: too many pairs are forbidden.`, {
    argument: "options.partial",
    seen: mass,
    cure: "Move less, or allow more pairs.",
  });
}

/** The error for plans out of range. */
export function tooHeavy(): OtError {
  return new OtError("InvalidValue", "The best plan weighs more than floating point can hold.", {
    argument: "options.unbalanced",
    cure: "Costs below 0 reward mass: raise epsilon or the strengths, or add a constant to the cost.",
  });
}
