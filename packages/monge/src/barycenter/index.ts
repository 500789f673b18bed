// The entry point monge/barycenter: means of measures in the Wasserstein space; a test pins this list.
export { type Barycenter, type BarycenterOptions, type BarycenterResult, barycenter } from "./barycenter.ts";
export type { BarycenterCertificate, BarycenterCertify } from "./certificate.ts";
export {
  type CoordinatesOptions,
  type CoordinatesResult,
  type WassersteinCoordinates,
  wassersteinCoordinates,
} from "./coordinates.ts";
export {
  type ExactBarycenter,
  type ExactBarycenterOptions,
  type ExactBarycenterResult,
  exactBarycenter,
} from "./exactBarycenter.ts";
export {
  type FreeSupportBarycenter,
  type FreeSupportOptions,
  type FreeSupportResult,
  freeSupportBarycenter,
} from "./freeSupport.ts";
export type { BarycenterCost } from "./problem.ts";
export type { CoordinatesLoss } from "./tape.ts";
