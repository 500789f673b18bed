// Power diagrams (Laguerre cells) of points with weights, clipped to a convex outline: cell i = { x : |x - y_i|^2 - w_i <= |x - y_j|^2 - w_j }.
// Aurenhammer (1987). Each cell is cut by the others in rings of a grid about it, until no site that is farther away can reach it.
import { clip, type Polygon } from "./polygon.ts";

/** Sites of a diagram, sorted into a grid once for many weights. */
export interface Sites {
  /** x, y of each. */
  readonly points: Float64Array;
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly origin: readonly [number, number];
  readonly size: number;
  /** Sites of box k: members[start[k] .. start[k + 1]). */
  readonly start: Int32Array;
  readonly members: Int32Array;
}

/** Sorts sites into boxes of about two. */
export function gridSites(points: Float64Array): Sites {
  const count = points.length / 2;
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    left = Math.min(left, points[2 * i]);
    right = Math.max(right, points[2 * i]);
    bottom = Math.min(bottom, points[2 * i + 1]);
    top = Math.max(top, points[2 * i + 1]);
  }
  const extent = Math.max(right - left, top - bottom);
  const side = Math.max(1, Math.floor(Math.sqrt(count / 2)));
  const size = extent > 0 ? extent / side : 1;
  const columns = Math.floor((right - left) / size) + 1;
  const rows = Math.floor((top - bottom) / size) + 1;
  const box = (i: number): number =>
    Math.floor((points[2 * i + 1] - bottom) / size) * columns + Math.floor((points[2 * i] - left) / size);
  const start = new Int32Array(columns * rows + 1);
  for (let i = 0; i < count; i++) start[box(i) + 1]++;
  for (let k = 0; k < columns * rows; k++) start[k + 1] += start[k];
  const members = new Int32Array(count);
  const next = start.slice();
  for (let i = 0; i < count; i++) members[next[box(i)]++] = i;
  return { points, count, columns, rows, origin: [left, bottom], size, start, members };
}

/** The cells of all sites, in order; empty polygons where a cell is. */
export function powerCells(sites: Sites, weights: Float64Array, outline: Polygon): Polygon[] {
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), -Infinity);
  return Array.from({ length: sites.count }, (_, i) => powerCell(sites, weights, heaviest, outline, i));
}

function powerCell(sites: Sites, weights: Float64Array, heaviest: number, outline: Polygon, i: number): Polygon {
  const { points, columns, rows, origin, size, start, members } = sites;
  const [x, y] = [points[2 * i], points[2 * i + 1]];
  const column = Math.floor((x - origin[0]) / size);
  const row = Math.floor((y - origin[1]) / size);
  let cell = outline;
  // A site at distance s cuts the cell, within radius R of y_i, only if s < R + sqrt(R^2 + w_j - w_i).
  let reach = Infinity;
  for (let ring = 0; ring <= Math.max(columns, rows) && (ring - 1) * size <= reach; ring++) {
    for (let r = row - ring; r <= row + ring; r++) {
      if (r < 0 || r >= rows) continue;
      const step = Math.abs(r - row) === ring || ring === 0 ? 1 : 2 * ring;
      for (let c = column - ring; c <= column + ring; c += step) {
        if (c < 0 || c >= columns) continue;
        for (let k = start[r * columns + c]; k < start[r * columns + c + 1]; k++) {
          if (members[k] !== i) cell = cutBy(cell, points, weights, i, members[k]);
        }
      }
    }
    if (cell.labels.length === 0) return cell;
    reach = reachOf(cell, x, y, heaviest - weights[i]);
  }
  return cell;
}

/** The part of cell i on its side of the line to j. */
export function cutBy(cell: Polygon, points: Float64Array, weights: Float64Array, i: number, j: number): Polygon {
  // Relative to y_i, so that the constant does not cancel.
  const [x, y] = [points[2 * i], points[2 * i + 1]];
  const a = points[2 * j] - x;
  const b = points[2 * j + 1] - y;
  return clip(cell, a, b, (a * a + b * b + weights[i] - weights[j]) / 2 + a * x + b * y, j);
}

function reachOf({ vertices }: Polygon, x: number, y: number, lead: number): number {
  let square = 0;
  for (let k = 0; k < vertices.length; k += 2) {
    square = Math.max(square, (vertices[k] - x) ** 2 + (vertices[k + 1] - y) ** 2);
  }
  return Math.sqrt(square) + Math.sqrt(Math.max(0, square + lead));
}
