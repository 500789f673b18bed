// Whatever the bytes, the readers of scenes, cameras, ellipses and problems answer with numbers or an OtError, and keep memory small.
import fc from "fast-check";
import { isOtError } from "monge";
import { beforeAll, describe, expect, test } from "vitest";
import {
  encodeEllipses,
  encodeMatchProblem,
  readCameras,
  readEllipses,
  readMatchProblem,
  readScene,
  type SceneFormat,
} from "../src/index.ts";
import { joined, numbers, text } from "./files.ts";
import { compressedPly, flatSplats, ksplatFile, type Splat, sogFile, splatPly, spzFile } from "./splatFiles.ts";

const maxBytes = 1e6;

/** Throws what is no OtError, and answers that break their own promises. */
type Attempt = (data: Uint8Array) => Promise<void>;

function attempt<R>(call: (data: Uint8Array) => Promise<R>, check: (answer: R) => void): Attempt {
  return async (data) => {
    const before = data.slice();
    try {
      check(await call(data));
    } catch (error) {
      if (!isOtError(error)) throw error;
      expect(error.message).toContain(error.cure);
      expect(error.message.length).toBeLessThan(2000);
    }
    expect(Buffer.compare(data, before)).toBe(0);
  };
}

const finite = (data: ArrayLike<number>): boolean => Array.from(data).every(Number.isFinite);
const inUnit = (data: ArrayLike<number>): boolean => Array.from(data).every((value) => value >= 0 && value <= 1);

const scene = (format?: SceneFormat): Attempt =>
  attempt(
    (data) => readScene({ name: "f", data }, { maxBytes, ...(format && { format }) }),
    ({ count, means, covariances, opacities, colours }) => {
      expect([means.data.length, covariances.length, opacities.length, colours.data.length]).toEqual(
        [3, 9, 1, 3].map((width) => width * count),
      );
      expect(finite(means.data) && finite(covariances) && inUnit(opacities) && inUnit(colours.data)).toBe(true);
    },
  );

const ellipses = attempt(
  (data) => readEllipses({ name: "f", data }, { maxBytes }),
  ({ means, covariances, weights }) => {
    expect(finite(means.data) && finite(covariances) && weights.every((mass) => mass >= 0)).toBe(true);
    expect([covariances.length, weights.length]).toEqual([4 * means.rows, means.rows]);
  },
);

const problem = attempt(
  (data) => readMatchProblem({ name: "f", data }, { maxBytes }),
  (found) => expect(finite(found.ellipsoids.covariances) && finite(found.ellipses.covariances)).toBe(true),
);

const camerasFile = joined(numbers([1, 1 + 2 ** 32, 640, 480], "u8", true), numbers([500, 510, 320, 240], "f8", true));
const imagesFile = joined(
  numbers([1], "u8", true),
  numbers([1], "u4", true),
  numbers([1, 0, 0, 0, 1, 2, 3], "f8", true),
  numbers([1], "u4", true),
  "a.png\0",
  numbers([1], "u8", true),
  new Uint8Array(24),
);
const camerasText = text("1 OPENCV 640 480 500 510 320 240 0 0 0 0\n");
const imagesText = text("# i\n1 1 0 0 0 1 2 3 1 a.png\n1 2 -1\n");
const cameras = (fixed: "cameras" | "images"): Attempt =>
  attempt(
    (data) =>
      fixed === "images"
        ? readCameras({ name: "c", data }, { name: "i", data: imagesFile }, { maxBytes })
        : readCameras({ name: "c", data: camerasFile }, { name: "i", data }, { maxBytes }),
    (found) => {
      for (const { R, t, intrinsics } of found)
        expect(finite(R) && finite(t) && finite(Object.values(intrinsics))).toBe(true);
    },
  );

const splats: Splat[] = Array.from({ length: 3 }, (_, i) => ({
  mean: [i, -1, 0.5],
  scale: [0.1, 0.2, 0.3],
  rotation: [0.5, -0.5, 0.5, 0.5],
  opacity: 0.5,
  colour: [0.2, 0.4, 0.6],
}));
const mixture = (d: number) => ({
  kind: "mixture" as const,
  means: { data: new Float64Array(d).fill(1), rows: 1, cols: d },
  covariances: Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 2 : 0.5)),
  weights: Float64Array.of(1),
});
const pair = { model: "affine" as const, ellipsoids: mixture(3), ellipses: mixture(2), intrinsics: null, camera: null };

const valid: [string, () => Uint8Array | Promise<Uint8Array>, Attempt][] = [
  ["ply", () => splatPly(splats), scene()],
  ["ascii ply", () => splatPly(splats, "ascii"), scene()],
  ["compressed ply", () => compressedPly(splats), scene()],
  ["splat", () => flatSplats(splats), scene("splat")],
  ["spz 2", () => spzFile(splats, 2), scene()],
  ["spz 4", () => spzFile(splats, 4), scene()],
  ["ksplat", () => ksplatFile(splats, 1), scene("ksplat")],
  ["sog", () => sogFile(splats, 2), scene()],
  ["cameras.bin", () => camerasFile, cameras("images")],
  ["images.bin", () => imagesFile, cameras("cameras")],
  ["cameras.txt", () => camerasText, cameras("images")],
  ["images.txt", () => imagesText, cameras("cameras")],
  ["ellipses.csv", () => text("cx,cy,a,b,theta,weight,r,g,b\n1,2,3,1,0.5,1,0,0,0\n"), ellipses],
  ["ellipses.json", () => text(encodeEllipses(mixture(2), "json")), ellipses],
  ["problem", () => text(encodeMatchProblem(pair)), problem],
];

describe("random bytes", () => {
  test.each(["ply", "splat", "spz", "ksplat", "sog"] as const)("as %s", async (format) => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(fc.asyncProperty(bytes, scene(format)), { numRuns: 60, seed: 1 });
  });
});

describe.each(valid)("%s", (name, make, read) => {
  // Five pictures to decode each time.
  const share = name === "sog" ? 0.2 : 1;
  let file: Uint8Array;
  beforeAll(async () => {
    file = await make();
  });
  /** Headers are where numbers decide about memory; large files are mostly something else. */
  const places = fc.oneof(
    fc.nat(120),
    fc.nat(),
    fc.nat(64).map((at) => 4096 + at),
  );

  test("flipped bits", async () => {
    const flips = fc.array(fc.tuple(places, fc.nat(7)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const data = file.slice();
        for (const [at, bit] of changes) data[at % data.length] ^= 1 << bit;
        await read(data);
      }),
      { numRuns: 150 * share, seed: 3 },
    );
  });

  test("cut short, and with bytes put in, doubled and replaced", async () => {
    const edit = fc.tuple(places, places, fc.uint8Array({ maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(edit, fc.boolean(), async ([a, b, put], cut) => {
        const [from, to] = [a % (file.length + 1), b % (file.length + 1)];
        await read(cut ? file.slice(0, from) : joined(file.subarray(0, from), put, file.subarray(to)));
      }),
      { numRuns: 120 * share, seed: 4 },
    );
  });

  test("numbers replaced by huge ones and by NaN", async () => {
    const huge = fc.constantFrom(
      [255, 255, 255, 255],
      [255, 255, 255, 127],
      [0, 0, 192, 127],
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 64],
    );
    await fc.assert(
      fc.asyncProperty(places, huge, async (at, bytes) => {
        const data = file.slice();
        data.set(bytes.slice(0, data.length), Math.min(at, Math.max(0, data.length - 4)));
        await read(data);
      }),
      { numRuns: 120 * share, seed: 5 },
    );
  });
});

test("after all this the process holds no more memory than a few files", () => {
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(400e6);
});
