// The entry point monge/gaussian: closed forms between Gaussians, and transport of Gaussian mixtures; a test pins this list.
export { empiricalGaussian, type Gaussian, gaussian } from "../measure/gaussian.ts";
export { componentOf, gaussianMixture, type Mixture, mixtureOf } from "../measure/mixture.ts";
export {
  type GaussianBarycenter,
  type GaussianBarycenterOptions,
  type GaussianBarycenterResult,
  gaussianBarycenter,
} from "./barycenter.ts";
export type { GaussianBarycenterCertify } from "./barycenterCertificate.ts";
export {
  buresDistance,
  buresWassersteinDistance,
  squaredBuresDistance,
  squaredBuresWassersteinDistance,
} from "./bures.ts";
export { buresCostMatrix } from "./costMatrix.ts";
export {
  gaussianLogPdf,
  gaussianPdf,
  type MixtureSample,
  mixtureLogPdf,
  mixturePdf,
  sampleMixture,
} from "./density.ts";
export { type EmbeddedResult, embeddedWasserstein } from "./embedded.ts";
export {
  type EntropicGaussianOptions,
  entropicGaussian,
  type GaussianDivergenceOptions,
  gaussianSinkhornDivergence,
} from "./entropic.ts";
export type { EntropicGaussianResult } from "./entropicResult.ts";
export {
  type GeneralizedBarycenter,
  type GeneralizedBarycenterOptions,
  type GeneralizedBarycenterResult,
  generalizedBarycenter,
} from "./generalizedBarycenter.ts";
export {
  type GeneralizedGaussianBarycenter,
  type GeneralizedGaussianOptions,
  type GeneralizedGaussianResult,
  generalizedGaussianBarycenter,
} from "./generalizedGaussian.ts";
export { type GaussianGromovOptions, type GaussianGromovResult, gaussianGromovWasserstein } from "./gromov.ts";
export { type GaussianMap, type GaussianMapCertificate, gaussianGeodesic, gaussianMap } from "./map.ts";
export {
  type MixtureBarycenter,
  type MixtureBarycenterOptions,
  type MixtureBarycenterResult,
  mixtureBarycenter,
} from "./mixtureBarycenter.ts";
export { type MixtureTransport, type MixtureTransportResult, mixtureTransport } from "./mixtureTransport.ts";
export { type ProjectionResult, projectionDistance } from "./projection.ts";
export type { ProjectionPrior } from "./projections.ts";
export { type ReducedMixture, type ReduceMixture, type ReduceMixtureOptions, reduceMixture } from "./reduction.ts";
export type { ReductionCertify } from "./reductionCertificate.ts";
export { empiricalSpiked, type SpikedGaussian, spikedBuresDistance, spikedMap } from "./spiked.ts";
