// The axis along which points spread most: argmax_k (max_i x_ik - min_i x_ik), the first of equals.
// Where trees of points split (Bentley 1975).

/** Of the points order[begin .. end), whose d coordinates stand in `points` one after the other. */
export function widestAxis(
  points: ArrayLike<number>,
  d: number,
  order: ArrayLike<number>,
  begin: number,
  end: number,
): number {
  let axis = 0;
  let widest = -1;
  for (let k = 0; k < d; k++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = begin; i < end; i++) {
      const value = points[order[i] * d + k];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > widest) {
      widest = high - low;
      axis = k;
    }
  }
  return axis;
}
