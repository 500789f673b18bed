// Gaussian blur as a way to remove noise: the simplest baseline.
import { gaussianKernel } from "./blurKernel.ts";
import { blurInto } from "./degradation.ts";
import type { Picture } from "./picture.ts";
import { bestFilter, type FilterChoice, type PictureFilter } from "./pictureFilter.ts";

/** A smoothing filter with its width. */
export interface Smoothing extends PictureFilter {
  /** Standard deviation in pixels. */
  readonly sigma: number;
}

/** Convolution with a Gaussian of `sigma` > 0 pixels, pictures reflected at their border. Throws `InvalidValue`. */
export function gaussianSmoothing(sigma: number): Smoothing {
  const kernel = gaussianKernel(sigma);
  return {
    name: `Gaussian blur ${sigma}`,
    sigma,
    apply: (list) =>
      list.map((picture) => {
        const data = new Float32Array(picture.data.length);
        blurInto(picture.data, picture.shape, kernel, data);
        return { ...picture, data };
      }),
  };
}

/** The smoothing of the best mean PSNR among `sigmas`; default: twenty between 0.3 and 2.5 pixels. */
export function bestGaussianSmoothing(
  given: readonly Picture[],
  truth: readonly Picture[],
  sigmas: readonly number[] = defaultSigmas,
): FilterChoice<Smoothing> {
  return bestFilter(sigmas.map(gaussianSmoothing), given, truth);
}

const defaultSigmas: readonly number[] = [
  0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1, 2.5,
];
