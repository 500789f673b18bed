// Small pictures as files: crossed stripes at changing places, all different.
import { npy } from "./monge.ts";

/** Grey of pixel (i, j) of picture k, in [0, 1]. */
function grey(k: number, i: number, j: number): number {
  const down = Math.abs(i - 2 - (k % 4)) < 1.5;
  const across = Math.abs(j - 1 - (k % 5)) < 1;
  return down !== across ? 0.9 : 0.05 + (k % 50) / 100;
}

/** `count` pictures of 8 x 8 pixels as a .npy stack. */
export function stripes(count: number): Uint8Array {
  const data = Float64Array.from({ length: count * 64 }, (_, at) =>
    grey(Math.floor(at / 64), Math.floor(at / 8) % 8, at % 8),
  );
  return npy([count, 8, 8], data);
}

/** One of others, as RGB bytes. */
export function stripePixels(k: number): Uint8Array {
  return Uint8Array.from({ length: 192 }, (_, at) =>
    Math.round(255 * (1 - grey(k, Math.floor(at / 24), Math.floor(at / 3) % 8))),
  );
}
