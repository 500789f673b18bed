// The nets of critics, described as data: layers in a row from a point or a picture to one number.
// Piecewise linear throughout, so that the gradient of the gradient penalty is one more forward pass (engine.ts).

/** One layer. Sizes count pixels, channels and units; `stride` is 1, `padding` 0 (pixels of zeros on each side), `slope` 0.2 unless said. */
export type Layer =
  | { readonly kind: "dense"; readonly units: number }
  | {
      readonly kind: "convolution";
      readonly channels: number;
      /** Side of the square window, 1 to 9. */
      readonly size: number;
      readonly stride?: number;
      readonly padding?: number;
    }
  /** Means of `size` x `size` pixels; `size` divides the height and the width. */
  | { readonly kind: "averagePool"; readonly size: number }
  /** x where x > 0, else slope x, 0 <= slope < 1; stands behind one of the others. */
  | { readonly kind: "leakyRelu"; readonly slope?: number };

/** A net: the shape of its input, [dimension] or [channels, height, width], and its layers; the last one has a single output. */
export interface NetDescription {
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
}

/**
 * A multilayer perceptron: dense layers of the given widths with LeakyReLU behind each, and one output.
 *
 * `mlp(784, [256, 256])` has 784-256-256-1 units. `slope` of the LeakyReLU: 0.2.
 */
export function mlp(
  dimension: number,
  widths: readonly number[],
  { slope = 0.2 }: { readonly slope?: number } = {},
): NetDescription {
  const hidden = widths.flatMap((units): Layer[] => [
    { kind: "dense", units },
    { kind: "leakyRelu", slope },
  ]);
  return { input: [dimension], layers: [...hidden, { kind: "dense", units: 1 }] };
}

/** Options of {@link convolutional}. */
export interface ConvolutionalOptions {
  /** Side of the windows; odd sizes keep the picture's size before the stride. Default 3. */
  readonly size?: number;
  /** How each stage halves the picture: `"stride"` 2 of its convolution (default), or `"averagePool"` behind it. */
  readonly down?: "stride" | "averagePool";
  /** Units of a dense layer between the last picture and the output; 0 (default) for none. */
  readonly units?: number;
  /** Slope of the LeakyReLU. Default 0.2. */
  readonly slope?: number;
}

/**
 * A convolutional critic on pictures [channels, height, width]: for each width a convolution and LeakyReLU that halve the
 * picture, then dense layers to one output. `convolutional([1, 28, 28], [32, 64])` goes 28 -> 14 -> 7 pixels.
 */
export function convolutional(
  shape: readonly number[],
  channelWidths: readonly number[],
  { size = 3, down = "stride", units = 0, slope = 0.2 }: ConvolutionalOptions = {},
): NetDescription {
  const padding = Math.floor(size / 2);
  const stages = channelWidths.flatMap((channels): Layer[] => [
    { kind: "convolution", channels, size, stride: down === "stride" ? 2 : 1, padding },
    { kind: "leakyRelu", slope },
    ...(down === "averagePool" ? [{ kind: "averagePool", size: 2 } as const] : []),
  ]);
  const dense: Layer[] =
    units > 0
      ? [
          { kind: "dense", units },
          { kind: "leakyRelu", slope },
        ]
      : [];
  return { input: shape, layers: [...stages, ...dense, { kind: "dense", units: 1 }] };
}
