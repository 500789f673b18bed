// Two cameras on one rig, half of either picture cut off: together they know where they are.
import { random } from "monge";
import { gaussianMixture } from "monge/gaussian";
import { type Camera, matchViews, simulateView } from "monge/matching";

const { uniform, normal } = random(6);
const numbers = (count: number, of: () => number): number[] => Array.from({ length: count }, of);
const means = Array.from({ length: 80 }, () => numbers(3, () => 2 * uniform() - 1));
const covariances = means.map(() => {
  const L = Array.from({ length: 3 }, () => numbers(3, () => 0.06 * normal()));
  return L.map((p) => L.map((q) => p.reduce((sum, value, k) => sum + value * q[k], 0)));
});
const scene = gaussianMixture(means, covariances);

// The second camera is turned by 0.9 about the vertical axis: Y_2 = R Y_1 + t.
const [c, s] = [Math.cos(0.9), Math.sin(0.9)];
const R = [c, 0, s, 0, 1, 0, -s, 0, c];
const t = [-4 * s, 0, 4 - 4 * c];
const intrinsics = { fx: 800, fy: 800, cx: 320, cy: 240 };
const cameras: Camera[] = [
  { projection: "perspective", R: [1, 0, 0, 0, 1, 0, 0, 0, 1], t: [0, 0, 4], intrinsics },
  { projection: "perspective", R, t: [0, 0, 4], intrinsics },
];
const seen = cameras.map((camera, seed) =>
  simulateView(scene, camera, { unseen: 0.3, spurious: 0.3, crop: 0.5, noise: 0.01, covarianceNoise: 0.2, seed }),
);

const [first, second] = seen.map(({ ellipses }) => ({ ellipses, camera: "perspective", intrinsics }) as const);
const { status, views, score } = matchViews(scene, [first, { ...second, relative: { R, t } }]);
console.log(`${status}: ${score.toFixed(0)} nats of evidence`);
for (const [v, { matches }] of views.entries()) {
  const right = matches.filter(([i, j]) => seen[v].origins[j].includes(i)).length;
  console.log(`view ${v + 1}: ${right} of ${matches.length} links are right`);
}
