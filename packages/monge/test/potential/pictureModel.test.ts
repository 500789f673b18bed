// Models of pictures: their file, their tiles, their net.
import { describe, expect, it } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { random } from "../../src/linalg/random.ts";
import { critic } from "../../src/potential/critic.ts";
import { degrade } from "../../src/potential/degradation.ts";
import { type Picture, pictures } from "../../src/potential/picture.ts";
import { modelDegradation, pictureModel, pictureModelFromBytes } from "../../src/potential/pictureModel.ts";
import { pictureNet } from "../../src/potential/pictureNet.ts";
import { denoiseTask } from "../../src/potential/pictureTask.ts";
import { w1Map } from "../../src/potential/w1Map.ts";

function noisePictures(count: number, shape: readonly [number, number, number], seed: number): Picture[] {
  const draw = random(seed);
  const size = count * shape[0] * shape[1] * shape[2];
  return pictures(
    Float32Array.from({ length: size }, () => draw.uniform() - 0.5),
    [count, ...shape],
  );
}

const task = denoiseTask(noisePictures(20, [1, 8, 8], 1), { noise: 0.5 });
const map = w1Map(task.source, task.target, {
  net: pictureNet(task.shape, { widths: [4, 4] }),
  ...{ critics: 2, steps: 3, batch: 8, poolPoints: 16, evaluationPoints: 16 },
});
const model = pictureModel(map, { task: "denoise", shape: task.shape, noise: 0.5, blur: 0 });

describe("pictureModel(map, description)", () => {
  it("moves a picture of its shape as the map moves the point, critic by critic", () => {
    const [picture] = noisePictures(1, [1, 8, 8], 2);
    for (const critics of [0, 1, 2]) {
      const [moved] = model.apply([picture], { critics });
      const point = map.apply({ data: picture.data, rows: 1, cols: 64 }, { critics });
      moved.data.forEach((value, k) => {
        expect(value).toBeCloseTo(point.data[k], 6);
      });
    }
  });

  it("through its file: the same pictures, bit for bit", () => {
    const again = pictureModelFromBytes(model.toBytes());
    expect([again.task, again.shape, again.noise, again.blur]).toEqual(["denoise", [1, 8, 8], 0.5, 0]);
    const list = noisePictures(2, [1, 11, 19], 3);
    expect(again.apply(list)).toEqual(model.apply(list));
  });

  it("a damaged file is refused wherever it is damaged", () => {
    const bytes = model.toBytes();
    for (const at of [0, 20, 200, bytes.length >> 1, bytes.length - 1]) {
      const broken = bytes.slice();
      broken[at] ^= 255;
      expect(() => pictureModelFromBytes(broken)).toThrow(
        expect.toSatisfy((error: unknown) => isOtError(error, "CorruptFile")),
      );
    }
    expect(() => pictureModelFromBytes(map.toBytes())).toThrow(/is a w1Map/);
  });

  it("refuses a shape that is not the map's", () => {
    expect(() => pictureModel(map, { ...model, shape: [1, 8, 9] })).toThrow(/takes 64 numbers, pictures are 1 x 8 x 9/);
  });

  it("modelDegradation spoils as the task did", () => {
    const list = noisePictures(1, [1, 8, 8], 4);
    const way = modelDegradation(model);
    expect(way?.name).toBe("noise 0.5");
    const [spoilt] = degrade(list, way as NonNullable<typeof way>, 7);
    const draw = random(7);
    spoilt.data.forEach((value, k) => {
      expect(value).toBeCloseTo(list[0].data[k] + 0.5 * draw.normal(), 6);
    });
    expect(modelDegradation({ ...model, task: "generate" })).toBeNull();
  });
});

describe("pictureNet(shape)", () => {
  it("halves after the first convolution, and gives one value a picture", () => {
    const net = pictureNet([3, 32, 24], { widths: [4, 6, 8], units: 5 });
    // 3x3: 4(27+1); 4x4: 6(64+1), 8(96+1); dense 5(8*8*6+1), 5+1.
    const u = critic(net, { seed: 1 });
    expect(u.weights).toHaveLength(4 * 28 + 6 * 65 + 8 * 97 + 5 * 385 + 6);
    expect(u.evaluate({ data: new Float32Array(2 * 2304), rows: 2, cols: 2304 }).values).toHaveLength(2);
  });
});
