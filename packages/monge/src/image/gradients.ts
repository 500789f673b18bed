// How sharp edges are before and after: what a transfer of colours does to the gradients of a picture, where artefacts show.
import { alphaOf, type Picture } from "./picture.ts";

/** Gradients of the luma (ITU-R BT.709, of the coded components) between neighbouring pixels, in [0, 1]. */
export interface GradientStatistics {
  /** Mean size before and after. */
  readonly before: number;
  readonly after: number;
  /** What the mean would be if contrast changed everywhere alike: `before` times the ratio of the standard deviations of the luma. */
  readonly expected: number;
  /** The share of neighbours that were nearly alike (below 2 / 255) and now differ by 8 / 255 or more: edges out of nothing. */
  readonly newEdges: number;
}

const flat = 2 / 255;
const edge = 8 / 255;

/** Compares two pictures of the same size. */
export function gradientStatistics(before: Picture, after: Picture): GradientStatistics {
  const { width, height } = before;
  const row = (): Float64Array => new Float64Array(width);
  let [above, here] = [
    { was: row(), is: row() },
    { was: row(), is: row() },
  ];
  let [sumBefore, sumAfter, fresh, pairs, count] = [0, 0, 0, 0, 0];
  const moments = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    [above, here] = [here, above];
    fillLuma(before, y, here.was);
    fillLuma(after, y, here.is);
    const { was, is } = here;
    for (let x = 0; x < width; x++) {
      const [p, q] = [was[x], is[x]];
      // What cannot be seen is NaN, and compares as nothing.
      if (!Number.isNaN(p)) {
        count++;
        moments[0] += p;
        moments[1] += p * p;
        moments[2] += q;
        moments[3] += q * q;
      }
      for (let side = 0; side < 2; side++) {
        if (side === 0 ? x === 0 : y === 0) continue;
        const old = Math.abs(p - (side === 0 ? was[x - 1] : above.was[x]));
        const now = Math.abs(q - (side === 0 ? is[x - 1] : above.is[x]));
        if (Number.isNaN(old)) continue;
        sumBefore += old;
        sumAfter += now;
        pairs++;
        if (old < flat && now >= edge) fresh++;
      }
    }
  }
  const deviation = (total: number, squares: number): number =>
    count > 0 ? Math.sqrt(Math.max(0, squares / count - (total / count) ** 2)) : 0;
  const [spreadBefore, spreadAfter] = [deviation(moments[0], moments[1]), deviation(moments[2], moments[3])];
  const mean = pairs > 0 ? sumBefore / pairs : 0;
  return {
    before: mean,
    after: pairs > 0 ? sumAfter / pairs : 0,
    expected: spreadBefore > 0 ? (mean * spreadAfter) / spreadBefore : 0,
    newEdges: pairs > 0 ? fresh / pairs : 0,
  };
}

/** The luma of row y, NaN where the picture is transparent. */
function fillLuma(picture: Picture, y: number, out: Float64Array): void {
  const { data, width, channels, max } = picture;
  const alpha = alphaOf(picture);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let x = 0, at = y * width * channels; x < width; x++, at += channels) {
    const seen = alpha < 0 || data[at + alpha] > 0;
    out[x] = seen ? (0.2126 * data[at] + 0.7152 * data[at + green] + 0.0722 * data[at + blue]) / max : Number.NaN;
  }
}
