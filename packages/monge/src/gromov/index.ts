// The entry point monge/gromov: transport between structures that share no space.
export type { GromovResult, StartReport } from "./answer.ts";
export type { GromovCertificate, GromovCertify } from "./certificate.ts";
export {
  type FusedGromovWasserstein,
  fusedGromovWasserstein,
  type GromovWasserstein,
  gromovWasserstein,
} from "./gromovWasserstein.ts";
export type { GromovLoss } from "./loss.ts";
export { type GromovLowerBounds, type GromovLowerBoundsOptions, gromovLowerBounds } from "./lowerBounds.ts";
export type { FusedGromovOptions, GromovMethod, GromovOptions } from "./options.ts";
export type { StructureOptions } from "./problem.ts";
export type { GromovStart } from "./starts.ts";
