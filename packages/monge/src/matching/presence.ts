// What other views say about an ellipsoid being seen in this one: the logarithm of how much likelier, counted over the views themselves.
//
// For views u and v, P(seen in v | seen in u) / P(seen in v) over the ellipsoids inside both pictures, drawn towards 1 by a prior count: 1
// where views lose ellipsoids independently, above it where some ellipsoids are never seen.

/** One view's say: 1 seen with certainty, -1 inside the picture and not seen, 0 nothing to say. */
export type Sighting = Int8Array;

/** What all others together may add, in nats. */
const most = 1.5;
/** The weight of independence, in ellipsoids. */
const prior = 4;

/** The nats that the pairs of each ellipsoid gain in view `v`. */
export function presenceIn(sightings: readonly Sighting[], v: number): Float64Array {
  const own = sightings[v];
  const out = new Float64Array(own.length);
  for (const [u, other] of sightings.entries()) {
    if (u === v) continue;
    const counts = { seen: [0, 0], unseen: [0, 0] };
    for (let i = 0; i < own.length; i++) {
      if (own[i] === 0 || other[i] === 0) continue;
      const row = other[i] > 0 ? counts.seen : counts.unseen;
      row[own[i] > 0 ? 0 : 1]++;
    }
    const total = counts.seen[0] + counts.seen[1] + counts.unseen[0] + counts.unseen[1];
    const base = (counts.seen[0] + counts.unseen[0] + 1) / (total + 2);
    const lift = ([hit, missed]: readonly number[]): number =>
      Math.log((hit + prior * base) / ((hit + missed + prior) * base));
    const [up, down] = [lift(counts.seen), lift(counts.unseen)];
    for (let i = 0; i < own.length; i++) if (other[i] !== 0) out[i] += other[i] > 0 ? up : down;
  }
  return out.map((value) => Math.max(-most, Math.min(most, value)));
}
