// A picture in memory: what is transported in this folder, and what comes back.
import { OtError } from "../errors/otError.ts";

/** Samples in [0, max], interleaved, rows from the top: grey, grey + alpha, RGB or RGBA; sRGB-coded unless said otherwise. */
export interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array | Float64Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** The largest sample: 255, 65535, or 1 for floats. */
  readonly max: number;
}

/** Checks a picture: throws `InvalidShape` where numbers do not fit, `InvalidValue` for a `max` that is not above 0. */
export function requirePicture(picture: Picture, argument: string): void {
  const { data, width, height, channels, max } = picture ?? {};
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
  if (!whole || ![1, 2, 3, 4].includes(channels) || data?.length !== width * height * channels) {
    throw new OtError(
      "InvalidShape",
      `${argument} is no picture of ${width} x ${height} pixels, ${channels} channels.`,
      {
        argument,
        seen: data?.length,
        cure: "Pass { data, width, height, channels, max } with width * height * channels samples.",
      },
    );
  }
  if (max > 0 && max < Infinity) return;
  throw new OtError("InvalidValue", `${argument}.max is ${max}.`, {
    argument: `${argument}.max`,
    seen: max,
    cure: "Pass the largest sample: 255, 65535, or 1 for floats.",
  });
}

/** Where alpha is among the samples of a pixel; -1 for none. */
export function alphaOf({ channels }: Picture): number {
  return channels === 2 || channels === 4 ? channels - 1 : -1;
}

/** Samples of the type that `like` has. */
export function samplesLike(like: Picture["data"], length: number): Picture["data"] {
  if (like instanceof Uint16Array) return new Uint16Array(length);
  if (like instanceof Float32Array) return new Float32Array(length);
  if (like instanceof Float64Array) return new Float64Array(length);
  return new Uint8Array(length);
}
