// The proof of a regularised plan: Omega is convex, so Omega(Q) >= Omega(P) + <grad Omega(P), Q - P>, and what is left is linear transport.
// With C' = C + grad Omega(P) and f_i + g_j <= C'_ij the optimum is at least <f, a> + <g, b> + Omega(P) - <grad Omega(P), P>.
//
// With entropy f is the soft c-transform of g under C'. The group lasso has no gradient at groups without mass: f and g are held to
// |max(0, f_I + g_j - C_Ij)| <= strength instead, its own dual.
import { exp2All, log2All } from "../entropic/operators/exponentials.ts";
import { dot, l1Distance, sum } from "../linalg/sum.ts";
import type { Certify, DualityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Potentials, Progress } from "../run/options.ts";
import { magnitude } from "../run/potentials.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { entropyOf, logDensity } from "./entropy.ts";
import type { Functional } from "./functional.ts";
import { groupTransform } from "./groupBound.ts";
import { classesOf } from "./groupLasso.ts";
import type { Separable } from "./kept.ts";

/** What a regularised answer claims. Matrices are row-major. */
export interface RegularisedClaim {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly C: Float64Array;
  readonly P: Float64Array;
  readonly potentials: Potentials;
  readonly functional: Functional;
  /** The group lasso without entropy; null otherwise. */
  readonly lasso: Separable | null;
  /** 0: no entropy. */
  readonly epsilon: number;
}

/** The certificate: an unpruned sweep over every pair of atoms with mass. */
export function certifyRegularised(claim: () => RegularisedClaim): Certify {
  return Object.assign(() => drain(prove(claim())), {
    async: (options: AsyncOptions = {}) => drainAsync(() => prove(claim()), options.signal),
  });
}

function* prove(claim: RegularisedClaim): Generator<Progress, DualityCertificate, void> {
  const { a, b, mass, C, P, functional, lasso, epsilon } = claim;
  const [n, m] = [a.length, b.length];
  const begin = performance.now();
  const sign = (row: number): Progress => ({
    phase: "certify",
    iteration: row,
    error: 0,
    elapsedMs: performance.now() - begin,
  });
  const G = new Float64Array(C.length);
  if (lasso === null) functional.gradient(P, G);
  else for (let k = 0; k < P.length; k++) G[k] = lasso.squares * P[k];
  const omega = functional.value(P);
  // <grad Omega(P), P>, of the part that is linearised.
  const linearised = dot(G, P);
  const offset = (lasso === null ? omega : linearised / 2) - linearised;
  for (let k = 0; k < C.length; k++) G[k] += C[k];
  yield sign(0);
  const { f, g } = claim.potentials;
  const repaired =
    epsilon > 0
      ? yield* softly(claim, G, sign)
      : lasso === null
        ? yield* firmly(claim, G, sign)
        : byGroups(claim, G, lasso);
  let entropy = 0;
  if (epsilon > 0) {
    const logs = new Float64Array(P.length);
    logDensity(P, a, b, mass, logs);
    entropy = epsilon * (entropyOf(P, logs) + mass - sum(P));
  }
  const paid = dot(P, C);
  const primal = paid + omega + entropy;
  const dual = dot(repaired.f, a) + dot(repaired.g, b) + offset;
  const gap = primal - dual;
  const size = dot(P, C.map(Math.abs)) + Math.abs(omega) + Math.abs(entropy);
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  let negative = 0;
  for (let i = 0; i < n; i++) {
    const row = P.subarray(i * m, (i + 1) * m);
    rows[i] = sum(row);
    for (let j = 0; j < m; j++) {
      columns[j] += row[j];
      if (row[j] < 0) negative -= row[j];
    }
  }
  const residual = l1Distance(rows, a) + l1Distance(columns, b) + negative;
  let infeasibility = 0;
  // Entropy turns the constraints into a term of the dual value.
  for (let i = 0; epsilon === 0 && i < n; i++)
    if (a[i] > 0) infeasibility = Math.max(infeasibility, f[i] - repaired.f[i]);
  for (let j = 0; epsilon === 0 && j < m; j++)
    if (b[j] > 0) infeasibility = Math.max(infeasibility, g[j] - repaired.g[j]);
  return {
    kind: "duality",
    problem: "regularised",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / (size > 0 ? size : magnitude(repaired.f, a) + magnitude(repaired.g, b)),
    primalResidual: mass > 0 ? residual / mass : residual,
    dualInfeasibility: infeasibility,
  };
}

type Sign = (row: number) => Progress;

/** f_i = min_j G_ij - g_j. */
function* firmly(
  { a, b, potentials: { g } }: RegularisedClaim,
  G: Float64Array,
  sign: Sign,
): Generator<Progress, Potentials, void> {
  const m = b.length;
  const f = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    let least = Infinity;
    for (let j = 0; j < m; j++) if (b[j] > 0 && G[i * m + j] - g[j] < least) least = G[i * m + j] - g[j];
    f[i] = least;
    yield sign(i);
  }
  return { f, g };
}

/** f_i = -eps log sum_j (b_j / mass) exp((g_j - G_ij) / eps). */
function* softly(
  { a, b, mass, epsilon, potentials: { g } }: RegularisedClaim,
  G: Float64Array,
  sign: Sign,
): Generator<Progress, Potentials, void> {
  const m = b.length;
  const f = new Float64Array(a.length);
  const row = new Float64Array(m);
  const total = new Float64Array(1);
  const scale = Math.LOG2E / epsilon;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    let most = -Infinity;
    for (let j = 0; j < m; j++) if (b[j] > 0 && g[j] - G[i * m + j] > most) most = g[j] - G[i * m + j];
    for (let j = 0; j < m; j++) row[j] = b[j] > 0 ? (g[j] - G[i * m + j] - most) * scale : -Infinity;
    exp2All(row);
    total[0] = dot(row, b) / mass;
    log2All(total);
    f[i] = -most - total[0] / scale;
    yield sign(i);
  }
  return { f, g };
}

/** g_j: the largest with |max(0, f_I + g_j - G_Ij)| <= strength for every class I. */
function byGroups(
  { a, b, potentials: { f } }: RegularisedClaim,
  G: Float64Array,
  { lasso, labels }: Separable,
): Potentials {
  const m = b.length;
  const rows = Int32Array.from(a.keys()).filter((i) => a[i] > 0);
  const { order, starts } = classesOf(labels as ArrayLike<number | string>, rows);
  const sorted = order.map((k) => rows[k]);
  const reduced = new Float64Array(sorted.length);
  const g = b.map((mass, j) => {
    if (mass === 0) return 0;
    for (let k = 0; k < sorted.length; k++) reduced[k] = G[sorted[k] * m + j] - f[sorted[k]];
    return groupTransform(reduced, starts, lasso);
  });
  return { f, g };
}
