// Colour transfer: a picture in the colours of another, by transport between their palettes.
//
// Ferradans, Papadakis, Peyre, Aujol (2014): plan between palettes, barycentric displacements, extension to all colours; here through a table over
// the cube, so that a picture of any size costs a few operations a pixel.
import { points } from "../cost/points.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import type { Plan } from "../plan/plan.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, drain, type Run, type RunControl } from "../run/solver.ts";
import { type ColorMethod, colorMethods, planColors } from "./colorPlan.ts";
import { type ColorSpace, colorCodec } from "./colorSpace.ts";
import { extend } from "./extension.ts";
import { type GradientStatistics, gradientStatistics } from "./gradients.ts";
import { type GuidedOptions, guide } from "./guided.ts";
import { applyLookup, buildLookup, type Lookup, type MoveColors } from "./lookup.ts";
import { type Palette, palette } from "./palette.ts";
import { type Picture, requirePicture } from "./picture.ts";

/** Options of {@link colorTransfer}. */
export interface ColorTransferOptions extends RunOptions {
  /**
   * `"exact"` (default): optimal transport between the palettes. `"entropic"`: smoother. `"unbalanced"`: colours without a counterpart stay.
   * `"laplacian"`: neighbouring colours move alike. `"affine"`: the map between the Gaussians of the palettes. `"sliced"`: along random axes.
   */
  readonly method?: ColorMethod;
  /** Colours of each palette at most; default 1000. */
  readonly colors?: number;
  /** Where distances between colours are taken; default `"oklab"`. */
  readonly space?: ColorSpace;
  /** Entropic and unbalanced: epsilon as a multiple of the largest squared distance; default 0.002. */
  readonly relativeEpsilon?: number;
  /**
   * Unbalanced: the price of leaving mass alone, in squared units of the space; default 0.02. Laplacian: the strength of the penalty; default 1.
   */
  readonly strength?: number;
  /** Sliced: how often the axes are turned; default 40. */
  readonly rounds?: number;
  /** Colours of the palette that tell any other colour where to go; default 8; 1 is the nearest alone. */
  readonly neighbours?: number;
  /** How far to go, from 0 (nothing changes) to 1 (default). */
  readonly amount?: number;
  /** Smooth what changes along the picture, not across its edges; default false. `true` stands for the default radius and contrast. */
  readonly guided?: boolean | GuidedOptions;
  /** Nodes of the table along each axis of the cube, in [2, 129]; default 33. */
  readonly nodes?: number;
}

/** A picture in other colours. */
export interface ColorTransferResult {
  /** The source in the colours of the reference: RGB or RGBA, with the depth and the alpha of the source. */
  readonly picture: Picture;
  /** <P, C>: what the palette pays, in squared units of the space; for `"affine"` and `"sliced"` the mean squared displacement. */
  readonly value: number;
  /** Squared W2 between the palettes, before, and of the source's palette after it went through the table; computed when read. */
  readonly distance: { readonly before: number; readonly after: number };
  readonly source: Palette;
  readonly reference: Palette;
  /** The plan between the palettes; null for `"affine"` and `"sliced"`. */
  readonly plan: Plan | null;
  /** Computed when read. */
  readonly gradients: GradientStatistics;
  /** The same change of colours for another picture: the next frame, or the original in full size. */
  apply(picture: Picture): Picture;
  readonly method: ColorMethod;
  /** Milliseconds for palettes and plan, for the table, and for the pixels. */
  readonly elapsedMs: { readonly plan: number; readonly table: number; readonly pixels: number };
}

/**
 * `source` in the colours of `reference`.
 *
 * Pictures may have any sizes and depths; transparent pixels do not count and stay. Memory beyond the two pictures and the answer does not grow with
 * their size.
 *
 * Throws `InvalidShape`, `InvalidValue`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface ColorTransfer {
  (source: Picture, reference: Picture, options?: ColorTransferOptions): ColorTransferResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: Picture,
    reference: Picture,
    options?: ColorTransferOptions & Pick<AsyncOptions, "signal">,
  ): Promise<ColorTransferResult>;
  /** The same by hand: iterate for progress. */
  steps(source: Picture, reference: Picture, options?: ColorTransferOptions): Run<ColorTransferResult>;
}

/** Colour transfer; see {@link ColorTransfer}. */
export const colorTransfer: ColorTransfer = /*#__PURE__*/ defineSolver<
  [Picture, Picture],
  ColorTransferOptions,
  ColorTransferResult
>(2, (control, [source, reference], options) => {
  requirePicture(source, "source");
  requirePicture(reference, "reference");
  const {
    method = "exact",
    space = "oklab",
    neighbours = 8,
    amount = 1,
    nodes = 33,
    relativeEpsilon = 0.002,
  } = options;
  colorCodec(space);
  if (!colorMethods.includes(method))
    throw optionOutOfRange("method", method, `Use one of ${colorMethods.join(", ")}.`);
  if (!(Number.isInteger(neighbours) && neighbours >= 1))
    throw optionOutOfRange("neighbours", neighbours, "Use a whole number of at least 1; 8 is the default.");
  if (!(amount >= 0 && amount <= 1)) throw optionOutOfRange("amount", amount, "Use a number from 0 to 1.");
  if (!(Number.isInteger(nodes) && nodes >= 2 && nodes <= 129))
    throw optionOutOfRange("nodes", nodes, "Use a whole number from 2 to 129; 33 is the default.");
  const { strength = method === "laplacian" ? 1 : 0.02, rounds = 40 } = options;
  if (!(strength > 0)) throw optionOutOfRange("strength", strength, "Use a number above 0.");
  if (!(Number.isInteger(rounds) && rounds >= 1))
    throw optionOutOfRange("rounds", rounds, "Use a whole number of at least 1.");
  return run(control, source, reference, {
    method,
    space,
    neighbours,
    amount,
    nodes,
    relativeEpsilon,
    strength,
    rounds,
    colors: options.colors ?? 1000,
    seed: options.seed ?? 0,
    guided: options.guided === true ? {} : options.guided || null,
  });
}) as ColorTransfer;

interface Settings {
  readonly method: ColorMethod;
  readonly space: ColorSpace;
  readonly neighbours: number;
  readonly amount: number;
  readonly nodes: number;
  readonly relativeEpsilon: number;
  readonly strength: number;
  readonly rounds: number;
  readonly colors: number;
  readonly seed: number;
  readonly guided: GuidedOptions | null;
}

function* run(
  control: RunControl<ColorTransferResult>,
  source: Picture,
  reference: Picture,
  settings: Settings,
): Generator<Progress, ColorTransferResult, void> {
  const { method, space, neighbours, amount, nodes, colors, guided } = settings;
  const sign = (phase: string, share: number): Progress => ({
    phase,
    iteration: Math.round(100 * share),
    error: 1 - share,
    elapsedMs: control.elapsedMs(),
  });
  yield sign("palette", 0);
  const from = palette(source, { size: colors, space });
  const to = palette(reference, { size: colors, space });
  const { by, plan, value } = yield* planColors(from, to, settings);
  const planned = control.elapsedMs();
  const move = extend({ colors: from.colors, weights: from.weights, by: by.map((d) => amount * d) }, neighbours);
  const building = buildLookup(space, nodes, move);
  let lookup: Lookup;
  for (let slice = 1; ; slice++) {
    const step = building.next();
    if (step.done) {
      lookup = step.value;
      break;
    }
    yield sign("table", slice / nodes);
  }
  const built = control.elapsedMs();
  const pixels = source.width * source.height;
  const painting = applyLookup(lookup, source);
  let picture: Picture;
  for (;;) {
    const step = painting.next();
    if (step.done) {
      picture = step.value;
      break;
    }
    yield sign("pixels", step.value / pixels);
  }
  if (guided !== null) for (const row of guide(source, picture, guided)) yield sign("smooth", row / source.height);
  const painted = control.elapsedMs();
  const throughTable = (): Float64Array => {
    const moved = from.colors.data.slice();
    through(lookup, space)(moved);
    return moved;
  };
  const squared = (data: Float64Array): number =>
    emd(from.weights, to.weights, points({ data, rows: from.colors.rows, cols: 3 }, to.colors)).value;
  let distance: ColorTransferResult["distance"] | undefined;
  let gradients: GradientStatistics | undefined;
  return {
    picture,
    value,
    get distance() {
      distance ??= { before: method === "exact" ? value : squared(from.colors.data), after: squared(throughTable()) };
      return distance;
    },
    source: from,
    reference: to,
    plan,
    get gradients() {
      gradients ??= gradientStatistics(source, picture);
      return gradients;
    },
    apply(other) {
      requirePicture(other, "picture");
      const out = drain(applyLookup(lookup, other));
      if (guided !== null) drain(guide(other, out, guided));
      return out;
    },
    method,
    elapsedMs: { plan: planned, table: built - planned, pixels: painted - built },
  };
}

/** Colours of a space as the table moves them. */
function through(lookup: Lookup, space: ColorSpace): MoveColors {
  const codec = colorCodec(space);
  return (colors) => {
    for (let at = 0; at < colors.length; at += 3) codec.decode(colors, at);
    const clamped = colors.map((value) => Math.min(1, Math.max(0, value)));
    const one: Picture = { data: clamped, width: colors.length / 3, height: 1, channels: 3, max: 1 };
    colors.set(drain(applyLookup(lookup, one)).data);
    for (let at = 0; at < colors.length; at += 3) codec.encode(colors, at);
  };
}
