// A convex function of the plan, by its value and its gradient: what conditional gradients need to know of a regulariser.

/** A function Omega of the n x m plan, held row-major. */
export interface Functional {
  /** Omega(P). */
  value(P: Float64Array): number;
  /** Writes the gradient of Omega at P into `out`, all n m of it. */
  gradient(P: Float64Array, out: Float64Array): void;
  /** Where Omega is the square of affine features: the geometry in which weights of plans are chosen exactly. */
  readonly quadratic?: Quadratic;
}

/** A plan by its entries. */
export interface SparseEntries {
  readonly i: ArrayLike<number>;
  readonly j: ArrayLike<number>;
  readonly mass: ArrayLike<number>;
}

/** A quadratic function as a square of few features, which are affine in the plan. */
export interface Quadratic {
  /** The features of a plan. */
  features(plan: SparseEntries): Float64Array;
  /** Omega's bilinear form times the features: Omega = <features, metric(features)>. */
  metric(features: Float64Array): Float64Array;
  /** Writes the gradient of Omega, whose features have this metric, into `out`. */
  gradient(weighed: Float64Array, out: Float64Array): void;
}
