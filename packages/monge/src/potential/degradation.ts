// What happens to a picture on its way: y = clip(K * x + sigma n), each part by itself and one after another.
// Blurs reflect the picture at its border (half a sample beyond the last one), so that nothing enters from outside.
import { OtError } from "../errors/otError.ts";
import { type Random, random } from "../linalg/random.ts";
import type { BlurKernel } from "./blurKernel.ts";
import type { Picture, PictureShape } from "./picture.ts";

/** One way to spoil a picture. */
export interface Degradation {
  /** In words: `noise 0.4`. */
  readonly name: string;
  /** Overwrites the samples of one picture. */
  apply(samples: Float32Array, shape: PictureShape, draw: Random): void;
}

/** Independent normal noise of the given standard deviation >= 0, in the unit of the samples (black to white is 2). */
export function addNoise(deviation: number): Degradation {
  if (!(deviation >= 0) || !Number.isFinite(deviation)) {
    throw new OtError("InvalidValue", `deviation is ${deviation}.`, {
      argument: "deviation",
      seen: deviation,
      cure: "Use a number of at least 0.",
    });
  }
  return {
    name: `noise ${deviation}`,
    apply(samples, _, draw) {
      for (let k = 0; k < samples.length; k++) samples[k] += deviation * draw.normal();
    },
  };
}

/** Correlation with a kernel, each channel by itself; the picture is reflected at its border. */
export function blurred(kernel: BlurKernel): Degradation {
  return {
    name: `blur ${kernel.name}`,
    apply(samples, shape) {
      blurInto(samples.slice(), shape, kernel, samples);
    },
  };
}

/** Samples beyond `low` and `high` are set to them. Default -1 and 1. */
export function clipped(low = -1, high = 1): Degradation {
  return {
    name: `clip to [${low}, ${high}]`,
    apply(samples) {
      for (let k = 0; k < samples.length; k++) samples[k] = Math.min(high, Math.max(low, samples[k]));
    },
  };
}

/** Several, one after another. */
export function inOrder(...parts: readonly Degradation[]): Degradation {
  return {
    name: parts.map(({ name }) => name).join(", "),
    apply(samples, shape, draw) {
      for (const part of parts) part.apply(samples, shape, draw);
    },
  };
}

/** Degraded copies; the same seed spoils them alike. */
export function degrade(list: readonly Picture[], degradation: Degradation, seed = 0): Picture[] {
  const draw = random(seed);
  return list.map(({ data, shape, name }) => {
    const samples = data.slice();
    degradation.apply(samples, shape, draw);
    return { data: samples, shape, ...(name !== undefined && { name }) };
  });
}

/** `from` correlated with `kernel`, written to `to`, which must be other memory. Works row by row of the kernel. */
export function blurInto(
  from: Float32Array,
  [channels, height, width]: PictureShape,
  kernel: BlurKernel,
  to: Float32Array,
): void {
  const { data, size } = kernel;
  const radius = (size - 1) >> 1;
  const column = reflectedIndices(width, radius);
  const row = reflectedIndices(height, radius);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height; i++) {
      const line = (c * height + i) * width;
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let a = 0; a < size; a++) {
          const begin = (c * height + row[i + a]) * width;
          for (let b = 0; b < size; b++) sum += data[a * size + b] * from[begin + column[j + b]];
        }
        to[line + j] = sum;
      }
    }
  }
}

/** The sample that stands at place k - radius of a line that is mirrored at both ends: ... 1 0 | 0 1 2 ... */
function reflectedIndices(length: number, radius: number): Int32Array {
  return Int32Array.from({ length: length + 2 * radius }, (_, k) => {
    const period = 2 * length;
    const at = (((k - radius) % period) + period) % period;
    return at < length ? at : period - 1 - at;
  });
}
