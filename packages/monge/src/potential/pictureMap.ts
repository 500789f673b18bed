// A map of points applied to pictures of any size: overlapping tiles, blended.
// Weights of a tile fall linearly from its middle, w(i) = min(i + 1, n - i), so that seams vanish.
import { OtError } from "../errors/otError.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { type Picture, type PictureShape, requireFinite } from "./picture.ts";

/** Anything that maps points: what `w1Map` returns, say. */
export interface PointMap {
  apply(points: Matrix<Floats>): Matrix<Floats>;
}

/** How many tiles are mapped together. */
const batch = 256;

/**
 * The map applied to pictures; `shape` is that of its points. Larger pictures are cut into tiles that overlap by half at least.
 * Throws `InvalidShape` for smaller pictures and other channels, `InvalidValue` for samples that are not finite.
 */
export function mapPictures(map: PointMap, list: readonly Picture[], shape: PictureShape): Picture[] {
  const tiles = list.flatMap((picture, k) => {
    requireFinite(picture, `picture ${k}`);
    requireLarge(picture, shape, `picture ${k}`);
    const lefts = starts(picture.shape[2], shape[2]);
    return starts(picture.shape[1], shape[1]).flatMap((top) =>
      lefts.map((left) => ({ k, place: [top, left] as const })),
    );
  });
  const pixels = shape[0] * shape[1] * shape[2];
  const sums = list.map(({ data }) => new Float64Array(data.length));
  const weights = list.map(({ data }) => new Float64Array(data.length));
  for (let begin = 0; begin < tiles.length; begin += batch) {
    const some = tiles.slice(begin, begin + batch);
    const points = new Float32Array(some.length * pixels);
    some.forEach(({ k, place }, t) => {
      eachSample(list[k].shape, shape, place, (at, inside) => {
        points[t * pixels + inside] = list[k].data[at];
      });
    });
    const moved = map.apply({ data: points, rows: some.length, cols: pixels });
    some.forEach(({ k, place }, t) => {
      eachSample(list[k].shape, shape, place, (at, inside, share) => {
        sums[k][at] += share * moved.data[t * pixels + inside];
        weights[k][at] += share;
      });
    });
  }
  return list.map((picture, k) => ({
    ...picture,
    data: Float32Array.from(sums[k], (sum, at) => sum / weights[k][at]),
  }));
}

function requireLarge(picture: Picture, tile: PictureShape, fallback: string): void {
  const [channels, height, width] = picture.shape;
  if (channels === tile[0] && height >= tile[1] && width >= tile[2]) return;
  throw new OtError(
    "InvalidShape",
    `${picture.name ?? fallback} is ${picture.shape.join(" x ")}, the map takes ${tile.join(" x ")} (channels x height x width) or larger.`,
    {
      argument: "pictures",
      seen: [...picture.shape],
      cure: channels === tile[0] ? "Enlarge the picture." : "Read it with the channels that the map was trained on.",
    },
  );
}

/** Where tiles begin: evenly, at most half a tile apart, the last one at the end. */
function starts(length: number, tile: number): number[] {
  const most = length - tile;
  const steps = Math.ceil(most / Math.max(1, Math.floor(tile / 2)));
  return Array.from({ length: steps + 1 }, (_, k) => (steps === 0 ? 0 : Math.round((k * most) / steps)));
}

function eachSample(
  [, height, width]: PictureShape,
  [channels, rows, cols]: PictureShape,
  [top, left]: readonly [number, number],
  use: (at: number, inside: number, share: number) => void,
): void {
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < rows; i++) {
      const down = Math.min(i + 1, rows - i);
      for (let j = 0; j < cols; j++) {
        const at = (c * height + top + i) * width + left + j;
        use(at, (c * rows + i) * cols + j, down * Math.min(j + 1, cols - j));
      }
    }
  }
}
