// Divergences between histograms on the same cells: D_phi(p | q) = sum q phi(p / q), and what is made of them.
// Csiszar (1967), Ali and Silvey (1966). Nothing moves: cells are compared each with itself, however near their neighbours are.
import { OtError } from "../errors/otError.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights } from "../measure/weights.ts";

/**
 * - `"kl"` sum p ln(p / q), `"reverseKl"` with the two exchanged, `"jeffreys"` their sum;
 * - `"js"` (KL(p | m) + KL(q | m)) / 2 with m = (p + q) / 2, at most ln 2; its root is a metric;
 * - `"hellinger"` the distance (1 - sum sqrt(p q))^1/2, at most 1;
 * - `"tv"` sum |p - q| / 2, at most 1;
 * - `"chi2"` sum (p - q)^2 / q.
 */
export type DivergenceName = "kl" | "reverseKl" | "jeffreys" | "js" | "hellinger" | "tv" | "chi2";

/** p ln(p / q), with 0 ln 0 = 0. */
function relative(p: number, q: number): number {
  return p === 0 ? 0 : q === 0 ? Infinity : p * Math.log(p / q);
}

const terms: Readonly<Record<DivergenceName, (p: number, q: number) => number>> = {
  kl: relative,
  reverseKl: (p, q) => relative(q, p),
  jeffreys: (p, q) => relative(p, q) + relative(q, p),
  js: (p, q) => (relative(p, (p + q) / 2) + relative(q, (p + q) / 2)) / 2,
  hellinger: (p, q) => (Math.sqrt(p) - Math.sqrt(q)) ** 2 / 2,
  tv: (p, q) => Math.abs(p - q) / 2,
  chi2: (p, q) => (p === q ? 0 : q === 0 ? Infinity : (p - q) ** 2 / q),
};

/** The names that {@link DivergenceName} knows. */
export const divergenceNames = Object.keys(terms) as readonly DivergenceName[];

/**
 * The divergence of the histogram `p` from the histogram `q` on the same cells, both taken as shares of their mass. Infinity where one has
 * mass in a cell in which the other, which the formula divides by, has none.
 *
 * @param phi a name, or a convex function with phi(1) = 0: sum q phi(p / q) over the cells in which q has mass, and p lim phi(t) / t at
 * infinity, as `slope`, over the others
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`.
 */
export function fDivergence(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  phi: DivergenceName | { readonly phi: (t: number) => number; readonly slope: number },
): number {
  const left = shares(p, p?.length ?? 0, "p");
  const right = shares(q, left.length, "q");
  const term = typeof phi === "string" ? terms[phi] : termOf(phi);
  if (term === undefined) {
    throw new OtError("InvalidValue", `There is no divergence ${JSON.stringify(phi)}.`, {
      argument: "phi",
      seen: phi,
      cure: `Use one of ${divergenceNames.join(", ")}, or { phi, slope }.`,
    });
  }
  const values = left.map((mass, k) => term(mass, right[k]));
  const total = values.includes(Infinity) ? Infinity : Math.max(0, sum(values));
  return phi === "hellinger" ? Math.sqrt(total) : total;
}

function termOf({
  phi,
  slope,
}: {
  readonly phi: (t: number) => number;
  readonly slope: number;
}): (p: number, q: number) => number {
  return (p, q) => (q > 0 ? q * phi(p / q) : p === 0 ? 0 : p * slope);
}

function shares(weights: ArrayLike<number>, length: number, argument: string): Float64Array {
  const read = readWeights(weights, length, argument);
  const total = sum(read);
  if (total > 0) return read.map((weight) => weight / total);
  throw new OtError("InvalidValue", `${argument} has no mass.`, {
    argument,
    seen: total,
    cure: "Pass a histogram with at least one positive weight.",
  });
}
