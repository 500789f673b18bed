// What a pose means for every ellipsoid and every ellipse: links, soft probabilities, groups, and why somebody has no partner.

import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
import type { Progress } from "../run/progress.ts";
import { type Camera, project } from "./camera.ts";
import { candidates, oddsOf } from "./evidence.ts";
import { type GroupSide, joinGroups } from "./groups.ts";
import { bestLinks, type Candidates } from "./links.ts";
import type { NormalisedProblem } from "./normalise.ts";
import type { Stage, Widths } from "./stage.ts";

/** Why an ellipsoid has no ellipse. */
export type UnmatchedReason =
  /** Outside the picture, as far as its ellipses tell. */
  | "outside"
  /** Behind a perspective camera. */
  | "behind"
  /** Nearer linked ellipsoids cover its centre. */
  | "occluded"
  /** None of these: not detected, or not there. */
  | "unseen";

/** A group: several of one side are one of the other. */
export interface MatchGroup {
  readonly kind: "merged" | "split";
  readonly ellipsoids: readonly number[];
  readonly ellipses: readonly number[];
}

/** The answer at one pose. */
export interface Explanation {
  /** [ellipsoid, ellipse], by ellipsoid. */
  readonly matches: readonly (readonly [number, number])[];
  readonly probabilities: SparseMatrix;
  readonly groups: readonly MatchGroup[];
  readonly unmatched: {
    readonly ellipsoids: readonly { readonly index: number; readonly reason: UnmatchedReason }[];
    readonly ellipses: readonly number[];
  };
  /** As that of a pose: at even odds. */
  readonly evidence: number;
  /** The prior odds of pairs that the view showed; those of the links. */
  readonly odds: number;
}

/** Sweeps of the soft assignment, and what a probability must reach to be told. */
const sweeps = 20;
const told = 1e-3;
/** Light that reaches a centre through nearer ellipses, below which it is hidden. */
const dark = 0.5;
/** d^2 from which an ellipse takes no light that a double could tell. */
const lightless = 80;

/** Explains a view at a pose. */
export function* explain(
  stage: Stage,
  problem: NormalisedProblem,
  weights: { readonly scene: Float64Array; readonly view: Float64Array },
  camera: Camera,
  widths: Widths,
  join: boolean,
): Generator<Progress, Explanation, void> {
  const { scene, view } = problem;
  const first = yield* bestLinks(candidates(stage, camera, stage.all, widths));
  const share = first.ofEllipse.reduce((sum, i) => sum + (i >= 0 ? 1 : 0), 0) / view.count;
  const odds = oddsOf(share);
  const pairs = candidates(stage, camera, stage.all, widths, odds);
  const links = yield* bestLinks(pairs);
  const ofEllipsoid = links.ofEllipsoid.slice();
  const matches: [number, number][] = [];
  ofEllipsoid.forEach((j, i) => {
    if (j >= 0) matches.push([i, j]);
  });
  const projected = project(scene, camera);
  const groups: MatchGroup[] = [];
  if (join) {
    const above: GroupSide = { ...projected, weights: weights.scene };
    const deflated = view.covariances.map((value) => value * Math.exp(-stage.inflation()));
    const below: GroupSide = { ...view, covariances: deflated, weights: weights.view };
    const worth = linkWorth(pairs, links.ofEllipse);
    const gate = new Float64Array(view.count).fill(typicalGate(pairs));
    for (const { many, one } of joinGroups(
      above,
      below,
      links.ofEllipsoid,
      worth.ofEllipse,
      gate,
      widths,
      stage.blur,
    )) {
      groups.push({ kind: "merged", ellipsoids: many, ellipses: [one] });
      for (const i of many) {
        if (ofEllipsoid[i] >= 0) continue;
        ofEllipsoid[i] = one;
        matches.push([i, one]);
      }
    }
    const back = links.ofEllipse.slice();
    for (const { many, ellipses } of groups.map(({ ellipsoids, ellipses }) => ({ many: ellipsoids, ellipses }))) {
      back[ellipses[0]] = many[0];
    }
    const seen = new Float64Array(scene.count).fill(typicalGate(pairs));
    for (let i = 0; i < scene.count; i++) if (!Number.isFinite(projected.means[2 * i])) seen[i] = -Infinity;
    // An ellipsoid of a merged group is whole already.
    for (const { ellipsoids } of groups) for (const i of ellipsoids) seen[i] = -Infinity;
    for (const { many, one } of joinGroups(below, above, back, worth.ofEllipsoid, seen, widths, stage.blur)) {
      groups.push({ kind: "split", ellipsoids: [one], ellipses: many });
      for (const j of many) {
        if (links.ofEllipse[j] >= 0) continue;
        ofEllipsoid[one] = j;
        matches.push([one, j]);
      }
    }
  }
  matches.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const used = new Set(matches.map(([, j]) => j));
  const lonely: { index: number; reason: UnmatchedReason }[] = [];
  const inside = insideOf(view.means);
  for (let i = 0; i < scene.count; i++) {
    if (ofEllipsoid[i] >= 0) continue;
    lonely.push({ index: i, reason: reasonOf(i) });
  }
  function reasonOf(i: number): UnmatchedReason {
    const { means, covariances, depths } = projected;
    const [x, y] = [means[2 * i], means[2 * i + 1]];
    if (camera.projection === "perspective" && !(depths[i] > 0)) return "behind";
    if (!inside(x, y, 3 * widths.position)) return "outside";
    let light = 1;
    for (let k = 0; k < scene.count && light > dark; k++) {
      if (ofEllipsoid[k] < 0 || !(depths[k] < depths[i])) continue;
      const xx = covariances[3 * k];
      const xy = covariances[3 * k + 1];
      const yy = covariances[3 * k + 2];
      const det = xx * yy - xy * xy;
      const dx = x - means[2 * k];
      const dy = y - means[2 * k + 1];
      const far = yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy;
      if (det > 0 && far < lightless * det) light *= 1 - 0.99 * Math.exp(-far / (2 * det));
    }
    return light <= dark ? "occluded" : "unseen";
  }
  return {
    matches,
    probabilities: softLinks(pairs),
    groups,
    unmatched: {
      ellipsoids: lonely,
      ellipses: Array.from({ length: view.count }, (_, j) => j).filter((j) => !used.has(j)),
    },
    evidence: first.gain,
    odds,
  };
}

/** Probabilities of pairs: exp(gain) balanced against being alone, which weighs 1. */
function softLinks({ n, m, i, j, gain }: Candidates): SparseMatrix {
  const k = gain.map((value) => Math.exp(value));
  const u = new Float64Array(n).fill(1);
  const v = new Float64Array(m).fill(1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const rows = new Float64Array(n).fill(1);
    for (let e = 0; e < k.length; e++) rows[i[e]] += k[e] * v[j[e]];
    for (let p = 0; p < n; p++) u[p] = 1 / rows[p];
    const columns = new Float64Array(m).fill(1);
    for (let e = 0; e < k.length; e++) columns[j[e]] += k[e] * u[i[e]];
    for (let q = 0; q < m; q++) v[q] = 1 / columns[q];
  }
  const kept = [...k.keys()].filter((e) => u[i[e]] * k[e] * v[j[e]] >= told);
  return sparseFromEntries(
    n,
    m,
    kept.map((e) => i[e]),
    kept.map((e) => j[e]),
    kept.map((e) => u[i[e]] * k[e] * v[j[e]]),
  );
}

/** The gain of the link that each has. */
function linkWorth(
  { n, m, i, j, gain }: Candidates,
  ofEllipse: Int32Array,
): { ofEllipse: Float64Array; ofEllipsoid: Float64Array } {
  const out = { ofEllipse: new Float64Array(m), ofEllipsoid: new Float64Array(n) };
  for (let e = 0; e < gain.length; e++) {
    if (ofEllipse[j[e]] !== i[e]) continue;
    out.ofEllipse[j[e]] = gain[e];
    out.ofEllipsoid[i[e]] = gain[e];
  }
  return out;
}

/** The gate of most pairs: twice the largest gains. */
function typicalGate({ gain }: Candidates): number {
  const sorted = [...gain].sort((p, q) => q - p);
  return sorted.length === 0 ? 0 : 2 * sorted[Math.floor(sorted.length / 10)];
}

/** Whether a point is in the convex hull of points, or `slack` outside it at most (Andrew's monotone chain, 1979). */
function insideOf(points: Float64Array): (x: number, y: number, slack: number) => boolean {
  const order = Array.from({ length: points.length / 2 }, (_, k) => k).sort(
    (p, q) => points[2 * p] - points[2 * q] || points[2 * p + 1] - points[2 * q + 1],
  );
  const cross = (o: number, p: number, q: number): number =>
    (points[2 * p] - points[2 * o]) * (points[2 * q + 1] - points[2 * o + 1]) -
    (points[2 * p + 1] - points[2 * o + 1]) * (points[2 * q] - points[2 * o]);
  const half = (ranks: readonly number[]): number[] => {
    const chain: number[] = [];
    for (const k of ranks) {
      while (chain.length > 1 && cross(chain[chain.length - 2], chain[chain.length - 1], k) <= 0) chain.pop();
      chain.push(k);
    }
    chain.pop();
    return chain;
  };
  const hull = [...half(order), ...half([...order].reverse())];
  return (x, y, slack) => {
    if (hull.length < 3) return true;
    for (let k = 0; k < hull.length; k++) {
      const p = hull[k];
      const q = hull[(k + 1) % hull.length];
      const [dx, dy] = [points[2 * q] - points[2 * p], points[2 * q + 1] - points[2 * p + 1]];
      const outside = (dy * (x - points[2 * p]) - dx * (y - points[2 * p + 1])) / Math.hypot(dx, dy);
      if (outside > slack) return false;
    }
    return true;
  };
}
