// COLMAP models, built from the description of their files.
import { describe, expect, test } from "vitest";
import { readCameras } from "../src/index.ts";
import { joined, numbers, text } from "./files.ts";
import { refusal } from "./refusal.ts";

const camerasText = `# Camera list
1 PINHOLE 640 480 500 510 320 240.5
7 SIMPLE_PINHOLE 100 80 90 50 40

3 SIMPLE_RADIAL 10 20 5 6 7 0.125
4 RADIAL 10 20 5 6 7 0.1 0.2
5 OPENCV 10 20 5 5.5 6 7 0.1 0.2 0.3 0.4
`;
const imagesText = `# Image list with two lines of data per image:
1 1 0 0 0 1 2 3 1 first.png
10 20 -1 30 40 5

2 0 2 0 0 0 0 0 7 folder/second image.png

3 0.5 0.5 0.5 0.5 0 0 1 5 third.jpg

4 1 0 0 1 0 0 0 3 fourth
10.5 20.5 -1 30.5 40.5 17
`.replace("10 20 -1 30 40 5\n\n2", "10 20 -1 30 40 5\n2");

const binaryCamera = (id: number, model: number, parameters: readonly number[]): Uint8Array =>
  joined(numbers([id, model], "i4", true), numbers([640, 480], "u8", true), numbers(parameters, "f8", true));
const binaryImage = (id: number, pose: readonly number[], camera: number, name: string, points: number): Uint8Array =>
  joined(
    numbers([id], "u4", true),
    numbers(pose, "f8", true),
    numbers([camera], "u4", true),
    text(name),
    [0],
    numbers([points], "u8", true),
    new Uint8Array(24 * points),
  );
const camerasBinary = joined(
  numbers([2], "u8", true),
  binaryCamera(1, 1, [500, 510, 320, 240.5]),
  binaryCamera(2, 4, [5, 5.5, 6, 7, 0.1, 0.2, 0.3, 0.4]),
);
const imagesBinary = joined(
  numbers([2], "u8", true),
  binaryImage(1, [1, 0, 0, 0, 1, 2, 3], 1, "first.png", 3),
  binaryImage(2, [0, 2, 0, 0, 0, 0, 0], 2, "zweites Bild ä.png", 0),
);

const named = (name: string, data: Uint8Array) => ({ name, data });
const fromText = (cameras: string, images: string) =>
  readCameras(named("cameras.txt", text(cameras)), named("images.txt", text(images)));
const fromBinary = (cameras: Uint8Array, images: Uint8Array) =>
  readCameras(named("cameras.bin", cameras), named("images.bin", images));

describe("readCameras", () => {
  test("of text: poses of any length of quaternion, names with blanks, points passed over", async () => {
    const found = await fromText(camerasText, imagesText);
    expect(found.map((camera) => camera.name)).toEqual(["first.png", "folder/second image.png", "third.jpg", "fourth"]);
    expect(found[0].projection).toBe("perspective");
    expect(found[0].intrinsics).toEqual({ fx: 500, fy: 510, cx: 320, cy: 240.5 });
    expect([found[0].width, found[0].height]).toEqual([640, 480]);
    expect([...found[0].R]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...found[0].t]).toEqual([1, 2, 3]);
    expect(found[0].distortion).toEqual({ model: "PINHOLE", parameters: [] });
    expect(found[1].intrinsics).toEqual({ fx: 90, fy: 90, cx: 50, cy: 40 });
    // Half a turn about x.
    expect([...found[1].R]).toEqual([1, 0, 0, 0, -1, 0, 0, 0, -1]);
    // A third of a turn about (1, 1, 1) takes x to y, y to z, z to x.
    expect([...found[2].R].map(Math.round)).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
    expect(found[2].distortion).toEqual({ model: "OPENCV", parameters: [0.1, 0.2, 0.3, 0.4] });
    expect(found[2].intrinsics).toEqual({ fx: 5, fy: 5.5, cx: 6, cy: 7 });
    // A quarter of a turn about z.
    expect([...found[3].R].map(Math.round)).toEqual([0, -1, 0, 1, 0, 0, 0, 0, 1]);
    expect(found[3].distortion).toEqual({ model: "SIMPLE_RADIAL", parameters: [0.125] });
  });

  test("of binary files: the same", async () => {
    const found = await fromBinary(camerasBinary, imagesBinary);
    const [first] = await fromText(camerasText, imagesText);
    expect(found[0]).toEqual(first);
    expect(found[1].name).toBe("zweites Bild ä.png");
    expect(found[1].distortion).toEqual({ model: "OPENCV", parameters: [0.1, 0.2, 0.3, 0.4] });
    expect([...found[1].R]).toEqual([1, 0, 0, 0, -1, 0, 0, 0, -1]);
  });

  test("text and binary files mix", async () => {
    const image = text("1 1 0 0 0 1 2 3 1 first.png\n\n");
    const [mixed] = await readCameras(named("c", camerasBinary), named("i", image));
    expect(mixed).toEqual((await fromText(camerasText, imagesText))[0]);
  });
});

describe("readCameras refuses", () => {
  const pose = "1 1 0 0 0 1 2 3 1 a.png\n\n";
  const pinhole = "1 PINHOLE 640 480 500 510 320 240\n";
  test.each([
    ["another lens", "1 FISHEYE 1 1 1 1 1\n", pose, "Unsupported", /cameras.txt, line 1 has the lens model FISHEYE/],
    ["a parameter too few", "1 PINHOLE 640 480 500 510 320\n", pose, "CorruptFile", /3 parameters, and PINHOLE has 4/],
    ["a word", "1 PINHOLE 640 480 500 x 320 240\n", pose, "CorruptFile", /line 1 holds "x"/],
    ["a focal length of 0", "1 PINHOLE 640 480 0 510 320 240\n", pose, "InvalidValue", /parameter 0 = 0/],
    ["NaN", "1 PINHOLE 640 480 500 510 nan 240\n", pose, "InvalidValue", /parameter 2 = NaN/],
    ["no pixels", "1 PINHOLE 0 480 500 510 320 240\n", pose, "InvalidValue", /0 x 480/],
    ["a camera that does not exist", pinhole, pose.replace("3 1 a", "3 9 a"), "InvalidValue", /uses camera 9/],
    ["a zero quaternion", pinhole, "1 0 0 0 0 1 2 3 1 a.png\n\n", "InvalidValue", /zero quaternion/],
    ["an infinite pose", pinhole, "1 1 0 0 0 1 inf 3 1 a.png\n\n", "InvalidValue", /pose with Infinity/],
    ["a cut line", pinhole, "1 1 0 0 0 1 2", "CorruptFile", /line 1 has 7 words/],
    [
      "images without lines of points",
      pinhole,
      "1 1 0 0 0 1 2 3 1 a.png\n2 1 0 0 0 1 2 3 1 b.png\n",
      "CorruptFile",
      /line 2 lists no points/,
    ],
    ["no image", pinhole, "# nothing\n", "InvalidShape", /holds no image/],
  ] as const)("%s", async (_, cameras, images, code, message) => {
    expect((await refusal(() => fromText(cameras, images), code)).message).toMatch(message);
  });

  test("binary files cut at any byte, with the byte", async () => {
    for (let end = 0; end < camerasBinary.length; end++) {
      const error = await refusal(() => fromBinary(camerasBinary.slice(0, end), imagesBinary), "CorruptFile");
      if (end >= 8) expect(error.message).toContain(`byte ${end}`);
    }
    for (let end = 8; end < imagesBinary.length; end++) {
      const error = await refusal(() => fromBinary(camerasBinary, imagesBinary.slice(0, end)), "CorruptFile");
      expect(error.message).toMatch(/byte \d+/);
    }
  });

  test("counts of 10^12 before taking memory", async () => {
    const many = numbers([1e12], "u8", true);
    await refusal(() => fromBinary(joined(many, camerasBinary.subarray(8)), imagesBinary), "CorruptFile");
    await refusal(() => fromBinary(camerasBinary, joined(many, imagesBinary.subarray(8))), "CorruptFile");
    const points = imagesBinary.slice();
    points.set(many, 8 + 4 + 56 + 4 + 10);
    await refusal(() => fromBinary(camerasBinary, points), "CorruptFile");
  });

  test("another lens model of a binary file", async () => {
    const file = joined(numbers([1], "u8", true), binaryCamera(1, 9, [1, 2, 3, 4]));
    expect((await refusal(() => fromBinary(file, imagesBinary), "Unsupported")).message).toMatch(/lens model 9/);
  });

  test("more than maxBytes", async () => {
    const files = [named("c", camerasBinary), named("i", imagesBinary)] as const;
    await refusal(() => readCameras(...files, { maxBytes: 100 }), "OutOfMemory");
  });
});
