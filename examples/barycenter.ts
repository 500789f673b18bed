// Between four shapes: convolutional barycenters on a grid, and the weights of one of them found again. With a path as argument: a picture (.png).
import { writePicture } from "@monge/io";
import { cost, histogram, normalize } from "monge";
import { barycenter, exactBarycenter, freeSupportBarycenter, wassersteinCoordinates } from "monge/barycenter";

const size = 32;

function shape(inside: (x: number, y: number) => boolean): Float64Array {
  const cells = Float64Array.from({ length: size * size }, (_, i) =>
    inside((i % size) - (size - 1) / 2, Math.floor(i / size) - (size - 1) / 2) ? 1 : 0,
  );
  return normalize(histogram(cells, [size, size])).weights;
}

const shapes = [
  shape((x, y) => Math.hypot(x, y) < 11),
  shape((x, y) => Math.abs(Math.hypot(x, y) - 9) < 2.5),
  shape((x, y) => Math.max(Math.abs(x), Math.abs(y)) < 9),
  shape((x, y) => Math.min(Math.abs(x), Math.abs(y)) < 3 && Math.max(Math.abs(x), Math.abs(y)) < 12),
];
const C = cost.grid([size, size]);

const options = { epsilon: 0.7, tolerance: 1e-6, annealing: "none" as const };
const middle = barycenter(shapes, C, null, options);
const proof = middle.certify();
console.log(
  `${middle.report.status}; within ${proof.kind === "duality" && Math.abs(proof.relativeGap) < 1e-4 ? "1e-4" : "?"} of the least value`,
);

// Which barycenter is nearest to one of weights 0.1, 0.2, 0.3, 0.4?
const mixed = barycenter(shapes, C, [0.1, 0.2, 0.3, 0.4], { ...options, epsilon: 2 });
const { weights } = wassersteinCoordinates(mixed.weights, shapes, C, { epsilon: 2, rounds: 30, tolerance: 1e-4 });
console.log(`its coordinates: ${Array.from(weights, (weight) => weight.toFixed(2)).join(" ")}`);

// Small problems without entropy: on a line of 12 cells, and with points that move.
const spot = (cell: number): number[] => Array.from({ length: 12 }, (_, i) => (i === cell ? 1 : 0));
const exact = exactBarycenter([spot(0), spot(3), spot(9)], cost.grid([12]));
console.log(
  `of cells 0, 3 and 9: cell ${exact.weights.indexOf(Math.max(...exact.weights))}, value ${exact.value.toFixed(0)}`,
);
const square = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];
const wide = square.map(([x, y]) => [5 * x + 4, y]);
const { cloud } = freeSupportBarycenter([square, wide], null, { start: square });
console.log(`of a square and a wide box: points ${JSON.stringify(Array.from(cloud.points.data))}`);

if (process.argv[2] !== undefined) {
  const steps = 5;
  const side = steps * size;
  const data = new Uint8Array(side * side);
  for (let row = 0; row < steps; row++) {
    for (let column = 0; column < steps; column++) {
      const [u, v] = [column / (steps - 1), row / (steps - 1)];
      const shares = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v];
      const { weights: masses } = barycenter(shapes, C, shares, {
        ...options,
        debiased: true,
        tolerance: 1e-4,
        maxIterations: 300,
      });
      const most = masses.reduce((high, mass) => Math.max(high, mass), 0);
      masses.forEach((mass, i) => {
        data[(row * size + Math.floor(i / size)) * side + column * size + (i % size)] = 255 - (255 * mass) / most;
      });
    }
  }
  await writePicture(process.argv[2], { data, width: side, height: side, channels: 1, max: 255 }, { force: true });
}
