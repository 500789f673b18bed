// Morphing: one picture into another by transport of their light, with its colours.
//
// Displacement interpolation (McCann 1997): an entry P_ij is a particle that moves from x_i to y_j and changes its colour on the way; or barycenters with the
// weights 1 - t and t (Agueh, Carlier 2011; Solomon et al. 2015). Light is additive: frames conserve it, up to what is linear in t.
import { barycenter } from "../barycenter/barycenter.ts";
import { grid } from "../cost/grid.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { sum } from "../linalg/sum.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type Canvas, lumaOfCanvas, onCanvas, pictureOf } from "./canvas.ts";
import { type Picture, requirePicture } from "./picture.ts";
import { splat } from "./splat.ts";

/** Options of {@link morph}. */
export interface MorphOptions extends RunOptions {
  /** Frames, the two pictures included; default 24, at least 2. */
  readonly frames?: number;
  /**
   * `"exact"` (default): displacement along the optimal plan. `"entropic"`: along an entropic one. `"unbalanced"`: light that is far from everything fades
   * where it is. `"barycenter"`, `"debiased"`: convolutional barycenters.
   */
  readonly method?: "exact" | "entropic" | "unbalanced" | "barycenter" | "debiased";
  /** Longest side of the frames in pixels: larger pictures are averaged down; default 64. */
  readonly size?: number;
  /** Dark is what moves, over a white ground; default false: light moves over black. */
  readonly invert?: boolean;
  /** Weight of the entropy in squared pixels; default 2 pixels' square for plans, 1 for barycenters. */
  readonly epsilon?: number;
  /** Unbalanced: pixels beyond which light rather fades than moves; default a quarter of the longest side. */
  readonly reach?: number;
  /** Pixels by which particles are blurred halfway, against gaps where they part; default 0.8. The ends stay sharp. */
  readonly blur?: number;
}

/** A morph. */
export interface MorphResult {
  /** RGB of 8 bits, all of one size, from the source to the target. */
  readonly frames: readonly Picture[];
  /** <P, C> in squared pixels per unit of light: the squared W2 of the normalised pictures where exact. Null for barycenters. */
  readonly value: number | null;
  /** The times of the frames, 0 to 1. */
  readonly times: Float64Array;
  /** The light of each frame, in sums of the luma (or its complement). */
  readonly light: Float64Array;
  readonly method: string;
}

/**
 * Frames between two pictures.
 *
 * What weighs is the luma of a pixel (its complement with `invert`), scaled to one total on both sides; the brightness of the whole goes linearly from one
 * to the other. Pictures of different shape are centred on a common canvas.
 *
 * Throws `InvalidShape`, `InvalidValue` (a picture without light), `OutOfMemory`, `KernelUnavailable`.
 */
export interface Morph {
  (source: Picture, target: Picture, options?: MorphOptions): MorphResult;
  /** The same between turns of the event loop; can be aborted. */
  async(source: Picture, target: Picture, options?: MorphOptions & Pick<AsyncOptions, "signal">): Promise<MorphResult>;
  /** The same by hand: iterate for progress. */
  steps(source: Picture, target: Picture, options?: MorphOptions): Run<MorphResult>;
}

const methods = ["exact", "entropic", "unbalanced", "barycenter", "debiased"] as const;

/** Morphing; see {@link Morph}. */
export const morph: Morph = /*#__PURE__*/ defineSolver<[Picture, Picture], MorphOptions, MorphResult>(
  2,
  (control, [source, target], options) => {
    requirePicture(source, "source");
    requirePicture(target, "target");
    const { frames = 24, method = "exact", size = 64, invert = false, blur = 0.8 } = options;
    if (!methods.includes(method)) throw optionOutOfRange("method", method, `Use one of ${methods.join(", ")}.`);
    if (!(Number.isInteger(frames) && frames >= 2))
      throw optionOutOfRange("frames", frames, "Use a whole number of at least 2.");
    if (!(Number.isInteger(size) && size >= 2))
      throw optionOutOfRange("size", size, "Use a whole number of pixels of at least 2.");
    if (!(blur >= 0)) throw optionOutOfRange("blur", blur, "Use a number of pixels of at least 0.");
    const canvases = onCanvas([source, target], size, invert ? 1 : 0);
    if (invert) for (const { rgb } of canvases) for (let k = 0; k < rgb.length; k++) rgb[k] = 1 - rgb[k];
    const sides = canvases.map((canvas, k) => lightOf(canvas, k === 0 ? "source" : "target", invert));
    const { width, height } = canvases[0];
    const { epsilon = method === "barycenter" || method === "debiased" ? 1 : 4, reach = Math.max(width, height) / 4 } =
      options;
    return run(control, sides, { frames, method, invert, blur, epsilon, reach, width, height });
  },
) as Morph;

interface Settings {
  readonly frames: number;
  readonly method: (typeof methods)[number];
  readonly invert: boolean;
  readonly blur: number;
  readonly epsilon: number;
  readonly reach: number;
  readonly width: number;
  readonly height: number;
}

/** A picture as shares of its light, and what one share of it looks like. */
interface Light {
  /** Sums to 1. */
  readonly weights: Float64Array;
  readonly total: number;
  readonly rgb: Float64Array;
}

function lightOf(canvas: Canvas, argument: string, invert: boolean): Light {
  const luma = lumaOfCanvas(canvas);
  const total = sum(luma);
  if (!(total > 0)) {
    throw new OtError("InvalidValue", `The ${argument} is all ${invert ? "white" : "black"}: nothing can move.`, {
      argument,
      seen: total,
      cure: `Pass a picture with something ${invert ? "dark" : "bright"}, or ${invert ? "leave invert out" : "set invert"}.`,
    });
  }
  return { weights: luma.map((value) => value / total), total, rgb: canvas.rgb };
}

function* run(
  control: RunControl<MorphResult>,
  [source, target]: readonly Light[],
  settings: Settings,
): Generator<Progress, MorphResult, void> {
  const { frames, method, invert, width, height } = settings;
  const times = Float64Array.from({ length: frames }, (_, k) => k / (frames - 1));
  const painted: Canvas[] = [];
  const paint =
    method === "barycenter" || method === "debiased"
      ? { at: barycenters(source, target, settings), value: null }
      : yield* particles(source, target, settings);
  for (const [k, t] of times.entries()) {
    const rgb = t === 0 ? source.rgb.slice() : t === 1 ? target.rgb.slice() : yield* paint.at(t);
    painted.push({ width, height, rgb });
    yield { phase: "frames", iteration: k + 1, error: 1 - (k + 1) / frames, elapsedMs: control.elapsedMs() };
  }
  const light = Float64Array.from(painted, (canvas) => sum(lumaOfCanvas(canvas)));
  if (invert) for (const { rgb } of painted) for (let k = 0; k < rgb.length; k++) rgb[k] = 1 - rgb[k];
  return { frames: painted.map(pictureOf), value: paint.value, times, light, method };
}

type Paint = (t: number) => Generator<Progress, Float64Array, void>;

function* particles(
  source: Light,
  target: Light,
  { method, epsilon, reach, blur, width, height }: Settings,
): Generator<Progress, { at: Paint; value: number }, void> {
  const C = grid([height, width]);
  const [a, b] = [source.weights, target.weights];
  const strength = { kind: "KL" as const, strength: reach ** 2 / 2 };
  const { plan, transportCost } =
    method === "exact"
      ? yield* emd.steps(a, b, C)
      : yield* sinkhorn.steps(a, b, C, {
          epsilon,
          tolerance: 1e-6,
          ...(method === "unbalanced" && { unbalanced: { source: strength, target: strength } }),
        });
  // Entries that a frame of 8 bits cannot show are left out, and what is left of each pixel stays and fades.
  const least = method === "exact" ? 0 : 1e-3 / a.length ** 2;
  const from: number[] = [];
  const to: number[] = [];
  const mass: number[] = [];
  const [restSource, restTarget] = [a.slice(), b.slice()];
  for (const [i, j, share] of plan.entries(least)) {
    from.push(i);
    to.push(j);
    mass.push(share);
    restSource[i] -= share;
    restTarget[j] -= share;
  }
  const moving = { from: Int32Array.from(from), to: Int32Array.from(to), mass: Float64Array.from(mass) };
  // biome-ignore lint/correctness/useYield: drawn at once
  const at: Paint = function* (t) {
    return splat(
      { moving, restSource, restTarget, source, target, width, height },
      t,
      2 * Math.sqrt(t * (1 - t)) * blur,
    );
  };
  return { at, value: transportCost };
}

function barycenters(source: Light, target: Light, { method, epsilon, width, height }: Settings): Paint {
  const C = grid([height, width]);
  const sides = [source, target];
  return function* (t) {
    const debiased = method === "debiased";
    const { plans, weights } = yield* barycenter.steps([source.weights, target.weights], C, [1 - t, t], {
      epsilon,
      debiased,
      tolerance: 1e-4,
      maxIterations: 200,
      annealing: "none",
    });
    const rgb = new Float64Array(source.rgb.length);
    sides.forEach(({ weights: own, rgb: colours }, k) => {
      const share = k === 0 ? 1 - t : t;
      const reached = plans[k].apply(own.map((value) => (value > 0 ? 1 : 0)));
      for (let c = 0; c < 3; c++) {
        // A share of the light of pixel j looks like rgb_j / own_j.
        const look = own.map((value, j) => (value > 0 ? colours[3 * j + c] / value : 0));
        const seen = plans[k].apply(look);
        for (let i = 0; i < seen.length; i++)
          if (reached[i] > 0) rgb[3 * i + c] += share * seen[i] * (weights[i] / reached[i]);
      }
    });
    return rgb;
  };
}
