// The plans that conditional gradients have found, and the weights with which they make up the present one.
import type { Functional, SparseEntries } from "./functional.ts";
import { lineStep } from "./line.ts";
import { reweigh } from "./weights.ts";

/** A plan that was found, and what it is known by. */
interface Atom extends SparseEntries {
  /** <V, C>. */
  readonly cost: number;
  readonly features: Float64Array;
  /** The metric of the features. */
  readonly weighed: Float64Array;
}

/** The plans and their weights. */
export interface Atoms {
  /** Takes a plan in, at weight 0 (the first: 1). */
  add(plan: SparseEntries): void;
  /** Quadratic functions: the best weights of all plans. */
  reweigh(): void;
  /**
   * Other functions: mass goes from the plan that is worst under the gradient G, which is updated, to the best one; to the one added
   * last where `toLast`. Returns false where the two differ by no more than `enough`.
   */
  exchange(P: Float64Array, G: Float64Array, enough: number, toLast: boolean): boolean;
  /** Quadratic functions: Omega of the sum of the plans, and its gradient into `out`. */
  linearise(out: Float64Array): number;
  /** Forgets plans of weight 0 and writes the sum of the others into P. */
  compose(P: Float64Array): void;
}

/** No plans yet, of n x m problems with the cost C, row-major. */
export function makeAtoms(C: Float64Array, m: number, functional: Functional): Atoms {
  const { quadratic } = functional;
  const none = new Float64Array(0);
  const slope = new Float64Array(quadratic === undefined ? C.length : 0);
  let atoms: Atom[] = [];
  let H: Float64Array[] = [];
  let w = new Float64Array(0);

  function under(plan: SparseEntries, G: Float64Array): number {
    let total = 0;
    for (let k = 0; k < plan.mass.length; k++) total += plan.mass[k] * G[plan.i[k] * m + plan.j[k]];
    return total;
  }
  function move(P: Float64Array, plan: SparseEntries, share: number): void {
    for (let k = 0; k < plan.mass.length; k++) P[plan.i[k] * m + plan.j[k]] += share * plan.mass[k];
  }
  return {
    add(plan) {
      const features = quadratic?.features(plan) ?? none;
      const atom = { ...plan, cost: under(plan, C), features, weighed: quadratic?.metric(features) ?? none };
      atoms.push(atom);
      w = Float64Array.of(...w, atoms.length === 1 ? 1 : 0);
      if (quadratic === undefined) return;
      const row = Float64Array.from(atoms, (other) => 2 * product(other.features, atom.weighed));
      H = [...H.map((values, k) => Float64Array.of(...values, row[k])), row];
    },
    reweigh: () =>
      reweigh(
        H,
        Float64Array.from(atoms, ({ cost }) => cost),
        w,
        atoms.length - 1,
      ),
    linearise(out) {
      const features = new Float64Array(atoms[0].features.length);
      const weighed = new Float64Array(features.length);
      for (let k = 0; k < atoms.length; k++) {
        for (let c = 0; c < features.length; c++) {
          features[c] += w[k] * atoms[k].features[c];
          weighed[c] += w[k] * atoms[k].weighed[c];
        }
      }
      quadratic?.gradient(weighed, out);
      return product(features, weighed);
    },
    exchange(P, G, enough, toLast) {
      const values = atoms.map((atom) => under(atom, G));
      let best = toLast ? atoms.length - 1 : 0;
      let worst = -1;
      for (let k = 0; k < atoms.length; k++) {
        if (!toLast && values[k] < values[best]) best = k;
        if (w[k] > 0 && (worst < 0 || values[k] > values[worst])) worst = k;
      }
      const initial = values[best] - values[worst];
      if (!(initial < -enough)) return false;
      let at = 0;
      const slopeAt = (t: number): number => {
        move(P, atoms[worst], at - t);
        move(P, atoms[best], t - at);
        at = t;
        functional.gradient(P, slope);
        return atoms[best].cost + under(atoms[best], slope) - atoms[worst].cost - under(atoms[worst], slope);
      };
      const t = lineStep(slopeAt, initial, w[worst]);
      w[best] += t;
      w[worst] = t === w[worst] ? 0 : w[worst] - t;
      this.compose(P);
      functional.gradient(P, slope);
      for (let k = 0; k < G.length; k++) G[k] = C[k] + slope[k];
      return true;
    },
    compose(P) {
      const live = Array.from(w.keys()).filter((k) => w[k] > 0);
      if (live.length < atoms.length) {
        atoms = live.map((k) => atoms[k]);
        H = live.map((k) => Float64Array.from(live, (l) => H[k]?.[l]));
        w = Float64Array.from(live, (k) => w[k]);
      }
      P.fill(0);
      for (let k = 0; k < atoms.length; k++) move(P, atoms[k], w[k]);
    },
  };
}

function product(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k] * y[k];
  return total;
}
