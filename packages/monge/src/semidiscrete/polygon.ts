// Convex polygons in the plane: clipping by half-planes, and integrals of 1, x and |x - y|^2 over them.
// Sutherland and Hodgman (1974); integrals by Green's formula over a fan of triangles from the first vertex.

/** A convex polygon, counterclockwise; edge k runs from vertex k to vertex k + 1 and carries a label: who lies behind it. */
export interface Polygon {
  /** x, y of each vertex. */
  readonly vertices: number[];
  /** One for each edge: the index of a neighbouring cell, or -1 for a wall. */
  readonly labels: number[];
}

/** The part of a polygon where a x + b y <= c; its new edge is labelled `label`. The polygon itself where nothing is cut off. */
export function clip({ vertices, labels }: Polygon, a: number, b: number, c: number, label: number): Polygon {
  const count = labels.length;
  let outside = 0;
  for (let k = 0; k < count; k++) if (a * vertices[2 * k] + b * vertices[2 * k + 1] > c) outside++;
  if (outside === 0) return { vertices, labels };
  const cut: { vertices: number[]; labels: number[] } = { vertices: [], labels: [] };
  if (outside === count) return cut;
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    const [x, y, u, v] = [vertices[2 * k], vertices[2 * k + 1], vertices[2 * next], vertices[2 * next + 1]];
    const here = a * x + b * y - c;
    const there = a * u + b * v - c;
    if (here <= 0) {
      cut.vertices.push(x, y);
      cut.labels.push(labels[k]);
      if (there > 0) {
        const t = here / (here - there);
        cut.vertices.push(x + t * (u - x), y + t * (v - y));
        cut.labels.push(label);
      }
    } else if (there <= 0) {
      const t = here / (here - there);
      cut.vertices.push(x + t * (u - x), y + t * (v - y));
      cut.labels.push(labels[k]);
    }
  }
  return cut;
}

/** Integrals over a cell. */
export interface Moments {
  /** integral of 1. */
  area: number;
  /** integral of x - y, coordinate by coordinate. */
  first: [number, number];
  /** integral of |x - y|^2. */
  second: number;
}

/** Adds `density` times the integrals over the polygon to `into`; y = (px, py). */
export function addMoments({ vertices }: Polygon, density: number, px: number, py: number, into: Moments): void {
  const x0 = vertices[0] - px;
  const y0 = vertices[1] - py;
  for (let k = 2; k + 3 < vertices.length; k += 2) {
    const x1 = vertices[k] - px;
    const y1 = vertices[k + 1] - py;
    const x2 = vertices[k + 2] - px;
    const y2 = vertices[k + 3] - py;
    const area = (density * ((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))) / 2;
    into.area += area;
    into.first[0] += (area * (x0 + x1 + x2)) / 3;
    into.first[1] += (area * (y0 + y1 + y2)) / 3;
    const squares = x0 * x0 + x1 * x1 + x2 * x2 + y0 * y0 + y1 * y1 + y2 * y2;
    into.second += (area * (squares + x0 * x1 + x1 * x2 + x2 * x0 + y0 * y1 + y1 * y2 + y2 * y0)) / 6;
  }
}

/** Moments of nothing. */
export function noMoments(): Moments {
  return { area: 0, first: [0, 0], second: 0 };
}
