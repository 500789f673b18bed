// Wiener's filter: the best linear estimate of x from y = K * x + sigma n that is diagonal in the cosine basis.
// X = M + H S / (H^2 S + sigma^2) (Y - H M), with mean M and power S of clean examples, blur H (Wiener 1949; Gonzalez and Woods, 5.8).
import { OtError } from "../errors/otError.ts";
import type { BlurKernel } from "./blurKernel.ts";
import { type CosineBasis, cosineBasis } from "./cosineBasis.ts";
import { commonShape, type Picture, type PictureShape } from "./picture.ts";
import { bestFilter, type FilterChoice, type PictureFilter } from "./pictureFilter.ts";

/** A Wiener filter with the noise that it expects. */
export interface WienerFilter extends PictureFilter {
  readonly noise: number;
}

/** What a Wiener filter knows. */
export interface WienerOptions {
  /** The blur; `null` or left out: none. It has to be even in both axes. */
  readonly kernel?: BlurKernel | null;
  /** Standard deviation of the noise, > 0. */
  readonly noise: number;
}

/** The filter for pictures of the examples' shape; channels are filtered each by itself. Throws `InvalidValue`, `InvalidShape`, `Unsupported`. */
export function wienerFilter(examples: readonly Picture[], options: WienerOptions): WienerFilter {
  const shape = commonShape(examples, "examples");
  const basis = cosineBasis(shape[1], shape[2]);
  return filterOf(basis, shape, momentsOf(examples, basis, shape), options);
}

/** The filter whose expected noise, among multiples of `options.noise`, gives the best mean PSNR. Default 0.25 to 4, by half octaves. */
export function bestWienerFilter(
  examples: readonly Picture[],
  options: WienerOptions,
  given: readonly Picture[],
  truth: readonly Picture[],
  factors: readonly number[] = defaultFactors,
): FilterChoice<WienerFilter> {
  const shape = commonShape(examples, "examples");
  const basis = cosineBasis(shape[1], shape[2]);
  const moments = momentsOf(examples, basis, shape);
  return bestFilter(
    factors.map((factor) => filterOf(basis, shape, moments, { ...options, noise: factor * options.noise })),
    given,
    truth,
  );
}

const defaultFactors: readonly number[] = Array.from({ length: 9 }, (_, k) => 2 ** (k / 2 - 2));

interface Moments {
  readonly mean: Float64Array;
  readonly power: Float64Array;
}

function momentsOf(examples: readonly Picture[], basis: CosineBasis, [channels, height, width]: PictureShape): Moments {
  const pixels = height * width;
  const mean = new Float64Array(channels * pixels);
  const power = new Float64Array(channels * pixels);
  for (const { data } of examples) {
    for (let c = 0; c < channels; c++) {
      const X = basis.forward(data.subarray(c * pixels, (c + 1) * pixels));
      for (let k = 0; k < pixels; k++) {
        mean[c * pixels + k] += X[k] / examples.length;
        power[c * pixels + k] += (X[k] * X[k]) / examples.length;
      }
    }
  }
  for (let k = 0; k < power.length; k++) power[k] = Math.max(0, power[k] - mean[k] * mean[k]);
  return { mean, power };
}

function filterOf(
  basis: CosineBasis,
  [channels, height, width]: PictureShape,
  { mean, power }: Moments,
  { kernel, noise }: WienerOptions,
): WienerFilter {
  if (!(noise > 0) || !Number.isFinite(noise)) {
    throw new OtError("InvalidValue", `options.noise is ${noise}.`, {
      argument: "options.noise",
      seen: noise,
      cure: "Use a positive number.",
    });
  }
  const pixels = height * width;
  const H = kernel == null ? new Float64Array(pixels).fill(1) : basis.transfer(kernel);
  return {
    name: `Wiener ${Number(noise.toPrecision(3))}`,
    noise,
    apply: (list) =>
      list.map((picture) => {
        commonShape([picture, { data: picture.data, shape: [channels, height, width], name: "the examples" }]);
        const data = new Float32Array(channels * pixels);
        for (let c = 0; c < channels; c++) {
          const Y = basis.forward(picture.data.subarray(c * pixels, (c + 1) * pixels));
          for (let k = 0; k < pixels; k++) {
            const [M, S, h] = [mean[c * pixels + k], power[c * pixels + k], H[k]];
            Y[k] = M + ((h * S) / (h * h * S + noise * noise)) * (Y[k] - h * M);
          }
          data.set(basis.inverse(Y), c * pixels);
        }
        return { ...picture, data };
      }),
  };
}
