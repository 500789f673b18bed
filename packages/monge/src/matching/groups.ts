// Ellipses made of several ellipsoids, and ellipsoids seen as several ellipses: groups whose moments, joined, fit the one on the other side.
//
// A group's Gaussian has the weight, mean and covariance of its parts together. Groups compete with the links they would replace; the best come first.
import type { Ellipses } from "./camera.ts";
import { featureCount, features } from "./features.ts";
import type { Widths } from "./stage.ts";

/** One side: its Gaussians in the picture. */
export interface GroupSide {
  readonly count: number;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  readonly weights: Float64Array;
}

/** Several of one side for one of the other. */
export interface Group {
  readonly many: readonly number[];
  readonly one: number;
  readonly gain: number;
}

/** Joint Gaussians are known less well than single ones: noise of the parts, weights that are guesses. */
const looser = 1.5;
/** What a group has to be better by than a link, in nats: there are many groups. */
const margin = 3;
/** Members of a group at most, and free neighbours that are looked at. */
const mostMembers = 3;
const mostNeighbours = 6;

/**
 * Groups of `many` that fit one of `one`. `linked[i]`: the partner of each of the many, -1 for none; `worth[j]`: the gain of the link of each one, 0
 * for none; `gate[j]`: d^2 of a stranger there. A group may hold the linked partner and free ones.
 */
export function joinGroups(
  many: GroupSide,
  one: GroupSide,
  linked: Int32Array,
  worth: Float64Array,
  gate: Float64Array,
  widths: Widths,
  blur: number,
): Group[] {
  const target = features(one, blur);
  const found: Group[] = [];
  const own = new Map<number, number>();
  linked.forEach((j, i) => {
    if (j >= 0) own.set(j, i);
  });
  const free: number[] = [];
  linked.forEach((j, i) => {
    if (j < 0 && Number.isFinite(many.means[2 * i])) free.push(i);
  });
  // By their first coordinate, so that near ones lie together.
  free.sort((p, q) => many.means[2 * p] - many.means[2 * q]);
  const columns = Float64Array.from(free, (i) => many.means[2 * i]);
  const [wx, wc] = [1 / (looser * widths.position) ** 2, 1 / (looser * widths.shape) ** 2];
  // Looser pairs are spread over more room: so much less likely than a stranger is the same d^2.
  const price = 10 * Math.log(looser);
  const part = { count: 1, means: new Float64Array(2), covariances: new Float64Array(3) };
  const f = new Float64Array(featureCount);
  for (let j = 0; j < one.count; j++) {
    if (!(gate[j] - price > 2 * worth[j])) continue;
    const reach = 2 * Math.sqrt(one.covariances[3 * j] + one.covariances[3 * j + 2]) + 3 * widths.position;
    const near = neighbours(many.means, free, columns, one.means[2 * j], one.means[2 * j + 1], reach);
    const partner = own.get(j);
    const pool = partner === undefined ? near : [partner, ...near];
    if (pool.length < 2) continue;
    let best: Group | null = null;
    for (const members of subsets(pool)) {
      // Where there is a partner it belongs to every group: otherwise it would be left alone.
      if (partner !== undefined && members[0] !== partner) break;
      join(many, members, part);
      const least = Math.max(worth[j] + margin * (members.length - 1), best?.gain ?? 0);
      let d = 0;
      for (let c = 0; c < 2; c++) d += wx * (part.means[c] - target[featureCount * j + c]) ** 2;
      // The places alone tell of most that they are none.
      if (!((gate[j] - price - d) / 2 > least)) continue;
      features(part, blur, f);
      for (let c = 2; c < featureCount; c++) d += wc * (f[c] - target[featureCount * j + c]) ** 2;
      const gain = (gate[j] - price - d) / 2;
      if (gain > least) best = { many: members, one: j, gain };
    }
    if (best !== null) found.push(best);
  }
  const taken = new Set<number>();
  return found
    .sort((p, q) => q.gain - worth[q.one] - (p.gain - worth[p.one]))
    .filter(({ many: members }) => {
      if (members.some((i) => taken.has(i))) return false;
      for (const i of members) taken.add(i);
      return true;
    });
}

/** All subsets of two and more, in order. */
function* subsets(pool: readonly number[]): Generator<number[], void, void> {
  for (let p = 0; p < pool.length; p++) {
    for (let q = p + 1; q < pool.length; q++) {
      yield [pool[p], pool[q]];
      if (mostMembers > 2) for (let r = q + 1; r < pool.length; r++) yield [pool[p], pool[q], pool[r]];
    }
  }
}

/** The nearest of the free ones within reach. */
function neighbours(
  means: Float64Array,
  free: readonly number[],
  columns: Float64Array,
  x: number,
  y: number,
  reach: number,
): number[] {
  let low = 0;
  let high = free.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns[middle] < x - reach) low = middle + 1;
    else high = middle;
  }
  const near: { i: number; far: number }[] = [];
  for (let k = low; k < free.length && columns[k] <= x + reach; k++) {
    const far = Math.hypot(columns[k] - x, means[2 * free[k] + 1] - y);
    if (far < reach) near.push({ i: free[k], far });
  }
  near.sort((p, q) => p.far - q.far);
  return near.slice(0, mostNeighbours).map(({ i }) => i);
}

/** Writes the Gaussian with the moments of several. */
function join({ means, covariances, weights }: GroupSide, members: readonly number[], out: Ellipses): void {
  let weight = 0;
  let x = 0;
  let y = 0;
  for (const i of members) {
    weight += weights[i];
    x += weights[i] * means[2 * i];
    y += weights[i] * means[2 * i + 1];
  }
  out.means[0] = x / weight;
  out.means[1] = y / weight;
  out.covariances.fill(0);
  for (const i of members) {
    const share = weights[i] / weight;
    const dx = means[2 * i] - out.means[0];
    const dy = means[2 * i + 1] - out.means[1];
    out.covariances[0] += share * (covariances[3 * i] + dx * dx);
    out.covariances[1] += share * (covariances[3 * i + 1] + dx * dy);
    out.covariances[2] += share * (covariances[3 * i + 2] + dy * dy);
  }
}
