// How well pictures were restored, beside the baselines, as people and programs read it.
import {
  bestGaussianSmoothing,
  bestWienerFilter,
  clippedPictures,
  gaussianKernel,
  type Picture,
  type PictureModel,
  quality,
} from "monge/potential";
import { shortNumber } from "./plot/number.ts";
import type { W1Row } from "./w1Report.ts";

/** Mean PSNR in dB and SSIM of one method. */
export interface MethodQuality {
  readonly name: string;
  readonly psnr: number;
  readonly ssim: number | null;
}

/** What a model made of spoilt pictures whose truth is known; everything is clipped to [-1, 1] first. */
export interface Restoration {
  readonly pictures: number;
  readonly given: MethodQuality;
  readonly model: MethodQuality;
  /** Tuned on these very pictures, which favours them; `null` where there was nothing to tune on. */
  readonly baselines: readonly MethodQuality[];
}

/** Compares a model with its input, and with baselines where `examples` of clean pictures are given. */
export function restorationOf(
  model: PictureModel,
  given: readonly Picture[],
  truth: readonly Picture[],
  examples: readonly Picture[] = [],
): Restoration {
  const judged = (name: string, list: readonly Picture[]): MethodQuality => {
    const { psnr, ssim } = quality(clippedPictures(list), truth);
    return { name, psnr, ssim };
  };
  const baselines: MethodQuality[] = [];
  if (examples.length > 0) {
    if (model.blur === 0) {
      const { filter } = bestGaussianSmoothing(given, truth);
      baselines.push(judged(filter.name, filter.apply(given)));
    }
    const same = given.every(({ shape }) => shape.every((extent, axis) => extent === given[0].shape[axis]));
    if (same && (model.noise > 0 || model.blur > 0)) {
      const kernel = model.blur > 0 ? gaussianKernel(model.blur) : null;
      const { filter } = bestWienerFilter(examples, { kernel, noise: Math.max(model.noise, 1e-3) }, given, truth);
      baselines.push(judged(filter.name, filter.apply(given)));
    }
  }
  return {
    pictures: truth.length,
    given: judged("given", given),
    model: judged("this model", model.apply(given)),
    baselines,
  };
}

/** The same in words. */
export function restorationRows({ pictures, given, model, baselines }: Restoration): W1Row[] {
  const words = ({ psnr, ssim }: MethodQuality): string =>
    `${Number.isFinite(psnr) ? shortNumber(psnr, 4) : "∞"} dB${ssim === null ? "" : `, SSIM ${shortNumber(ssim, 3)}`}`;
  return [
    ["Pictures given", words(given), `Mean PSNR of ${pictures} pictures that training has not seen.`],
    ["Pictures mapped", words(model), `The map gains ${shortNumber(model.psnr - given.psnr, 3)} dB.`],
    ...baselines.map(
      (each): W1Row => [each.name, words(each), "A baseline, tuned on these very pictures, which favours it."],
    ),
  ];
}
