// The entry point monge/potential: Kantorovich potentials in high dimension, and the maps that follow from them; a test pins this list.

export {
  adversarialRegularizer,
  type RegularizerChoice,
  type RegularizerOptions,
  tunedRegularizer,
} from "./adversarialRegularizer.ts";
export { type BlurKernel, blurKernel, boxKernel, gaussianKernel } from "./blurKernel.ts";
export { type Critic, type CriticOptions, critic, criticFromBytes, type Provenance } from "./critic.ts";
export { addNoise, blurred, clipped, type Degradation, degrade, inOrder } from "./degradation.ts";
export { type DiscretePotential, discretePotential, type Rays } from "./discretePotential.ts";
export { type Features, featureDistance, principalFeatures } from "./featureDistance.ts";
export {
  type KantorovichPotential,
  type KantorovichPotentialOptions,
  kantorovichPotential,
} from "./kantorovichPotential.ts";
export { type ConvolutionalOptions, convolutional, type Layer, mlp, type NetDescription } from "./net.ts";
export { matrixPictures, type Picture, type PictureShape, pictureMatrix, pictures } from "./picture.ts";
export { bestFilter, clippedPictures, type FilterChoice, type PictureFilter } from "./pictureFilter.ts";
export { mapPictures, type PointMap } from "./pictureMap.ts";
export { type CropOptions, degraded, gaussianNoise, imageCrops } from "./pictureSamples.ts";
export { distinctPictures, requireDisjoint, splitPictures } from "./pictureSets.ts";
export {
  deblurTask,
  denoiseTask,
  generateTask,
  type PictureTask,
  type PictureTaskName,
  type TaskOptions,
  type TaskPictures,
  translateTask,
} from "./pictureTask.ts";
export type { Potential, PotentialValues } from "./potential.ts";
export { psnr, type Quality, quality, ssim } from "./quality.ts";
export { type RaySearch, rayLengths } from "./rays.ts";
export { bestGaussianSmoothing, gaussianSmoothing, type Smoothing } from "./smoothing.ts";
export { transportStep } from "./stepper.ts";
export { bestWienerFilter, type WienerFilter, type WienerOptions, wienerFilter } from "./wiener.ts";
