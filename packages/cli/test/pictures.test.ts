// Pictures: well-formed, finite, escaped, honest about what they leave out.
import { describe, expect, it } from "vitest";
import { cloudPicture, drawn } from "../src/plot/cloud.ts";
import { imagePicture } from "../src/plot/image.ts";
import { interpolate, meanDisplacements } from "../src/plot/interpolation.ts";
import { linePicture } from "../src/plot/line.ts";
import { percent, shortNumber, tickLabels, ticks } from "../src/plot/number.ts";
import { encodePng } from "../src/plot/png.ts";
import { project } from "../src/plot/project.ts";
import type { Scene, Side } from "../src/plot/scene.ts";
import { coordinate, escapeText, fitText, textWidth } from "../src/plot/svg.ts";
import { tablePicture } from "../src/plot/table.ts";
import { thin, thinAround } from "../src/plot/thin.ts";
import { elements } from "./xml.ts";

const head = { title: 'from <a> & "b" to \u0007', subtitle: "W₂ = 1 · gap 0" };

/** A small linear congruential generator: any seeded stream will do here. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function cloud(name: string, n: number, dimension: number, draw: () => number): Side {
  return {
    name,
    weights: Float64Array.from({ length: n }, () => 1 / n),
    points: Float64Array.from({ length: n * dimension }, draw),
    dimension,
    grid: null,
  };
}

/** Matches atom k with atom k. */
function scene(n: number, dimension: number): Scene {
  const draw = stream(n + dimension);
  const indices = Array.from({ length: n }, (_, k) => k);
  return {
    ...head,
    source: cloud("a<&>.csv", n, dimension, draw),
    target: cloud("b'.csv", n, dimension, draw),
    flows: { i: indices, j: indices, mass: indices.map(() => 1 / n) },
  };
}

function image(rows: number, columns: number, at: number): Side {
  const weights = new Float64Array(rows * columns);
  weights[at] = 1;
  const points = Array.from({ length: rows * columns }, (_, k) => [Math.floor(k / columns), k % columns]).flat();
  return { name: `${rows} by ${columns}`, weights, points, dimension: 2, grid: [rows, columns] };
}

const images = (from: number, to: number): Scene => ({
  ...head,
  source: image(6, 8, from),
  target: image(6, 8, to),
  flows: { i: [from], j: [to], mass: [1] },
});

const pictures: Readonly<Record<string, () => string>> = {
  "a cloud": () => cloudPicture(scene(40, 2)),
  "a cloud in 5 dimensions": () => cloudPicture(scene(40, 5)),
  "a cloud of one atom": () => cloudPicture(scene(1, 2)),
  "a cloud at one place": () =>
    cloudPicture({ ...scene(3, 2), source: { ...scene(3, 2).source, points: new Float64Array(6) } }),
  "a cloud with coordinates of 1e200": () =>
    cloudPicture({
      ...scene(9, 3),
      source: { ...scene(9, 3).source, points: Array.from(scene(9, 3).source.points, (x) => x * 1e200) },
    }),
  "a portrait and a landscape": () => imagePicture({ ...images(9, 0), source: image(9, 4, 9) }),
  "a line of atoms": () => linePicture(scene(30, 1)),
  "a line of bins": () => linePicture(scene(500, 1)),
  "a line of one atom": () => linePicture(scene(1, 1)),
  "two images": () => imagePicture(images(9, 38)),
  "two images of different sizes": () => imagePicture({ ...images(9, 0), target: image(3, 5, 0) }),
  "a table": () =>
    tablePicture({
      ...head,
      a: [0.2, 0.3, 0.5],
      b: [0.5, 0.5],
      flows: { i: [0, 1, 2], j: [0, 0, 1], mass: [0.2, 0.3, 0.5] },
    }),
  "a large table": () =>
    tablePicture({
      ...head,
      a: new Float64Array(500).fill(1),
      b: new Float64Array(700).fill(1),
      flows: { i: [499], j: [699], mass: [1] },
    }),
};

describe.each(Object.entries(pictures))("the picture of %s", (_, draw) => {
  it("is well-formed XML without NaN, Infinity or undefined", () => {
    const svg = draw();
    const [root] = elements(svg);
    expect(root.name).toBe("svg");
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it("needs nothing from outside", () => {
    for (const { attributes } of elements(draw())) {
      for (const key of ["href", "src"]) if (key in attributes) expect(attributes[key]).toMatch(/^(data:|#)/);
    }
  });

  it("keeps every text inside its width", () => {
    const all = elements(draw());
    const [x, , width] = (all[0].attributes["viewBox"] ?? "").split(" ").map(Number);
    for (const { name, attributes, text } of all) {
      if (name !== "text" || attributes["text-anchor"] !== undefined) continue;
      expect(Number(attributes["x"]) + textWidth(text, Number(attributes["font-size"]))).toBeLessThanOrEqual(x + width);
    }
  });

  it("is the same every time", () => expect(draw()).toBe(draw()));
});

describe("cloudPicture(scene)", () => {
  it("escapes names and titles", () => {
    const svg = cloudPicture(scene(3, 2));
    expect(svg).toContain("a&lt;&amp;&gt;.csv");
    expect(svg).toContain("from &lt;a&gt; &amp; &quot;b&quot; to \ufffd");
  });

  it("draws each atom and each flow of a small problem", () => {
    const all = elements(cloudPicture(scene(25, 2)));
    expect(all.filter(({ name, attributes }) => name === "circle" && "data-k" in attributes)).toHaveLength(50);
    expect(
      all.filter(({ name, attributes }) => name === "path" && attributes["fill"]?.startsWith("url(#flow-")),
    ).toHaveLength(26);
  });

  it("says which share of the mass it draws when there are too many flows", () => {
    const svg = cloudPicture(scene(2 * drawn.flows, 2));
    expect(svg).toMatch(/Drawn: 1\u202f500 of 3\u202f000 flows, the heaviest first: 50 % of the mass/);
    expect(cloudPicture(scene(20, 2))).not.toContain("heaviest");
  });

  it("says how it projects more than two dimensions", () => {
    expect(cloudPicture(scene(30, 5))).toMatch(/principal axes .* keeps \d+ % of the variance of the 5 dimensions/);
    expect(cloudPicture(scene(30, 2))).not.toContain("principal");
  });
});

describe("linePicture(scene)", () => {
  const crossing = (j: number[]): Scene => ({
    ...scene(3, 1),
    source: { ...scene(3, 1).source, points: [0, 1, 2] },
    target: { ...scene(3, 1).target, points: [0, 1, 2] },
    flows: { i: [0, 1, 2], j, mass: [1 / 3, 1 / 3, 1 / 3] },
  });

  it("calls a plan monotone only if no flows cross", () => {
    expect(linePicture(crossing([0, 1, 2]))).toContain("monotone: no two flows cross");
    expect(linePicture(crossing([1, 0, 2]))).toContain("not monotone: some flows cross");
  });
});

describe("project(source, target)", () => {
  it("finds the plane in which all points lie, up to rotation", () => {
    const draw = stream(5);
    const flat = (n: number): Side => {
      const points: number[] = [];
      for (let k = 0; k < n; k++) {
        const [u, v] = [3 * draw(), draw()];
        points.push(u + v, u - v, 2 * u, 7);
      }
      return { name: "flat", weights: new Float64Array(n).fill(1), points, dimension: 4, grid: null };
    };
    const [source, target] = [flat(30), flat(20)];
    const plane = project(source, target);
    expect(plane.note).toContain("keeps 100 %");
    const distance = (points: ArrayLike<number>, width: number, i: number, j: number): number =>
      Math.hypot(...Array.from({ length: width }, (_, d) => points[i * width + d] - points[j * width + d]));
    for (let i = 1; i < 30; i++)
      expect(distance(plane.source, 2, 0, i)).toBeCloseTo(distance(source.points, 4, 0, i), 6);
  });
});

describe("interpolate(scene, t)", () => {
  it("keeps the mass and moves its centre on a straight line", () => {
    const moved = images(9, 38);
    for (const t of [0, 0.3, 0.5, 1]) {
      const density = interpolate(moved, t, 6, 8);
      const mass = density.reduce((sum, value) => sum + value, 0);
      const row = density.reduce((sum, value, k) => sum + value * Math.floor(k / 8), 0);
      const column = density.reduce((sum, value, k) => sum + value * (k % 8), 0);
      expect(mass).toBeCloseTo(1, 12);
      expect(row).toBeCloseTo(1 + t * 3, 12);
      expect(column).toBeCloseTo(1 + t * 5, 12);
    }
  });

  it("is the source at t = 0 and the target at t = 1", () => {
    const moved = images(9, 38);
    expect(Array.from(interpolate(moved, 0, 6, 8))).toEqual(Array.from(moved.source.weights));
    expect(Array.from(interpolate(moved, 1, 6, 8))).toEqual(Array.from(moved.target.weights));
  });
});

describe("meanDisplacements(scene, block)", () => {
  it("averages by mass within a block", () => {
    const flows = { i: [0, 1], j: [2, 17], mass: [1, 3] };
    const [arrow] = meanDisplacements({ ...images(0, 0), flows }, 2);
    expect(arrow).toEqual({ row: 0, column: 0.75, down: 1.5, right: 0.5, mass: 4 });
  });
});

describe("thinAround(masses, wanted, limit)", () => {
  it("keeps the wanted ones, then the heaviest", () => {
    expect(thinAround([1, 2, 3, 4, 0], [0], 3)).toEqual(Int32Array.of(0, 2, 3));
    expect(thinAround([1, 2, 0], [], 3)).toEqual(Int32Array.of(0, 1));
  });

  it("gives every flow of a thinned picture its two dots", () => {
    const many = scene(2 * drawn.dots, 2);
    const last = { i: [2 * drawn.dots - 1], j: [0], mass: [1] };
    const all = elements(cloudPicture({ ...many, flows: last }));
    const marks = all.filter(({ attributes }) => "data-k" in attributes);
    expect(marks).toHaveLength(2 * drawn.dots);
    expect(marks.some(({ attributes }) => attributes["data-k"] === String(2 * drawn.dots - 1))).toBe(true);
  });
});

describe("thin(masses, limit)", () => {
  it("keeps the heaviest in ascending order and tells their share", () => {
    expect(thin([5, 0, 1, 4], 2)).toEqual({ kept: Int32Array.of(3, 0), share: 0.9 });
    expect(thin([1, 0, 2], 9)).toEqual({ kept: Int32Array.of(0, 2), share: 1 });
  });

  it("takes equal masses from everywhere", () => {
    const { kept } = thin(new Float64Array(1000).fill(1), 100);
    for (let part = 0; part < 4; part++) {
      const inside = kept.filter((k) => k >= 250 * part && k < 250 * (part + 1)).length;
      expect(inside).toBeGreaterThan(10);
    }
  });
});

describe("text and numbers", () => {
  it("coordinate(NaN) throws instead of drawing", () => {
    expect(() => coordinate(Number.NaN)).toThrow(RangeError);
    expect(coordinate(-0.001)).toBe("0");
    expect(coordinate(1.239)).toBe("1.24");
  });

  it("escapeText(text) leaves nothing that XML forbids", () => {
    expect(escapeText(`<&>"'\u0000`)).toBe("&lt;&amp;&gt;&quot;&#39;\ufffd");
  });

  it("fitText(text, size, width) cuts in the middle", () => {
    const cut = fitText("a-very-long-file-name-that-does-not-fit.csv", 12, 120);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(120);
    expect(cut).toMatch(/^a-.*….*\.csv$/);
  });

  it("shortNumber(x) keeps the digits that count", () => {
    expect([0, 1, 1234567, 0.30000000000000004, 1e-16, -2.5, 1e20, 123.456789].map((x) => shortNumber(x))).toEqual([
      "0",
      "1",
      "1234567",
      "0.3",
      "1e-16",
      "-2.5",
      "1e20",
      "123.457",
    ]);
  });

  it("percent(share) never rounds up to 100 %", () => {
    expect([1, 0.99999, 0.5, 0.0123].map(percent)).toEqual(["100 %", "99.9 %", "50 %", "1.2 %"]);
  });

  it("ticks(low, high, wanted) are round and inside", () => {
    expect(ticks(-0.1, 1.05, 6)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
    expect(tickLabels(ticks(-0.1, 1.05, 6))).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(ticks(3, 3, 5)).toEqual([3]);
  });
});

describe("encodePng(rgb, rows, columns)", () => {
  it("is read back by another decoder", async () => {
    const { decode } = await import("fast-png");
    const rgb = Uint8Array.from({ length: 3 * 4 * 5 }, (_, k) => (k * 37) % 256);
    const { width, height, channels, data } = decode(encodePng(rgb, 4, 5));
    expect([width, height, channels]).toEqual([5, 4, 3]);
    expect(Array.from(data)).toEqual(Array.from(rgb));
  });
});
