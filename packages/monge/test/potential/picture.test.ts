// Pictures, samplers, degradations, tasks: what they promise about places, statistics and disjointness.
import { describe, expect, it } from "vitest";
import { random } from "../../src/linalg/random.ts";
import { blurKernel, boxKernel, gaussianKernel } from "../../src/potential/blurKernel.ts";
import { cosineBasis } from "../../src/potential/cosineBasis.ts";
import { addNoise, blurred, clipped, degrade, inOrder } from "../../src/potential/degradation.ts";
import { commonChannels, matrixPictures, pictureMatrix, pictures } from "../../src/potential/picture.ts";
import { mapPictures } from "../../src/potential/pictureMap.ts";
import { degraded, gaussianNoise, imageCrops } from "../../src/potential/pictureSamples.ts";
import { distinctPictures, requireDisjoint, splitPictures } from "../../src/potential/pictureSets.ts";
import { deblurTask, denoiseTask, generateTask, translateTask } from "../../src/potential/pictureTask.ts";

/** `count` random pictures of the given shape. */
function collection(count: number, shape: readonly [number, number, number], seed: number) {
  const draw = random(seed);
  const size = shape[0] * shape[1] * shape[2];
  return pictures(
    Float32Array.from({ length: count * size }, () => 2 * draw.uniform() - 1),
    [count, ...shape],
  );
}

describe("pictures(data, shape)", () => {
  it("splits a stack, and pictureMatrix puts it together again", () => {
    const data = Float32Array.from({ length: 2 * 3 * 4 * 5 }, (_, k) => k / 100);
    const list = pictures(data, [2, 3, 4, 5]);
    expect(list.map(({ shape }) => shape)).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(pictureMatrix(list)).toEqual({ data, rows: 2, cols: 60 });
    expect(matrixPictures(pictureMatrix(list), [3, 4, 5])).toEqual(list);
  });

  it("names the place of a NaN, and refuses what is no stack", () => {
    const data = new Float32Array(2 * 4 * 5);
    data[20 + 7] = Number.NaN;
    expect(() => pictures(data, [2, 4, 5])).toThrow(/picture 1 holds NaN at channel 0, row 1, column 2/);
    expect(() => pictures(data, [3, 4, 5])).toThrow(/no stack of shape 3 x 4 x 5/);
    expect(() => pictures(data, [40])).toThrow(/no stack/);
  });

  it("commonChannels names the odd one out", () => {
    const [grey] = collection(1, [1, 4, 4], 1);
    const [coloured] = collection(1, [3, 4, 4], 2);
    expect(() => commonChannels([grey, { ...coloured, name: "b.png" }])).toThrow(/b.png has 3 channels, .* has 1/);
    expect(() => commonChannels([])).toThrow(/holds no pictures/);
  });
});

describe("imageCrops(list, { size })", () => {
  it("takes every crop of the pictures, and nothing else, uniformly", () => {
    const [picture] = pictures(
      Float32Array.from({ length: 12 }, (_, k) => k),
      [1, 3, 4],
    );
    const sampler = imageCrops([picture], { size: [2, 2] });
    const draws = 6000;
    const out = new Float32Array(draws * 4);
    sampler.draw(draws, random(3), out);
    const seen = new Map<string, number>();
    for (let k = 0; k < draws; k++) {
      const key = out.subarray(4 * k, 4 * k + 4).join(" ");
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(
      [0, 1, 2, 4, 5, 6].map((at) => [at, at + 1, at + 4, at + 5].join(" ")).sort(),
    );
    // Six cells of 1000 expected: 5 standard deviations.
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000 * (5 / 6)));
  });

  it("mirrors half of them", () => {
    const [picture] = pictures(Float32Array.of(0, 1, 2), [1, 1, 3]);
    const out = new Float32Array(3 * 1000);
    imageCrops([picture], { mirror: true }).draw(1000, random(1), out);
    let mirrored = 0;
    for (let k = 0; k < 1000; k++) {
      const row = Array.from(out.subarray(3 * k, 3 * k + 3));
      expect([0, 2]).toContain(row[0]);
      expect(row[0] + row[2]).toBe(2);
      if (row[0] === 2) mirrored++;
    }
    expect(Math.abs(mirrored - 500)).toBeLessThan(80);
  });

  it("keeps channels together", () => {
    const list = pictures(
      Float32Array.from({ length: 2 * 16 }, (_, k) => (k % 16) + 100 * Math.floor(k / 16)),
      [1, 2, 4, 4],
    );
    const out = new Float32Array(8 * 50);
    imageCrops(list, { size: 2 }).draw(50, random(5), out);
    for (let k = 0; k < 50; k++) for (let p = 0; p < 4; p++) expect(out[8 * k + 4 + p]).toBe(out[8 * k + p] + 100);
  });

  it("refuses crops that do not fit, and whole pictures of two sizes", () => {
    const small = { ...collection(1, [1, 3, 9], 1)[0], name: "small.png" };
    expect(() => imageCrops([small], { size: 4 })).toThrow(/small.png of 3 x 9 pixels gives no crop of 4 x 4/);
    expect(() => imageCrops([collection(1, [1, 9, 9], 1)[0], small])).toThrow(/small.png/);
  });

  it("draws the same from the same seed", () => {
    const sampler = degraded(imageCrops(collection(5, [1, 6, 6], 2), { size: 4 }), addNoise(0.3));
    const draws = [1, 1, 2].map((seed) => {
      const out = new Float32Array(16 * 7);
      sampler.draw(7, random(seed), out);
      return out;
    });
    expect(draws[0]).toEqual(draws[1]);
    expect(draws[0]).not.toEqual(draws[2]);
  });
});

describe("gaussianNoise(shape, deviation)", () => {
  it("has mean 0 and the deviation asked for", () => {
    const out = new Float32Array(40_000);
    gaussianNoise([1, 10, 10], 0.5).draw(400, random(4), out);
    const mean = out.reduce((sum, x) => sum + x, 0) / out.length;
    const square = out.reduce((sum, x) => sum + x * x, 0) / out.length;
    expect(Math.abs(mean)).toBeLessThan((5 * 0.5) / 200);
    expect(Math.abs(square / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / 40_000));
    expect(() => gaussianNoise([1, 1, 1], 0)).toThrow(/deviation is 0/);
  });
});

describe("degrade(list, degradation)", () => {
  it("blurs constants to themselves, and keeps the sum of any picture for even kernels", () => {
    const list = [...collection(3, [2, 7, 9], 6), ...pictures(new Float32Array(126).fill(0.25), [1, 2, 7, 9])];
    for (const kernel of [boxKernel(3), gaussianKernel(1.3), gaussianKernel(2.7)]) {
      const soft = degrade(list, blurred(kernel));
      expect(Math.max(...soft[3].data.map((x) => Math.abs(x - 0.25)))).toBeLessThan(1e-6);
      soft.forEach(({ data }, k) => {
        const sum = (values: Float32Array): number => values.reduce((total, x) => total + x, 0);
        expect(sum(data)).toBeCloseTo(sum(list[k].data), 4);
      });
    }
  });

  it("a shifted delta shifts: correlation, reflected at the border", () => {
    const [picture] = pictures(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
    const kernel = blurKernel([0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(Array.from(degrade([picture], blurred(kernel))[0].data)).toEqual([2, 3, 4, 4]);
  });

  it("clips, in order, without touching what it was given", () => {
    const [picture] = pictures(Float32Array.of(-1, 0, 1), [1, 1, 3]);
    const [spoilt] = degrade([picture], inOrder(addNoise(5), clipped()), 2);
    expect(Math.max(...spoilt.data.map(Math.abs))).toBe(1);
    expect(Array.from(picture.data)).toEqual([-1, 0, 1]);
    expect(() => addNoise(-1)).toThrow(/deviation is -1/);
  });
});

describe("cosineBasis(height, width)", () => {
  it("is orthonormal, and inverse() undoes forward()", () => {
    const { forward, inverse } = cosineBasis(5, 7);
    const x = random(1);
    const samples = Float64Array.from({ length: 35 }, () => x.normal());
    const coefficients = forward(samples);
    const norm = (values: Float64Array): number => Math.hypot(...values);
    expect(norm(coefficients)).toBeCloseTo(norm(samples), 12);
    inverse(coefficients).forEach((value, k) => {
      expect(value).toBeCloseTo(samples[k], 12);
    });
  });

  it("diagonalises even blurs of reflected pictures, also of kernels larger than the picture", () => {
    const basis = cosineBasis(6, 5);
    const [picture] = collection(1, [1, 6, 5], 3);
    for (const kernel of [boxKernel(3), gaussianKernel(0.8), gaussianKernel(3)]) {
      const H = basis.transfer(kernel);
      const direct = basis.forward(degrade([picture], blurred(kernel))[0].data);
      basis.forward(picture.data).forEach((value, k) => {
        expect(direct[k]).toBeCloseTo(H[k] * value, 5);
      });
    }
  });

  it("refuses kernels that are not even", () => {
    expect(() => cosineBasis(4, 4).transfer(blurKernel([0, 0, 0, 0, 0, 1, 0, 0, 0]))).toThrow(/not even/);
    expect(() => blurKernel([1, 1])).toThrow(/not square and odd/);
    expect(() => blurKernel([1, -1, 0, 0, 0, 0, 0, 0, 0])).toThrow(/sum to 0/);
  });
});

describe("sets of pictures", () => {
  it("splitPictures makes disjoint parts of the shares asked for", () => {
    const list = collection(20, [1, 2, 2], 4);
    const parts = splitPictures(list, [0.5, 0.25, 0.25], 7);
    expect(parts.map(({ length }) => length)).toEqual([10, 5, 5]);
    expect(new Set(parts.flat()).size).toBe(20);
    expect(splitPictures(list, [0.5, 0.25, 0.25], 7)).toEqual(parts);
    expect(() => splitPictures(list.slice(0, 2), [0.9, 0.1])).toThrow(/Part 1 of 2 pictures is empty/);
    expect(() => splitPictures(list, [0.9, 0.2])).toThrow(/do not divide/);
  });

  it("requireDisjoint finds the twin, distinctPictures drops it", () => {
    const list = collection(6, [1, 3, 3], 5);
    const twin = { ...list[2], data: list[2].data.slice(), name: "copy.png" };
    expect(() => requireDisjoint(list.slice(0, 3), list.slice(3))).not.toThrow();
    expect(() => requireDisjoint(list.slice(0, 3), [...list.slice(3), twin])).toThrow(/copy.png is also among/);
    expect(distinctPictures([...list, twin])).toEqual(list);
  });
});

describe("tasks", () => {
  const list = collection(12, [1, 8, 8], 9);
  const drawn = (sampler: ReturnType<typeof denoiseTask>["source"], count: number) => {
    const out = new Float32Array(count * 64);
    sampler.draw(count, random(1), out);
    return pictures(out, [count, 1, 8, 8]);
  };
  const keyOf = ({ data }: { readonly data: Float32Array }): string => data.join();

  it("denoiseTask(list, { noise }): source and target never share a picture, twins in the collection or not", () => {
    const task = denoiseTask([...list, ...list.map((picture) => ({ ...picture, data: picture.data.slice() }))], {
      noise: 1e-30,
    });
    // Noise far below the last bit: what is drawn are the pictures themselves.
    const source = new Set(drawn(task.source, 200).map(keyOf));
    const target = new Set(drawn(task.target, 200).map(keyOf));
    expect([source.size, target.size]).toEqual([6, 6]);
    for (const key of source) expect(target.has(key)).toBe(false);
  });

  it("deblurTask blurs the source alone", () => {
    const task = deblurTask({ source: list.slice(0, 6), target: list.slice(6) }, { kernel: boxKernel(3) });
    const soft = new Set(degrade(list.slice(0, 6), blurred(boxKernel(3))).map(keyOf));
    expect(drawn(task.source, 50).every((picture) => soft.has(keyOf(picture)))).toBe(true);
    const sharp = new Set(list.slice(6).map(keyOf));
    expect(drawn(task.target, 50).every((picture) => sharp.has(keyOf(picture)))).toBe(true);
  });

  it("generateTask and translateTask have the shapes of their target", () => {
    expect(generateTask(list).shape).toEqual([1, 8, 8]);
    expect(translateTask({ source: list.slice(0, 6), target: list.slice(6) }, { size: 4 }).shape).toEqual([1, 4, 4]);
  });

  it("refuses shared pictures, unequal channels, and a source without anything to do", () => {
    expect(() => translateTask({ source: list, target: list.slice(3) })).toThrow(/also among the source's/);
    const coloured = collection(2, [3, 8, 8], 1);
    expect(() => translateTask({ source: coloured, target: list })).toThrow(/3 x 8 x 8, the target's 1 x 8 x 8/);
    expect(() => deblurTask(list, { kernel: null })).toThrow(/has to differ/);
  });
});

describe("mapPictures(map, list, shape)", () => {
  const identity = { apply: (points: ReturnType<typeof pictureMatrix>) => points };

  it("with the identity gives the pictures back, whatever their size", () => {
    const list = [...collection(1, [2, 8, 8], 1), ...collection(1, [2, 13, 21], 2), ...collection(1, [2, 9, 8], 3)];
    mapPictures(identity, list, [2, 8, 8]).forEach(({ data, shape }, k) => {
      expect(shape).toEqual(list[k].shape);
      data.forEach((value, at) => {
        expect(value).toBeCloseTo(list[k].data[at], 6);
      });
    });
  });

  it("a picture of one tile is mapped as one point", () => {
    const list = collection(4, [1, 5, 5], 8);
    const points: number[] = [];
    const mapped = mapPictures(
      {
        apply: ({ data, rows, cols }) => {
          points.push(rows);
          return { data: data.map((x) => 2 * x), rows, cols };
        },
      },
      list,
      [1, 5, 5],
    );
    expect(points).toEqual([4]);
    mapped.forEach(({ data }, k) => {
      expect(Array.from(data)).toEqual(Array.from(list[k].data, (x) => Math.fround(2 * x)));
    });
  });

  it("refuses smaller pictures and other channels", () => {
    expect(() => mapPictures(identity, collection(1, [1, 4, 9], 1), [1, 8, 8])).toThrow(/picture 0 is 1 x 4 x 9/);
    expect(() => mapPictures(identity, collection(1, [3, 8, 8], 1), [1, 8, 8])).toThrow(/channels that the map/);
  });
});
