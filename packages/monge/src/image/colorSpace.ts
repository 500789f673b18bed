// Colour spaces in which distances are taken: sRGB as coded, linear light, Oklab, CIELAB (D65), and back.
// sRGB: IEC 61966-2-1; Oklab: Ottosson (2020); CIELAB: CIE 15. Roots by Newton's method: the same bits in every engine.
import { optionOutOfRange } from "../errors/otError.ts";

/**
 * `"srgb"`: components as they are coded; `"linear"`: proportional to light; `"oklab"`: perceptual, L in [0, 1]; `"lab"`: CIELAB divided by
 * 100, so that L is in [0, 1] as well.
 */
export type ColorSpace = "srgb" | "linear" | "oklab" | "lab";

/** A space: three sRGB components in [0, 1] at `at` of `colors` to three coordinates in place, and back (unclamped). */
export interface ColorCodec {
  encode(colors: Float64Array, at: number): void;
  decode(colors: Float64Array, at: number): void;
}

/** The space of this name. Throws `InvalidValue`. */
export function colorCodec(space: ColorSpace): ColorCodec {
  const found = (codecs as Readonly<Record<string, ColorCodec | undefined>>)[space];
  if (found !== undefined) return found;
  throw optionOutOfRange("space", space, `Use one of ${Object.keys(codecs).join(", ")}.`);
}

const codecs: Readonly<Record<ColorSpace, ColorCodec>> = {
  srgb: { encode() {}, decode() {} },
  linear: { encode: toLight, decode: fromLight },
  oklab: {
    encode(c, at) {
      toLight(c, at);
      times(c, at, oklabCones);
      for (let k = at; k < at + 3; k++) c[k] = cubeRoot(c[k]);
      times(c, at, oklabAxes);
    },
    decode(c, at) {
      times(c, at, oklabConesBack);
      for (let k = at; k < at + 3; k++) c[k] = c[k] ** 3;
      times(c, at, oklabLightBack);
      fromLight(c, at);
    },
  },
  lab: {
    encode(c, at) {
      toLight(c, at);
      times(c, at, lightToXyz);
      for (let k = 0; k < 3; k++) c[at + k] = labCurve(c[at + k] / white[k]);
      const [x, y, z] = [c[at], c[at + 1], c[at + 2]];
      c[at] = 1.16 * y - 0.16;
      c[at + 1] = 5 * (x - y);
      c[at + 2] = 2 * (y - z);
    },
    decode(c, at) {
      const y = (c[at] + 0.16) / 1.16;
      const x = y + c[at + 1] / 5;
      const z = y - c[at + 2] / 2;
      c[at] = white[0] * labCurveBack(x);
      c[at + 1] = white[1] * labCurveBack(y);
      c[at + 2] = white[2] * labCurveBack(z);
      times(c, at, xyzToLight);
      fromLight(c, at);
    },
  },
};

const oklabCones = [
  0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
  0.6299787005,
];
const oklabAxes = [
  0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
  -0.808675766,
];
const lightToXyz = [
  0.4123907993, 0.3575843394, 0.1804807884, 0.2126390059, 0.7151686788, 0.0721923154, 0.0193308187, 0.1191947798,
  0.9505321522,
];
const oklabConesBack = inverse(oklabAxes);
const oklabLightBack = inverse(oklabCones);
const xyzToLight = inverse(lightToXyz);
/** White: the sums of the rows, so that grey has no hue. */
const white = [0, 3, 6].map((row) => lightToXyz[row] + lightToXyz[row + 1] + lightToXyz[row + 2]);

function times(c: Float64Array, at: number, M: readonly number[]): void {
  const [x, y, z] = [c[at], c[at + 1], c[at + 2]];
  c[at] = M[0] * x + M[1] * y + M[2] * z;
  c[at + 1] = M[3] * x + M[4] * y + M[5] * z;
  c[at + 2] = M[6] * x + M[7] * y + M[8] * z;
}

function inverse(M: readonly number[]): number[] {
  const minor = (r: number, c: number): number => {
    const [i, j] = [0, 1, 2].filter((k) => k !== r);
    const [k, l] = [0, 1, 2].filter((q) => q !== c);
    return (M[3 * i + k] * M[3 * j + l] - M[3 * i + l] * M[3 * j + k]) * ((r + c) % 2 === 0 ? 1 : -1);
  };
  const determinant = M[0] * minor(0, 0) + M[1] * minor(0, 1) + M[2] * minor(0, 2);
  return [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => minor(c, r) / determinant));
}

function toLight(c: Float64Array, at: number): void {
  for (let k = at; k < at + 3; k++) c[k] = lightOf(c[k]);
}

function fromLight(c: Float64Array, at: number): void {
  for (let k = at; k < at + 3; k++) c[k] = codeOf(c[k]);
}

/** Light of an sRGB component: x^2.4 = (x r)^2 with r = x^(1/5). */
function lightOf(value: number): number {
  if (value <= 0.04045) return value / 12.92;
  const x = (value + 0.055) / 1.055;
  const r = fifthRoot(x);
  return x * r * (x * r);
}

/** The sRGB component of a light: x^(5/12) = (x^(1/3))^(5/4). */
function codeOf(light: number): number {
  if (light <= 0.0031308) return light * 12.92;
  const third = cubeRoot(light);
  return 1.055 * third * Math.sqrt(Math.sqrt(third)) - 0.055;
}

function fifthRoot(x: number): number {
  let r = Math.max(1, x);
  for (let step = 0; step < 14; step++) r -= (r - x / (r * r * r * r)) / 5;
  return r;
}

/** Newton from above; negative light has a negative root. */
function cubeRoot(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-12) return 0;
  let r = 1;
  // Powers of 8 bring the size into [1/8, 1].
  let scaled = size;
  let factor = 1;
  while (scaled > 1) {
    scaled /= 8;
    factor *= 2;
  }
  while (scaled < 0.125) {
    scaled *= 8;
    factor /= 2;
  }
  for (let step = 0; step < 7; step++) r -= (r - scaled / (r * r)) / 3;
  return x < 0 ? -r * factor : r * factor;
}

const knee = (6 / 29) ** 3;

function labCurve(t: number): number {
  return t > knee ? cubeRoot(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
}

function labCurveBack(t: number): number {
  return t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29);
}
