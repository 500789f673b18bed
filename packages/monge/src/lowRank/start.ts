// Where the descent starts: hubs at pairs that an exact plan of a sample matches, atoms with the hub whose costs are most like theirs.
import type { Cost } from "../cost/cost.ts";
import { emd } from "../exact/emd.ts";
import { random } from "../linalg/random.ts";
import type { Factors, Sides } from "./projection.ts";

/** Atoms of either side that the sample holds, unless the rank asks for more. */
const sampled = 256;
/** Share of an atom's mass that starts at its hub; the rest is spread, so that every hub can be reached. */
const settled = 0.75;

/** Factors near a good plan; their sums are those of the rows only. The same for the same seed. */
export function startFactors(cost: Cost, { a, b }: Sides, rank: number, seed: number): Factors {
  const { uniform } = random(seed);
  const size = Math.max(sampled, 4 * rank);
  const rows = sampleByMass(a, size, uniform());
  const columns = sampleByMass(b, size, uniform());
  const entries = rows.map((i) => Array.from(columns, (j) => cost.at(i, j)));
  const pairs = [...emd(null, null, entries).plan.entries()].map(([k, l]) => [rows[k], columns[l]] as const);
  const hubs = spread(cost, pairs, rank);
  const sources = hubs.map(([i]) => i);
  const targets = hubs.map(([, j]) => j);
  const g = new Float64Array(rank).fill(1 / rank);
  return {
    Q: assigned(a, rank, (i, k) => cost.at(i, targets[k]), sources),
    R: assigned(b, rank, (j, k) => cost.at(sources[k], j), targets),
    g,
  };
}

/** At most `count` atoms, or all that have mass; one for each share of the mass: systematic sampling from an offset in [0, 1). */
function sampleByMass(p: Float64Array, count: number, offset: number): number[] {
  const filled = [...p.keys()].filter((i) => p[i] > 0);
  if (filled.length <= count) return filled;
  const found: number[] = [];
  let total = 0;
  let next = offset / count;
  for (const i of filled) {
    total += p[i];
    if (!(total > next)) continue;
    found.push(i);
    while (next < total) next += 1 / count;
  }
  return found;
}

/** Pairs far from each other: each next one is the worst served by those chosen, as seen by what exchanging partners would cost. */
function spread(
  cost: Cost,
  pairs: readonly (readonly [number, number])[],
  rank: number,
): (readonly [number, number])[] {
  const chosen = [pairs[0]];
  const distance = pairs.map(() => Infinity);
  while (chosen.length < rank) {
    const [i, j] = chosen[chosen.length - 1];
    let farthest = 0;
    for (let k = 0; k < pairs.length; k++) {
      const [p, q] = pairs[k];
      const exchange = cost.at(p, j) + cost.at(i, q) - cost.at(p, q) - cost.at(i, j);
      distance[k] = Math.min(distance[k], exchange);
      if (distance[k] > distance[farthest]) farthest = k;
    }
    chosen.push(pairs[farthest]);
  }
  return chosen;
}

/** Each atom with the hub whose costs to all hubs of the other side are most like its own. */
function assigned(
  p: Float64Array,
  rank: number,
  costTo: (atom: number, hub: number) => number,
  hubs: readonly number[],
): Float64Array {
  const profiles = hubs.map((atom) => hubs.map((_, k) => costTo(atom, k)));
  const out = new Float64Array(p.length * rank);
  const own = new Float64Array(rank);
  for (let i = 0; i < p.length; i++) {
    if (p[i] === 0) continue;
    for (let k = 0; k < rank; k++) own[k] = costTo(i, k);
    let nearest = 0;
    let least = Infinity;
    for (let hub = 0; hub < rank; hub++) {
      let apart = 0;
      for (let k = 0; k < rank; k++) apart += (own[k] - profiles[hub][k]) ** 2;
      if (apart < least) {
        least = apart;
        nearest = hub;
      }
    }
    out.fill(((1 - settled) * p[i]) / rank, i * rank, (i + 1) * rank);
    out[i * rank + nearest] += settled * p[i];
  }
  return out;
}
