// The entry point monge/potential: Kantorovich potentials in high dimension, and the maps that follow from them; a test pins this list.
export { type Critic, type CriticOptions, critic, criticFromBytes, type Provenance } from "./critic.ts";
export { type ConvolutionalOptions, convolutional, type Layer, mlp, type NetDescription } from "./net.ts";
