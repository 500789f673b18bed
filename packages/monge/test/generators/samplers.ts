// Laws that critics are trained between, with closed-form answers.
import type { Sampler } from "../../src/potential/index.ts";

/** Independent normals of the given deviation around a mean. */
export function normals(mean: readonly number[], deviation: number): Sampler {
  const d = mean.length;
  return {
    shape: [d],
    draw(count, draw, out) {
      for (let k = 0; k < count * d; k++) out[k] = mean[k % d] + deviation * draw.normal();
    },
  };
}

/** Uniform on a sphere around the origin. */
export function sphere(dimension: number, radius: number): Sampler {
  return {
    shape: [dimension],
    draw(count, draw, out) {
      for (let i = 0; i < count * dimension; i += dimension) {
        let squares = 0;
        for (let k = i; k < i + dimension; k++) {
          out[k] = draw.normal();
          squares += out[k] * out[k];
        }
        for (let k = i; k < i + dimension; k++) out[k] *= radius / Math.sqrt(squares);
      }
    },
  };
}
