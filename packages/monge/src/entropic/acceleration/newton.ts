// Newton's method on the semi-dual, by conjugate gradients over the kept entries.
//
// With F eliminated by exact rows the dual is concave in G, with gradient b (1 - c) and Hessian -(diag(b c) - P^T diag(1 / a) P).
// Brauer, Clason, Lorenz, Wirth, "A Sinkhorn-Newton method for entropic optimal transport" (2017).
import { difference } from "../../linalg/sum.ts";
import type { Inside, Sweeper } from "../operators/sweeper.ts";
import { buildFactor, odds } from "./graphFactor.ts";

/** Steps of Newton's method. */
export interface Newton {
  /**
   * From exact rows of this error to exact rows further on; yields after each pass over the entries. Answers with the error, or with null where
   * there was no step: then a column update was done instead, and the rows are not exact.
   */
  step(error: number, goal: number): Generator<void, number | null, void>;
}

/** The residual that is left of a system: this share of the gradient, or the root of the error if that is less (Eisenstat, Walker 1996). */
const forcing = 0.1;
/** A residual within this many tolerances is brought below the tolerance at once: a step more would begin with as many products again. */
const close = 100;
const mostProducts = 400;
/**
 * Products in one step beyond which a factor of the plan's graph is built, from then on in every step: about what it costs, some passes over the entries
 * and, an edge, what this many entries cost. At once where every entry is an edge, late where all entries are kept: a sparse graph is no image of them.
 */
const slow = { passes: 4, edge: 150, most: 48 };
/** Column sums that are off by more get a column update first: beyond, the quadratic model says little. */
const rough = 0.5;
/**
 * The largest change of a potential in one step, and in all steps before entries are kept anew, in the unit of epsilon: entries that were left out
 * as too small may be so no longer.
 */
const longest = 8;
const furthest = 6;
/** The same where all entries are kept: those below the range of single precision are kept as 0. A pair changes by twice as much at most. */
const furthestOfAll = 24;
/** The slope of the dual is this share of that at the start of a step, or more: the step was far too short, parts of the plan have not met yet. */
const straight = 0.9;
const mostDoublings = 40;
/** Steps are shortened until the slope along them is above minus this share of the slope at their start. */
const overshoot = 0.5;
const mostCuts = 12;
/**
 * Damping (Levenberg 1944) as a share of the error: where entries of next to no mass are all that joins parts of the plan, potentials would
 * move by more than the quadratic model bears.
 */
const damp = 0.1;
/** A factor is built anew when the damping has fallen by this. */
const stale = 1e-2;
/** Curvature below this share of that of the diagonal is rounding's: parts of the plan that no entry joins. */
const flat = 1e-15;

/** Starts on the inside of a sweeper. */
export function startNewton(sweeper: Sweeper, inside: Inside): Newton {
  const { workspace, width, n, m } = inside;
  const { call } = workspace;
  const names = ["p", "y", "r", "z", "d"] as const;
  const at = { p: 0, y: 0, r: 0, z: 0, d: 0 };
  let prepared = -1;
  let gone = 0;
  let mark = 0;
  let factor: "none" | "built" | "refused" = "none";
  let factorDamping = 0;
  let worthwhile = false;

  /** Arrays behind the entries, new whenever entries are. */
  function prepare(): void {
    if (prepared === inside.keeps()) return;
    prepared = inside.keeps();
    gone = 0;
    call["newtonInit"](workspace.alloc(call["newtonDoubles"]() * 8));
    for (const name of names) at[name] = workspace.alloc(width * 8);
    mark = workspace.mark();
    factor = "none";
  }
  /** Leaves an approximate solution of H d = b (1 - c) in d; false where there is none. */
  function* solve(error: number, goal: number): Generator<void, boolean, void> {
    const damping = damp * error;
    call["newtonBegin"](damping);
    if (factor === "built" && damping < factorDamping * stale) factor = "none";
    const { p, y, r, z, d } = at;
    /** z and <r, z>, from a factor where one is wanted. */
    const precondition = (): number => {
      if (factor === "none" && (worthwhile || inside.kept() <= odds * (n + m))) {
        workspace.release(mark);
        factor = buildFactor(workspace, damping) ? "built" : "refused";
        factorDamping = damping;
      }
      return call["newtonPrecondition"](r, z, factor === "built" ? 1 : 0);
    };
    const worth = slow.passes + (slow.edge * odds * (n + m)) / inside.kept();
    const patience = sweeper.keptAll() ? slow.most : Math.min(slow.most, worth);
    call["newtonGradient"](r, d);
    let rz = precondition();
    call["newtonDirection"](0, z, p);
    const wanted = Math.min(forcing, Math.sqrt(error)) * error;
    const enough = wanted < close * goal ? goal / 4 : wanted;
    for (let k = 0; k < mostProducts; k++) {
      call["newtonProduct"](p, y);
      yield;
      const curvature = call["newtonCurvature"]();
      if (!(rz > 0 && curvature > flat * call["newtonScale"]())) return k > 0;
      if (call["newtonAdvance"](rz / curvature, p, y, d, r) <= enough) return true;
      if (k >= patience) worthwhile = true;
      const before = factor;
      const next = precondition();
      // Directions from before a factor are not conjugate under it.
      call["newtonDirection"](factor === before ? next / rz : 0, z, p);
      rz = next;
    }
    return true;
  }
  /** Doubles a step from `from` while the dual rises as steeply as at its start, in passes over all entries; returns the error where it ends. */
  function* goOn(from: Float64Array, step: number, slope: number, error: number): Generator<void, number, void> {
    const d = workspace.f64(at.d, m).slice();
    sweeper.drop();
    let reached = error;
    let t = step;
    for (let doubling = 0; doubling < mostDoublings; doubling++) {
      advance(inside.G(), from, 2 * t, d);
      const further = yield* sweeper.rows(1);
      yield;
      const after = call["newtonSlope"](at.d);
      if (!(after >= -overshoot * slope)) {
        advance(inside.G(), from, t, d);
        reached = yield* sweeper.rows(1);
        yield;
        break;
      }
      reached = further;
      t *= 2;
      if (!(after > straight * slope)) break;
    }
    return reached;
  }
  return {
    *step(error, goal) {
      let present = error;
      prepare();
      if (furthestOff(inside.b(), inside.c()) > rough) {
        const before = inside.G().slice();
        yield* sweeper.columns(1);
        gone += largest(difference(inside.G(), before)) / Math.LOG2E;
        present = yield* sweeper.rows(1);
        yield;
        if (!sweeper.keeping()) return present;
      }
      const solved = yield* solve(present, goal);
      const before = call["newtonSlope"](at.d);
      if (!(solved && before > 0 && before < Infinity)) {
        yield* sweeper.columns(1);
        return null;
      }
      const G = inside.G().slice();
      const size = largest(workspace.f64(at.d, m));
      let t = Math.min(1, longest / size);
      for (let cut = 0; cut < mostCuts; cut++) {
        advance(inside.G(), G, t * Math.LOG2E, workspace.f64(at.d, m));
        inside.moved();
        const reached = yield* sweeper.rows(1);
        yield;
        const after = call["newtonSlope"](at.d);
        if (after >= -overshoot * before) {
          gone += t * size;
          if (after > straight * before && t * size >= longest / 2) return yield* goOn(G, t, before, reached);
          if (gone > (sweeper.keptAll() ? furthestOfAll : furthest)) sweeper.drop();
          return reached;
        }
        t *= after > -Infinity ? Math.max(0.1, Math.min(0.5, before / (before - after))) : 0.1;
      }
      inside.G().set(G);
      inside.moved();
      yield* sweeper.rows(1);
      yield* sweeper.columns(1);
      return null;
    },
  };
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]));
  return most;
}

/** The largest |c_j - 1| of a column with mass. */
function furthestOff(b: Float64Array, c: Float64Array): number {
  let off = 0;
  for (let j = 0; j < b.length; j++) if (b[j] > 0) off = Math.max(off, Math.abs(c[j] - 1));
  return off;
}

/** G = from + t d. */
function advance(G: Float64Array, from: Float64Array, t: number, d: Float64Array): void {
  for (let j = 0; j < d.length; j++) G[j] = from[j] + t * d[j];
}
