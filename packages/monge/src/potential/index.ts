// The entry point monge/potential: Kantorovich potentials in high dimension, and the maps that follow from them; a test pins this list.

export {
  adversarialRegularizer,
  type RegularizerChoice,
  type RegularizerOptions,
  tunedRegularizer,
} from "./adversarialRegularizer.ts";
export { type BlurKernel, blurKernel, boxKernel, gaussianKernel } from "./blurKernel.ts";
export type { CheckpointOptions } from "./checkpoint.ts";
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
export {
  modelDegradation,
  type PictureModel,
  type PictureModelDescription,
  pictureModel,
  pictureModelFromBytes,
} from "./pictureModel.ts";
export { type PictureNetOptions, pictureNet } from "./pictureNet.ts";
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
export type { Sampler, Samples } from "./samples.ts";
export { bestGaussianSmoothing, gaussianSmoothing, type Smoothing } from "./smoothing.ts";
export type { StatisticalCertificate, W1Certificate, W1CertifyOptions } from "./statisticalCertificate.ts";
export { transportStep } from "./stepper.ts";
export { type TrainCritic, type TrainResult, trainCritic } from "./train.ts";
export type { CurvePoint, TrainProgress } from "./training.ts";
export type { TrainingOptions, TrainOptions } from "./trainOptions.ts";
export type { W1Estimate } from "./w1Estimate.ts";
export { type TrainW1Map, type W1MapResult, w1Map } from "./w1Map.ts";
export type { W1MapCertificate, W1MapCertifyOptions } from "./w1MapCertificate.ts";
export type { W1MapDescription, W1MapPoint } from "./w1MapDescription.ts";
export { type W1Map, w1MapFromBytes } from "./w1MapFile.ts";
export type { W1MapOptions, W1MapProgress } from "./w1MapOptions.ts";
export { bestWienerFilter, type WienerFilter, type WienerOptions, wienerFilter } from "./wiener.ts";
