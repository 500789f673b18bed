// Gaussians and mixtures of them: distances, maps, barycenters and transport in closed form.
import {
  buresWassersteinDistance,
  embeddedWasserstein,
  entropicGaussian,
  gaussian,
  gaussianBarycenter,
  gaussianMap,
  mixtureOf,
  mixtureTransport,
} from "monge/gaussian";

const wide = gaussian(
  [0, 0],
  [
    [4, 0],
    [0, 1],
  ],
);
const tilted = gaussian(
  [3, 1],
  [
    [2, 1.2],
    [1.2, 2],
  ],
);

console.log(`W2 = ${buresWassersteinDistance(wide, tilted).toFixed(4)}`);
const map = gaussianMap(wide, tilted);
console.log(`(2, 0) goes to (${[...map.apply([[2, 0]]).data].map((value) => value.toFixed(3)).join(", ")})`);
console.log(`the map transports: ${map.certify().pushforwardError < 1e-12}`);

const middle = gaussianBarycenter([
  wide,
  tilted,
  gaussian(
    [0, 4],
    [
      [0, 0],
      [0, 0],
    ],
  ),
]);
const { lowerBound } = middle.certify();
console.log(
  `barycenter of two Gaussians and a point: mean (${[...middle.gaussian.mean].join(", ")}), ${middle.report.status}`,
);
console.log(`proved to ${middle.value - lowerBound < 1e-5 * middle.value ? "1e-5" : "less"} of its value`);

// Entropy blurs the plan, and the value with it.
for (const epsilon of [0.01, 1, 100]) {
  console.log(`epsilon ${epsilon}: ${entropicGaussian(wide, tilted, { epsilon }).value.toFixed(3)}`);
}

// Up to rotations and translations only the variances along the axes count.
console.log(`up to isometries: ${embeddedWasserstein(wide, tilted).distance.toFixed(4)}`);

// Mixtures move component by component, by the best plan between components.
const source = mixtureOf([wide, tilted], [0.5, 0.5]);
const target = mixtureOf(
  [
    gaussian(
      [0, 5],
      [
        [1, 0],
        [0, 1],
      ],
    ),
    gaussian(
      [4, 5],
      [
        [1, 0],
        [0, 4],
      ],
    ),
  ],
  [0.25, 0.75],
);
const transport = mixtureTransport(source, target);
for (const [k, l, mass] of transport.plan.entries()) console.log(`${mass} from component ${k} to ${l}`);
console.log(`halfway there are ${transport.interpolate(0.5).weights.length} components`);
