// What is measured of a map of pictures, beside its baselines.
import { cost, emd } from "monge";
import {
  bestGaussianSmoothing,
  bestWienerFilter,
  clippedPictures,
  critic,
  degrade,
  type Features,
  featureDistance,
  gaussianKernel,
  mapPictures,
  type Picture,
  type PictureModel,
  pictureMatrix,
  principalFeatures,
  quality,
  tunedRegularizer,
} from "monge/potential";
import { digitFeatures } from "./digitFeatures.ts";
import type { ImagingCase } from "./imagingCases.ts";
import type { ImagingRow, Mean, MethodRow } from "./imagingRow.ts";
import { cropsOf, noisePictures, type Sides, taskOf } from "./imagingSides.ts";
import { regularizerCritics, trainedModel } from "./imagingTraining.ts";

/** Denoising and deblurring. */
export async function restore(each: ImagingCase, sides: Sides, seed: number): Promise<ImagingRow> {
  const task = taskOf(each, sides);
  const way = task.degradation;
  if (way === null) throw new Error(`${each.name} spoils nothing.`);
  const validation = degrade(sides.validation, way, 1000 + seed);
  const { model, seconds } = trainedModel(
    each,
    task,
    seed,
    (map) => quality(clippedPictures(mapPictures(map, validation, task.shape)), sides.validation).psnr,
  );
  const given = degrade(sides.test, way, 2000 + seed);
  const kernel = each.blur > 0 ? gaussianKernel(each.blur) : null;
  const examples = sides.target.flatMap((picture) => (each.data === "digits" ? [picture] : []));
  const clean = each.data === "digits" ? examples.slice(0, 2000) : cropsOf(sides.target, task.shape, 2000);
  const { critics, seconds: regularizerSeconds } = regularizerCritics(each, task, seed);
  const smoothing = bestGaussianSmoothing(validation, sides.validation);
  const wiener = bestWienerFilter(clean, { kernel, noise: each.noise }, validation, sides.validation);
  const [regularizer] = critics
    .map((critic) =>
      tunedRegularizer(critic, validation, sides.validation, {
        ...{ kernel, mus: each.mus },
        steps: 20,
        stepSize: each.blur > 0 ? 1 : 0.25,
      }),
    )
    .sort((p, q) => q.psnr - p.psnr);
  const methods = [
    { name: "given", list: given },
    { name: smoothing.filter.name, list: smoothing.filter.apply(given) },
    { name: wiener.filter.name, list: wiener.filter.apply(given) },
    ...(model.map.critics.length > 0
      ? [{ name: "one critic, one mean step", list: model.apply(given, { critics: 1 }) }]
      : []),
    { name: regularizer.filter.name, list: regularizer.filter.apply(given) },
  ];
  const ours = quality(clippedPictures(model.apply(given)), sides.test);
  const rows = methods.map(({ name, list }): MethodRow => {
    const { psnr, ssim, each: of } = quality(clippedPictures(list), sides.test);
    return { name, psnr, ssim, margin: meanOf(ours.each.map((value, k) => value - of[k])) };
  });
  return {
    ...rowOf(each, model, seed, seconds),
    pictures: given.length,
    validationInput: model.map.description.scores[0],
    validation: model.map.description.scores.slice(1),
    methods: [...rows, { name: "this map, last critic", psnr: ours.psnr, ssim: ours.ssim, margin: null }],
    features: [],
    regularizerSeconds,
  };
}

/** Samples that are generated to be compared. */
const made = 1500;
/** Of them, those between which W1 is exact. */
const exact = 500;

/** Generation and translation. */
export async function carry(each: ImagingCase, sides: Sides, seed: number): Promise<ImagingRow> {
  const task = taskOf(each, sides);
  const { model, seconds } = trainedModel(each, task, seed);
  const from = each.task === "generate" ? noisePictures(each.noise, made, seed) : sides.test;
  const classifier = await digitFeatures();
  const kinds: readonly Features[] = [principalFeatures(sides.target.slice(0, 2000), 32), classifier];
  const n = model.map.critics.length;
  const critics = [0, 1, n >> 1, n];
  const stages = critics.map((count) => clippedPictures(model.apply(from, { critics: count })));
  const exactW1 = (list: readonly Picture[]): number =>
    emd(
      null,
      null,
      cost.points(pictureMatrix(list.slice(0, exact)), pictureMatrix(sides.reference.slice(0, exact)), "euclidean"),
    ).value;
  return {
    ...rowOf(each, model, seed, seconds),
    pictures: from.length,
    validation: [],
    methods: [],
    features: kinds.map((features) => ({
      name: features.name,
      critics,
      distances: stages.map((list) => featureDistance(list, sides.reference, features)),
      floor: featureDistance(sides.target.slice(0, from.length), sides.reference, features),
    })),
    exactW1: { critics, distances: stages.map(exactW1), floor: exactW1(sides.target) },
    ...(sides.labels !== undefined && {
      labels: stages.map(
        (list) => list.filter((picture, k) => classifier.label(picture) === sides.labels?.[k]).length / list.length,
      ),
    }),
    regularizerSeconds: null,
  };
}

function meanOf(values: ArrayLike<number>): Mean {
  const n = values.length;
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  const square = Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, error: Math.sqrt(square / n) };
}

function rowOf(each: ImagingCase, { map }: PictureModel, seed: number, seconds: number) {
  const { name, firstSteps, steps, batch } = each;
  return {
    ...{ name, seed, firstSteps, steps, batch, seconds },
    critics: map.critics.length,
    weights: critic(map.description.net).weights.length,
    curve: map.curve.map(({ estimate }) => estimate),
  };
}
