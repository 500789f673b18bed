// The entry point monge/gromov: transport between structures that share no space.
export type { AnchorChoice } from "./anchors.ts";
export type { GromovResult, StartReport } from "./answer.ts";
export {
  type FusedGromovBarycenter,
  fusedGromovBarycenter,
  type GromovBarycenter,
  type GromovBarycenterResult,
  gromovBarycenter,
} from "./barycenter.ts";
export type {
  FeaturedStructureMeasure,
  FusedGromovBarycenterOptions,
  GromovBarycenterOptions,
  StructureMeasure,
} from "./barycenterProblem.ts";
export type { GromovCertificate, GromovCertify } from "./certificate.ts";
export { type CoOptimalTransport, coOptimalTransport } from "./coOptimal.ts";
export type {
  CoOptimalCertificate,
  CoOptimalCertify,
  CoOptimalResult,
  CoOptimalStartReport,
} from "./coOptimalAnswer.ts";
export type { CoOptimalOptions, CoOptimalStart } from "./coOptimalOptions.ts";
export type { FreeGromovCertify, FreeGromovResult } from "./freeMarginals.ts";
export {
  type FusedGromovWasserstein,
  fusedGromovWasserstein,
  type GromovWasserstein,
  gromovWasserstein,
} from "./gromovWasserstein.ts";
export type { GromovLoss } from "./loss.ts";
export { type GromovLowerBounds, type GromovLowerBoundsOptions, gromovLowerBounds } from "./lowerBounds.ts";
export type { FusedGromovOptions, GromovMethod, GromovOptions } from "./options.ts";
export {
  type PartialFusedGromovOptions,
  type PartialFusedGromovWasserstein,
  type PartialGromovOptions,
  type PartialGromovWasserstein,
  partialFusedGromovWasserstein,
  partialGromovWasserstein,
} from "./partialGromov.ts";
export type { StructureOptions } from "./problem.ts";
export {
  type QuantizedFusedGromovOptions,
  type QuantizedFusedGromovWasserstein,
  type QuantizedGromovOptions,
  type QuantizedGromovResult,
  type QuantizedGromovWasserstein,
  quantizedFusedGromovWasserstein,
  quantizedGromovWasserstein,
} from "./quantized.ts";
export {
  type SemiRelaxedFusedGromovOptions,
  type SemiRelaxedFusedGromovWasserstein,
  type SemiRelaxedGromovOptions,
  type SemiRelaxedGromovWasserstein,
  semiRelaxedFusedGromovWasserstein,
  semiRelaxedGromovWasserstein,
} from "./semiRelaxed.ts";
export type { WithinCells } from "./spread.ts";
export type { GromovStart } from "./starts.ts";
export {
  type UnbalancedGromovOptions,
  type UnbalancedGromovResult,
  type UnbalancedGromovWasserstein,
  unbalancedGromovWasserstein,
} from "./unbalancedGromov.ts";
