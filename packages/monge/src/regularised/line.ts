// The step along a direction in which a convex function falls: a root of its derivative, by the false position method (Illinois).

/**
 * A point t of (0, most] at which phi'(t) is at most a tenth of |phi'(0)|; `most` where phi falls all the way. For a quadratic
 * function the second evaluation is exact. `slope` is called last at the t that is returned.
 */
export function lineStep(slope: (t: number) => number, initial: number, most: number): number {
  let right = slope(most);
  if (!(right > 0)) return most;
  let [low, high] = [0, most];
  let left = initial;
  let side = 0;
  let t = most;
  for (let tries = 0; tries < 30; tries++) {
    t = low + ((high - low) * left) / (left - right);
    const value = slope(t);
    if (!(Math.abs(value) > 0.1 * Math.abs(initial)) || !(t > low && t < high)) break;
    if (value < 0) {
      low = t;
      left = value;
      if (side === -1) right /= 2;
      side = -1;
    } else {
      high = t;
      right = value;
      if (side === 1) left /= 2;
      side = 1;
    }
  }
  return t;
}
