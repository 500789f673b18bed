// Two images of 96 x 96 pixels: entropic transport through the separable kernel, its certificate, and where each pixel goes on average.
import { cost, sinkhorn } from "monge";

const size = 96;

/** A bright ring on a black ground: most pixels weigh nothing. */
function ring(row: number, column: number, radius: number): Float64Array {
  const light = Float64Array.from({ length: size * size }, (_, cell) => {
    const distance = Math.hypot(Math.floor(cell / size) - row, (cell % size) - column);
    return Math.max(0, 1 - Math.abs(distance - radius) / 4);
  });
  const total = light.reduce((sum, value) => sum + value, 0);
  return light.map((value) => value / total);
}

const source = ring(30, 30, 12);
const target = ring(56, 62, 24);
const C = cost.grid([size, size]);

// 9216 x 9216 pairs, none of which is ever computed: two passes along the axes an iteration.
const result = sinkhorn(source, target, C, { epsilon: 4 });
console.log(`${result.report.status} by ${result.report.method}, error ${result.report.error.toExponential(0)}`);
console.log(`root of <P, C> = ${Math.sqrt(result.transportCost).toFixed(3)} pixels`);

const rows = result.plan.marginal(0);
const worst = rows.reduce((most, mass, i) => Math.max(most, Math.abs(mass - source[i])), 0);
console.log(`row sums fit to 1e-10: ${worst < 1e-10}`);
const { relativeGap, primalResidual } = result.certify();
console.log(`certified: ${Math.abs(relativeGap) < 1e-8 && primalResidual < 1e-8}`);

// The barycentric displacement of the leftmost, topmost, rightmost and lowest points of the ring.
const places = Array.from({ length: size * size }, (_, cell) => [Math.floor(cell / size), cell % size]);
const { data } = result.plan.barycentricMap(places);
for (const [row, column] of [
  [30, 18],
  [18, 30],
  [30, 42],
  [42, 30],
]) {
  const cell = row * size + column;
  console.log(`(${row}, ${column}) goes to (${data[2 * cell].toFixed(1)}, ${data[2 * cell + 1].toFixed(1)})`);
}
