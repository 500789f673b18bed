// Two images of 256 x 256 pixels with different light: unbalanced transport, a prescribed mass and a divergence, none of which looks at pairs.
import { cost, histogram, sinkhorn, sinkhornDivergence } from "monge";

const size = 256;

/** A spot of light of this brightness. */
function spot(row: number, column: number, brightness: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, cell) => {
    const distance = Math.hypot(Math.floor(cell / size) - row, (cell % size) - column);
    return brightness * Math.exp(-((distance / 16) ** 2));
  });
}

const add = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, cell) => value + y[cell]);
const total = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0);

// One spot moves by 30 pixels; a fainter one is in the first image only.
const before = add(spot(80, 80, 1), spot(200, 200, 0.25));
const after = spot(80, 110, 1);
const C = cost.grid([size, size]);

// A pixel's light is given up where it would have to go much farther than 60 pixels.
const soft = sinkhorn(before, after, C, { epsilon: 200, unbalanced: 60 ** 2 / 2, tolerance: 1e-6 });
console.log(`${soft.report.status} by ${soft.report.method}`);
console.log(`moved: ${((100 * total(soft.plan.marginal(0))) / total(before)).toFixed(0)} % of the light`);

const half = sinkhorn(before, after, C, { epsilon: 200, partial: total(after) / 2, tolerance: 1e-6 });
console.log(`half of it moved: ${(total(half.plan.marginal(1)) / total(after)).toFixed(3)}`);

const options = { epsilon: 200, unbalanced: 60 ** 2 / 2, tolerance: 1e-6 };
const image = (weights: Float64Array) => histogram(weights, [size, size]);
const near = sinkhornDivergence(image(before), image(after), options);
const far = sinkhornDivergence(image(before), image(spot(80, 140, 1)), options);
console.log(`${near.report.status}; another 30 pixels on it is larger: ${far.value > near.value}`);
