// The source of a semi-discrete problem in the plane: a convex polygon with uniform density, or an image whose pixels are squares of uniform density.
// Integrals over a convex cell are exact: the cell is cut along the pixels' lines, and each piece integrated in closed form.
import { OtError } from "../errors/otError.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights } from "../measure/weights.ts";
import { addMoments, clip, type Moments, noMoments, type Polygon } from "./polygon.ts";

/** Where the mass is. */
export type PlanarDensity =
  | {
      /** Uniform on a convex polygon. */
      readonly kind: "polygon";
      /** Its vertices in either order, count x 2. */
      readonly vertices: MatrixLike;
      /** Total mass, > 0; default 1. */
      readonly mass?: number;
    }
  | {
      /** Uniform on each pixel of an image. */
      readonly kind: "image";
      /** Masses of the pixels, >= 0, row by row from the top, height x width. */
      readonly pixels: ArrayLike<number>;
      readonly width: number;
      readonly height: number;
      /** Side of a pixel, > 0; default 1. Pixel (row, column) covers [column, column + 1] x [row, row + 1] times the side. */
      readonly spacing?: number;
    };

/** A density that was checked. */
export interface Domain {
  /** The convex region that holds the mass. */
  readonly outline: Polygon;
  readonly mass: number;
  /** Integrals over a convex cell of the outline, and of the density along its labelled edges: `edge(label, integral)`. */
  integrate(cell: Polygon, px: number, py: number, edge?: (label: number, integral: number) => void): Moments;
}

/** Checks a density. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`. */
export function readDensity(density: PlanarDensity): Domain {
  if (density?.kind === "polygon") return polygonDomain(density.vertices, density.mass ?? 1);
  if (density?.kind === "image") return imageDomain(density);
  throw new OtError("InvalidValue", "The source is no density in the plane.", {
    argument: "source",
    seen: density,
    cure: 'Pass { kind: "polygon", vertices } or { kind: "image", pixels, width, height }.',
  });
}

function polygonDomain(given: MatrixLike, mass: number): Domain {
  const { data, rows, cols } = toMatrix(given, "source.vertices");
  if (cols !== 2 || rows < 3) throw badPolygon([rows, cols], "Pass at least three vertices of two coordinates.");
  let vertices = Array.from(data);
  if (!vertices.every(Number.isFinite)) throw badPolygon("not finite", "Pass finite coordinates.");
  const moments = noMoments();
  addMoments({ vertices, labels: [] }, 1, vertices[0], vertices[1], moments);
  if (moments.area < 0) {
    vertices = Array.from({ length: rows }, (_, k) => [data[2 * (rows - 1 - k)], data[2 * (rows - 1 - k) + 1]]).flat();
  }
  const area = Math.abs(moments.area);
  for (let k = 0; k < rows; k++) {
    const at = (step: number, axis: number): number => vertices[2 * ((k + step) % rows) + axis];
    const turn = (at(1, 0) - at(0, 0)) * (at(2, 1) - at(1, 1)) - (at(1, 1) - at(0, 1)) * (at(2, 0) - at(1, 0));
    if (turn < -1e-12 * area) throw badPolygon(k, "Pass the vertices of a convex polygon in order.");
  }
  if (!(area > 0)) throw badPolygon(area, "Pass a polygon with an area.");
  if (!(mass > 0 && mass < Infinity)) throw badPolygon(mass, "Use a positive mass.");
  const rho = mass / area;
  return {
    outline: { vertices, labels: new Array<number>(rows).fill(-1) },
    mass,
    integrate(cell, px, py, edge) {
      const into = noMoments();
      addMoments(cell, rho, px, py, into);
      if (edge !== undefined) alongEdges(cell, rho, edge);
      return into;
    },
  };
}

function badPolygon(seen: unknown, cure: string): OtError {
  return new OtError("InvalidValue", "The polygon cannot hold a density.", { argument: "source.vertices", seen, cure });
}

function imageDomain(image: Extract<PlanarDensity, { kind: "image" }>): Domain {
  const { width, height, spacing = 1 } = image;
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (!whole(width) || !whole(height) || !(spacing > 0 && spacing < Infinity)) {
    throw new OtError("InvalidShape", `The image is ${width} x ${height} pixels of side ${spacing}.`, {
      argument: "source",
      seen: [width, height, spacing],
      cure: "Pass whole numbers of at least 1, and a positive spacing.",
    });
  }
  const masses = readWeights(image.pixels, width * height, "source.pixels");
  const mass = sum(masses);
  if (!(mass > 0)) {
    throw new OtError("InvalidValue", "The image has no mass.", {
      argument: "source.pixels",
      seen: mass,
      cure: "Pass pixels of which some are above 0.",
    });
  }
  const rho = masses.map((value) => value / (spacing * spacing));
  const [w, h] = [width * spacing, height * spacing];
  return {
    outline: { vertices: [0, 0, w, 0, w, h, 0, h], labels: [-1, -1, -1, -1] },
    mass,
    integrate(cell, px, py, edge) {
      const into = noMoments();
      eachBand(cell, 1, spacing, height, (band, row) => {
        eachBand(band, 0, spacing, width, (piece, column) => {
          const density = rho[row * width + column];
          if (density === 0) return;
          addMoments(piece, density, px, py, into);
          if (edge !== undefined) alongEdges(piece, density, edge);
        });
      });
      return into;
    },
  };
}

/** The parts of a polygon between neighbouring lines of a grid across `axis`. */
function eachBand(
  cell: Polygon,
  axis: 0 | 1,
  spacing: number,
  count: number,
  visit: (band: Polygon, index: number) => void,
): void {
  let low = Infinity;
  let high = -Infinity;
  for (let k = axis; k < cell.vertices.length; k += 2) {
    low = Math.min(low, cell.vertices[k]);
    high = Math.max(high, cell.vertices[k]);
  }
  const first = Math.max(0, Math.min(count - 1, Math.floor(low / spacing)));
  const last = Math.max(first, Math.min(count - 1, Math.ceil(high / spacing) - 1));
  const [a, b] = axis === 0 ? [1, 0] : [0, 1];
  let rest = cell;
  for (let k = first; k <= last && rest.labels.length > 0; k++) {
    const wall = (k + 1) * spacing;
    visit(k === last ? rest : clip(rest, a, b, wall, -1), k);
    if (k < last) rest = clip(rest, -a, -b, -wall, -1);
  }
}

function alongEdges(
  { vertices, labels }: Polygon,
  density: number,
  edge: (label: number, integral: number) => void,
): void {
  for (let k = 0; k < labels.length; k++) {
    if (labels[k] < 0) continue;
    const next = k + 1 === labels.length ? 0 : k + 1;
    edge(
      labels[k],
      density * Math.hypot(vertices[2 * next] - vertices[2 * k], vertices[2 * next + 1] - vertices[2 * k + 1]),
    );
  }
}
