// The adversarial regularizer: a critic u, trained between spoilt and clean pictures, as the price of a reconstruction.
// min over x of |A x - y|^2 / 2 + mu u(x), by gradient descent from x = y (Lunz, Oektem, Schoenlieb 2018, section 3).
import { OtError } from "../errors/otError.ts";
import type { BlurKernel } from "./blurKernel.ts";
import { blurInto } from "./degradation.ts";
import { matrixPictures, type Picture, type PictureShape, pictureMatrix } from "./picture.ts";
import { clippedPictures, type PictureFilter } from "./pictureFilter.ts";
import type { Potential } from "./potential.ts";
import { quality } from "./quality.ts";

/** How a reconstruction descends. */
export interface RegularizerOptions {
  /** The blur A, even in both axes; `null` or left out: A is the identity. */
  readonly kernel?: BlurKernel | null;
  /** Weight of the critic, >= 0, in the unit of the samples: without a blur, x* is within mu of y where |grad u| = 1. */
  readonly mu: number;
  /** Steps of the descent. Default 50. */
  readonly steps?: number;
  /** Length of a step, in (0, 2): the data term's curvature is 1 at most. Default 0.2. */
  readonly stepSize?: number;
}

/** A reconstruction with a trained critic that is large on spoilt pictures and small on clean ones. */
export function adversarialRegularizer(critic: Potential, options: RegularizerOptions): PictureFilter {
  const { mu, steps = defaultSteps, stepSize = defaultStepSize, kernel = null } = options;
  checkOptions(mu, steps, stepSize);
  return {
    name: `adversarial regularizer, mu ${Number(mu.toPrecision(3))}, ${steps} steps`,
    apply(list) {
      let x: Picture[] = list.slice();
      for (const { pictures } of descent(critic, list, kernel, mu, steps, stepSize)) x = pictures;
      return x;
    },
  };
}

/** What a search for mu and the number of steps found. */
export interface RegularizerChoice {
  readonly filter: PictureFilter;
  readonly mu: number;
  readonly steps: number;
  /** Mean PSNR on the validation set, dB. */
  readonly psnr: number;
  /** For each mu: the best number of steps and its mean PSNR. */
  readonly tried: readonly { readonly mu: number; readonly steps: number; readonly psnr: number }[];
}

/**
 * The mu among `options.mus` and the step at which to stop, at most `options.steps`, of the best mean PSNR on a validation set;
 * results are clipped to [-1, 1] first.
 */
export function tunedRegularizer(
  critic: Potential,
  given: readonly Picture[],
  truth: readonly Picture[],
  options: Omit<RegularizerOptions, "mu"> & { readonly mus: readonly number[] },
): RegularizerChoice {
  const { mus, steps = defaultSteps, stepSize = defaultStepSize, kernel = null } = options;
  const tried = mus.map((mu) => {
    checkOptions(mu, steps, stepSize);
    let best = { mu, steps: 0, psnr: quality(clippedPictures(given), truth).psnr };
    for (const { step, pictures } of descent(critic, given, kernel, mu, steps, stepSize)) {
      const { psnr } = quality(clippedPictures(pictures), truth);
      if (psnr > best.psnr) best = { mu, steps: step, psnr };
    }
    return best;
  });
  const best = tried.reduce((first, second) => (second.psnr > first.psnr ? second : first));
  const filter = adversarialRegularizer(critic, { kernel, mu: best.mu, steps: best.steps, stepSize });
  return { filter, ...best, tried };
}

const defaultSteps = 50;
const defaultStepSize = 0.2;

function* descent(
  critic: Potential,
  given: readonly Picture[],
  kernel: BlurKernel | null,
  mu: number,
  steps: number,
  stepSize: number,
): Generator<{ readonly step: number; readonly pictures: Picture[] }, void, void> {
  if (given.length === 0) return;
  const { shape } = given[0];
  const y = pictureMatrix(given);
  const x = { ...y, data: y.data.slice() };
  for (let step = 1; step <= steps; step++) {
    const { gradients } = critic.evaluate(x);
    const data =
      kernel === null ? x.data.map((value, k) => value - y.data[k]) : normalResidual(x.data, y.data, shape, kernel);
    for (let k = 0; k < x.data.length; k++) x.data[k] -= stepSize * (data[k] + mu * gradients.data[k]);
    yield { step, pictures: matrixPictures({ ...x, data: x.data.slice() }, shape) };
  }
}

/** A (A x - y): even kernels on reflected pictures are their own adjoints. */
function normalResidual(x: Float32Array, y: Float32Array, shape: PictureShape, kernel: BlurKernel): Float32Array {
  const pixels = shape[0] * shape[1] * shape[2];
  const out = new Float32Array(x.length);
  const seen = new Float32Array(pixels);
  for (let at = 0; at < x.length; at += pixels) {
    blurInto(x.subarray(at, at + pixels), shape, kernel, seen);
    for (let k = 0; k < pixels; k++) seen[k] -= y[at + k];
    blurInto(seen, shape, kernel, out.subarray(at, at + pixels));
  }
  return out;
}

function checkOptions(mu: number, steps: number, stepSize: number): void {
  const wrong =
    !(mu >= 0) || !Number.isFinite(mu)
      ? (["mu", mu, "Use a number of at least 0."] as const)
      : !Number.isInteger(steps) || steps < 0
        ? (["steps", steps, "Use a whole number."] as const)
        : !(stepSize > 0 && stepSize < 2)
          ? (["stepSize", stepSize, "Use a number between 0 and 2."] as const)
          : null;
  if (wrong === null) return;
  const [name, seen, cure] = wrong;
  throw new OtError("InvalidValue", `options.${name} is ${seen}.`, { argument: `options.${name}`, seen, cure });
}
