// The net of a critic of pictures: one convolution at full size, where noise and edges show, then windows of 4 x 4 that halve the picture.
// Strided windows of even size halve exactly and treat all pixels alike; pooling would cost as much work at the larger size.
import type { Layer, NetDescription } from "./net.ts";
import type { PictureShape } from "./picture.ts";

/** How large the net is. */
export interface PictureNetOptions {
  /** Channels: of the convolution at full size, then of each halving; default [8, 16, 32]. */
  readonly widths?: readonly number[];
  /** Units of a dense layer before the output; default 0: none. */
  readonly units?: number;
}

/** A 3 x 3 convolution with padding 1, convolutions of 4 x 4 with stride 2 and padding 1, each with LeakyReLU; one output. */
export function pictureNet(
  shape: PictureShape,
  { widths = [8, 16, 32], units = 0 }: PictureNetOptions = {},
): NetDescription {
  const stages = widths.flatMap((channels, k): Layer[] => [
    { kind: "convolution", channels, padding: 1, ...(k === 0 ? { size: 3 } : { size: 4, stride: 2 }) },
    { kind: "leakyRelu" },
  ]);
  const dense: Layer[] = units > 0 ? [{ kind: "dense", units }, { kind: "leakyRelu" }] : [];
  return { input: shape, layers: [...stages, ...dense, { kind: "dense", units: 1 }] };
}
