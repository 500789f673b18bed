// Two Gaussians of any dimensions, the larger one first, with their spectra.
import { type Eigen, positiveEigen } from "../linalg/eigen.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { requireGaussian } from "./require.ts";

export interface BySize {
  readonly large: Gaussian;
  readonly small: Gaussian;
  /** Whether the target is the larger one. */
  readonly swapped: boolean;
  readonly ofLarge: Eigen;
  readonly ofSmall: Eigen;
}

/** Throws `InvalidShape` for what is no Gaussian. */
export function bySize(source: Gaussian, target: Gaussian): BySize {
  requireGaussian(source, "source");
  requireGaussian(target, "target");
  const swapped = source.mean.length < target.mean.length;
  const [large, small] = swapped ? [target, source] : [source, target];
  const spectrum = ({ mean, covariance }: Gaussian): Eigen => positiveEigen(covariance.data, mean.length);
  return { large, small, swapped, ofLarge: spectrum(large), ofSmall: spectrum(small) };
}
