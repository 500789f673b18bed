// Twenty thousand small Gaussians along a spiral as two hundred: mass, mean and covariance are kept.
import { random } from "monge";
import { gaussianMixture, mixtureTransport, reduceMixture, sampleMixture } from "monge/gaussian";

const { uniform, normal } = random(1);
const count = 20_000;
const means = new Float64Array(3 * count);
const covariances = new Float64Array(9 * count);
for (let i = 0; i < count; i++) {
  const angle = 12 * uniform();
  means.set(
    [angle * Math.cos(angle) + 0.1 * normal(), angle * Math.sin(angle) + 0.1 * normal(), angle + 0.1 * normal()],
    3 * i,
  );
  // Flat discs: two wide directions, and one of no width at all.
  const [u, v] = [0.1 + 0.1 * uniform(), 0.05 + 0.05 * uniform()];
  covariances.set([u * u, 0, 0, 0, v * v, 0, 0, 0, 0], 9 * i);
}
const spiral = gaussianMixture({ data: means, rows: count, cols: 3 }, covariances);

const { mixture, labels, value, report, certify } = reduceMixture(spiral, { components: 200 });
const { stationarityGap, primalResidual } = certify();
console.log(`${report.status}: ${count} Gaussians as ${mixture.weights.length}`);
console.log(`each is merged into one ${Math.sqrt(value).toFixed(2)} away, in the root mean square of W2`);
console.log(`moments are kept to 1e-12: ${primalResidual < 1e-12}`);
console.log(`moving single Gaussians gains less than 1 %: ${stationarityGap < 0.01 * value}`);
console.log(`the first Gaussian is in group ${labels[0]}`);

// Few enough now to be transported, sampled, compared: here to the same spiral, turned.
const turned = {
  ...mixture,
  means: { ...mixture.means, data: mixture.means.data.map((value, k) => (k % 3 === 2 ? 12 - value : value)) },
};
const { value: W, report: how } = mixtureTransport(mixture, turned);
console.log(`MW2 to its mirror image: ${Math.sqrt(W).toFixed(2)}, ${how.status}`);
console.log(`${sampleMixture(mixture, 1000).points.rows} points drawn from it`);
