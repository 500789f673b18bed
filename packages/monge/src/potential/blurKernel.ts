// Blur kernels: square, of odd size, summing to 1.
// Kernels that are even in both axes are diagonal in the cosine basis of a reflected picture (see cosineBasis.ts).
import { OtError } from "../errors/otError.ts";

/** A `size` x `size` kernel, row-major, its centre in the middle. */
export interface BlurKernel {
  readonly name: string;
  /** Odd. */
  readonly size: number;
  /** `size`^2 weights. */
  readonly data: Float64Array;
}

/** Any kernel, scaled to sum 1. Throws `InvalidShape` unless it is square and odd, `InvalidValue` unless its sum is positive. */
export function blurKernel(data: ArrayLike<number>, name = "kernel"): BlurKernel {
  const size = Math.round(Math.sqrt(data.length));
  if (size * size !== data.length || size % 2 === 0) {
    throw new OtError("InvalidShape", `A kernel of ${data.length} weights is not square and odd.`, {
      argument: "data",
      seen: data.length,
      cure: "Pass 9, 25, 49, ... weights.",
    });
  }
  const total = Array.from(data).reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0) || !Number.isFinite(total)) {
    throw new OtError("InvalidValue", `The weights of the kernel sum to ${total}.`, {
      argument: "data",
      seen: total,
      cure: "Use finite weights with a positive sum.",
    });
  }
  return { name, size, data: Float64Array.from(data, (weight) => weight / total) };
}

/** exp(-(a^2 + b^2) / 2 sigma^2) up to 3 sigma; `sigma` > 0 in pixels. */
export function gaussianKernel(sigma: number): BlurKernel {
  if (!(sigma > 0) || !Number.isFinite(sigma)) {
    throw new OtError("InvalidValue", `sigma is ${sigma}.`, {
      argument: "sigma",
      seen: sigma,
      cure: "Use a positive number of pixels.",
    });
  }
  const radius = Math.ceil(3 * sigma);
  return evenKernel(radius, (a, b) => Math.exp(-(a * a + b * b) / (2 * sigma * sigma)), `gaussian ${sigma}`);
}

/** The mean over `size` x `size` pixels; `size` is odd. */
export function boxKernel(size: number): BlurKernel {
  return blurKernel(new Float64Array(size * size).fill(1), `box ${size}`);
}

function evenKernel(radius: number, weight: (a: number, b: number) => number, name: string): BlurKernel {
  const size = 2 * radius + 1;
  const cell = (k: number): number => weight(Math.floor(k / size) - radius, (k % size) - radius);
  return blurKernel(
    Float64Array.from({ length: size * size }, (_, k) => cell(k)),
    name,
  );
}
