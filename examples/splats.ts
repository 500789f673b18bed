// Gaussian splats from files: two scenes read, their centres weighted by opacity, and how far each colour travels between them.
import { encodeSplatPly, readScene, type SplatScene } from "@monge/io";
import { cost, emd, normalize, pointCloud, random } from "monge";

/** A ring of 400 splats, red on one side and blue on the other, as the bytes of a .ply. */
function ring(radius: number, lift: number, seed: number): Uint8Array {
  const { uniform } = random(seed);
  const n = 400;
  const angles = Float64Array.from({ length: n }, () => 2 * Math.PI * uniform());
  const means = new Float64Array(3 * n);
  const colours = new Float64Array(3 * n);
  const covariances = new Float64Array(9 * n);
  angles.forEach((angle, i) => {
    means.set([radius * Math.cos(angle), radius * Math.sin(angle), lift], 3 * i);
    colours.set(Math.cos(angle) > 0 ? [0.9, 0.1, 0.1] : [0.1, 0.1, 0.9], 3 * i);
    for (let k = 0; k < 3; k++) covariances[9 * i + 4 * k] = 0.01 * (1 + k);
  });
  const matrix = (data: Float64Array) => ({ data, rows: n, cols: 3 });
  const opacities = Float64Array.from({ length: n }, () => 0.2 + 0.8 * uniform());
  return encodeSplatPly({ means: matrix(means), covariances, opacities, colours: matrix(colours) });
}

const before = await readScene({ name: "before.ply", data: ring(1, 0, 1) });
const after = await readScene({ name: "after.ply", data: ring(2, 1, 2) });
const cloud = (scene: SplatScene) => normalize(pointCloud(scene.means, scene.opacities));
const [a, b] = [cloud(before), cloud(after)];
const { value, plan } = emd(a.weights, b.weights, cost.points(a.points, b.points));

let same = 0;
for (const [i, j, mass] of plan.entries()) {
  if (before.colours.data[3 * i] > 0.5 === after.colours.data[3 * j] > 0.5) same += mass;
}
console.log(`${before.count} splats of ${before.format}, W2 = ${Math.sqrt(value).toFixed(3)} to the other scene`);
console.log(`${(100 * same).toFixed(0)} % of the opacity keeps its colour`);
