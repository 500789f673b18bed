// What the functions of this folder ask of the Gaussians and mixtures that they are given.
import { OtError } from "../errors/otError.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import type { Mixture } from "../measure/mixture.ts";

/** Throws `InvalidShape` for what is no Gaussian. */
export function requireGaussian(value: Gaussian, argument: string): void {
  if ((value as Gaussian | null)?.kind === "gaussian") return;
  throw new OtError("InvalidShape", `${argument} is no Gaussian.`, {
    argument,
    seen: value,
    cure: "Make one with gaussian(mean, covariance) or empiricalGaussian(points).",
  });
}

/** Throws `InvalidShape` unless both are Gaussians of one dimension. */
export function requireSameDimension(source: Gaussian, target: Gaussian): void {
  requireGaussian(source, "source");
  requireGaussian(target, "target");
  if (source.mean.length !== target.mean.length) throw otherDimension("target", target.mean.length, source.mean.length);
}

/** Throws `InvalidShape` for what is no mixture. */
export function requireMixture(value: Mixture, argument: string): void {
  if ((value as Mixture | null)?.kind === "mixture") return;
  throw new OtError("InvalidShape", `${argument} is no mixture.`, {
    argument,
    seen: value,
    cure: "Make one with gaussianMixture(means, covariances, weights).",
  });
}

/** The error for coordinates that do not match. */
export function otherDimension(argument: string, seen: number, expected: number): OtError {
  return new OtError("InvalidShape", `${argument} has ${seen} coordinates, the other one ${expected}.`, {
    argument,
    seen,
    cure: "Compare Gaussians of the same dimension; projectionDistance and gaussianGromovWasserstein take different ones.",
  });
}
