// The public names of monge/adapt: domain adaptation, samples of one domain moved onto another.
export type { DomainOptions } from "./domain.ts";
export { type Adaptation, type AdaptMethod, type Fit, type FitOptions, fit, fitTransform } from "./fit.ts";
export type { CarriedLabels, Labels } from "./labels.ts";
export type { MappingOptions } from "./mapping.ts";
export type { OutOfSampleOptions } from "./outOfSample.ts";
export type { TransportOptions } from "./transport.ts";
