// The objective as a quadratic function of the plan, E(P) = constant + <L, P> + <S(P), P> / 2, in the form that conditional gradients use.
// S is the part that compares the structures: S(P) = -(A P B^T + A^T P B) with A = h1(Cx), B = h2(Cy); what depends on the
// marginals alone is constant over couplings.
import type { Cost, CostLike } from "../cost/cost.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";

/** What a plan looks like to S: enough to go on without the plan. */
export interface Energy<Image> {
  readonly constant: number;
  /** The image of a plan, and of the product a (x) b / mass. */
  image(plan: SparseMatrix): Image;
  productImage(): Image;
  /** keep `into` + share `other`; may reuse the memory of `into`. */
  combine(into: Image, keep: number, other: Image, share: number): Image;
  /** <S(P), V> for the image of P. */
  pair(image: Image, plan: SparseMatrix): number;
  /** <S(P), a (x) b / mass>. */
  productPair(image: Image): number;
  /** <L, V>, and for the product. */
  linear(plan: SparseMatrix): number;
  productLinear(): number;
  /** The gradient L + S(P), up to constants along rows and columns, as a cost for exact transport. */
  gradient(image: Image): Gradient;
  /** Images to start from that the structures suggest. */
  seeds(): readonly Image[];
}

/** A gradient as a cost: its entries are those of the gradient plus `rows` plus `columns` (null: 0). */
export interface Gradient {
  readonly cost: CostLike;
  readonly rows: Float64Array | null;
  readonly columns: Float64Array | null;
}

/** The linear term weight M of a fused problem. */
export interface LinearTerm {
  readonly cost: Cost;
  readonly weight: number;
}

/** <weight M, V>. */
export function linearValue(term: LinearTerm | null, { rows, rowPtr, colIdx, values }: SparseMatrix): number {
  if (term === null || term.weight === 0) return 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    for (let e = rowPtr[i]; e < rowPtr[i + 1]; e++) total += values[e] * term.cost.at(i, colIdx[e]);
  }
  return term.weight * total;
}

/** <weight M, a (x) b / mass>. */
export function linearOfProduct(term: LinearTerm | null, a: Float64Array, b: Float64Array, mass: number): number {
  if (term === null || term.weight === 0 || mass === 0) return 0;
  const paid = term.cost.apply(b, 0);
  return (term.weight * paid.reduce((total, value, i) => total + a[i] * value, 0)) / mass;
}
