// Kantorovich potentials in high dimension, and the maps that follow from them.
export { type DiscretePotential, discretePotential, type Rays } from "./discretePotential.ts";
export {
  type KantorovichPotential,
  type KantorovichPotentialOptions,
  kantorovichPotential,
} from "./kantorovichPotential.ts";
export type { Potential, PotentialValues } from "./potential.ts";
export { type RaySearch, rayLengths } from "./rays.ts";
export { transportStep } from "./stepper.ts";
