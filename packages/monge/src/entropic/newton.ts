// Newton's method on the semi-dual, by conjugate gradients over the kept entries.
//
// With F eliminated by exact rows the dual is concave in G, with gradient b (1 - c) and Hessian -(diag(b c) - P^T diag(1 / a) P).
// Brauer, Clason, Lorenz, Wirth, "A Sinkhorn-Newton method for entropic optimal transport" (2017).
import { buildFactor, odds } from "./graphFactor.ts";
import type { Inside, Sweeper } from "./sweeper.ts";

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
const mostProducts = 400;
/** Products in one step beyond which a factor of the plan's graph is built, from then on in every step; at once where every entry is an edge. */
const slow = 24;
/** Column sums that are off by more get a column update first: beyond, the quadratic model says little. */
const rough = 0.5;
/**
 * The largest change of a potential in one step, and in all steps before entries are kept anew, in the unit of epsilon: entries that were left out
 * as too small may be so no longer.
 */
const longest = 8;
const furthest = 6;
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
  let wanted = false;

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
  const slope = (d: Float64Array): number => {
    const b = inside.b();
    const c = inside.c();
    let total = 0;
    for (let j = 0; j < m; j++) total += b[j] * (1 - c[j]) * d[j];
    return total;
  };

  /** Leaves an approximate solution of H d = b (1 - c) in d; false where there is none. */
  function* solve(error: number, goal: number): Generator<void, boolean, void> {
    call["newtonBegin"]();
    const damping = damp * error;
    if (factor === "built" && damping < factorDamping * stale) factor = "none";
    /** Builds a factor where one is wanted; views of the memory go stale. */
    const build = (): boolean => {
      if (factor !== "none" || !(wanted || inside.kept() <= odds * (n + m))) return false;
      workspace.release(mark);
      factor = buildFactor(workspace, damping) ? "built" : "refused";
      factorDamping = damping;
      return true;
    };
    build();
    let [p, y, r, z, d] = names.map((name) => workspace.f64(at[name], width));
    const b = inside.b();
    const c = inside.c();
    let diagonal = workspace.f64(call["newtonDiagonal"](), width);
    let weight = 0;
    for (let j = 0; j < m; j++) weight += diagonal[j];
    for (let j = 0; j < width; j++) r[j] = b[j] * (1 - c[j]);
    d.fill(0);
    /** z from r, both without the constant that H does not see. */
    const precondition = (): void => {
      let excess = 0;
      for (let j = 0; j < m; j++) excess += r[j];
      for (let j = 0; j < m; j++) r[j] -= (excess / weight) * diagonal[j];
      if (factor === "built") call["factorSolve"](at.r, at.z);
      else for (let j = 0; j < width; j++) z[j] = diagonal[j] > 0 ? r[j] / diagonal[j] : 0;
      let mean = 0;
      for (let j = 0; j < m; j++) mean += diagonal[j] * z[j];
      mean /= weight;
      for (let j = 0; j < m; j++) z[j] -= mean;
    };
    precondition();
    p.set(z);
    let rz = dot(r, z);
    const enough = Math.max(Math.min(forcing, Math.sqrt(error)) * error, goal / 4);
    for (let k = 0; k < mostProducts; k++) {
      call["newtonProduct"](at.p, at.y);
      yield;
      let scale = 0;
      for (let j = 0; j < m; j++) {
        y[j] += damping * diagonal[j] * p[j];
        scale += diagonal[j] * p[j] * p[j];
      }
      const curvature = dot(p, y);
      if (!(rz > 0 && curvature > flat * scale)) return k > 0;
      const alpha = rz / curvature;
      let left = 0;
      for (let j = 0; j < m; j++) {
        d[j] += alpha * p[j];
        r[j] -= alpha * y[j];
        left += Math.abs(r[j]);
      }
      if (left <= enough) return true;
      if (k === slow) wanted = true;
      const anew = build();
      if (anew) {
        [p, y, r, z, d] = names.map((name) => workspace.f64(at[name], width));
        diagonal = workspace.f64(call["newtonDiagonal"](), width);
      }
      precondition();
      const next = dot(r, z);
      // Directions from before a factor are not conjugate under it.
      const beta = anew ? 0 : next / rz;
      rz = next;
      for (let j = 0; j < m; j++) p[j] = z[j] + beta * p[j];
    }
    return true;
  }
  return {
    *step(error, goal) {
      const b = inside.b();
      const c = inside.c();
      let off = 0;
      for (let j = 0; j < m; j++) if (b[j] > 0) off = Math.max(off, Math.abs(c[j] - 1));
      let present = error;
      prepare();
      if (off > rough) {
        const before = inside.G().slice();
        yield* sweeper.columns(1);
        gone += inside.G().reduce((most, value, j) => Math.max(most, Math.abs(value - before[j])), 0) / Math.LOG2E;
        present = yield* sweeper.rows(1);
        yield;
        if (!sweeper.keeping()) return present;
      }
      const solved = yield* solve(present, goal);
      const d = workspace.f64(at.d, m).slice();
      const before = slope(d);
      if (!(solved && before > 0 && before < Infinity)) {
        yield* sweeper.columns(1);
        return null;
      }
      const G = inside.G().slice();
      const size = d.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      let t = Math.min(1, longest / size);
      for (let cut = 0; cut < mostCuts; cut++) {
        const now = inside.G();
        for (let j = 0; j < m; j++) now[j] = G[j] + t * Math.LOG2E * d[j];
        inside.moved();
        const reached = yield* sweeper.rows(1);
        yield;
        const after = slope(d);
        if (after >= -overshoot * before) {
          gone += t * size;
          if (gone > furthest && !sweeper.keptAll()) sweeper.drop();
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

function dot(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k] * y[k];
  return total;
}
