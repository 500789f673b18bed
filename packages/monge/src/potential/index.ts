// The entry point monge/potential: Kantorovich potentials in high dimension, and the maps that follow from them; a test pins this list.
export { type Critic, type CriticOptions, critic, criticFromBytes, type Provenance } from "./critic.ts";
export { type DiscretePotential, discretePotential, type Rays } from "./discretePotential.ts";
export {
  type KantorovichPotential,
  type KantorovichPotentialOptions,
  kantorovichPotential,
} from "./kantorovichPotential.ts";
export { type ConvolutionalOptions, convolutional, type Layer, mlp, type NetDescription } from "./net.ts";
export type { Potential, PotentialValues } from "./potential.ts";
export { type RaySearch, rayLengths } from "./rays.ts";
export { transportStep } from "./stepper.ts";
