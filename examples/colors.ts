// A summer wood in the colours of an autumn one, by exact transport between palettes of a thousand colours. With a path as argument: a picture (.png).
import { writePicture } from "@monge/io";
import { random } from "monge";
import { colorTransfer, type Picture } from "monge/image";

const [width, height] = [240, 160];

/** Leaves of these colours before a sky, dabbed by chance. */
function wood(leaves: readonly (readonly number[])[], sky: readonly number[], seed: number): Picture {
  const chance = random(seed);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) data[3 * i + c] = sky[c] + (255 - sky[c]) * 0.5 * (Math.floor(i / width) / height);
  for (let k = 0; k < 5000; k++) {
    const y = height * (0.3 + 0.75 * chance.uniform() ** 0.7);
    const x = width * chance.uniform();
    const light = 1.1 - 0.5 * (y / height) + 0.15 * chance.normal();
    const leaf = leaves[chance.integer(leaves.length)];
    const radius = 1 + 2.5 * chance.uniform();
    for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(height, y + radius); row++)
      for (let column = Math.max(0, Math.ceil(x - radius)); column < Math.min(width, x + radius); column++)
        if (Math.hypot(row - y, column - x) < radius)
          for (let c = 0; c < 3; c++)
            data[3 * (row * width + column) + c] = Math.min(255, Math.max(0, leaf[c] * light));
  }
  return { data, width, height, channels: 3, max: 255 };
}

const summer = wood(
  [
    [60, 130, 40],
    [90, 160, 60],
    [40, 100, 50],
    [120, 150, 50],
  ],
  [110, 170, 235],
  1,
);
const autumn = wood(
  [
    [210, 90, 30],
    [230, 160, 40],
    [150, 50, 40],
    [120, 80, 40],
  ],
  [190, 195, 210],
  2,
);

const { picture, distance, gradients, source } = colorTransfer(summer, autumn);
const [before, after] = [Math.sqrt(distance.before), Math.sqrt(distance.after)];
console.log(`${source.weights.length} colours: W2 from ${before.toFixed(3)} to ${after.toFixed(3)}`);
console.log(`the squared distance fell by 95 % or more: ${distance.after < 0.05 * distance.before}`);
console.log(`gradients as contrast asks, within 30 %: ${Math.abs(gradients.after / gradients.expected - 1) < 0.3}`);

const soft = colorTransfer(summer, autumn, { method: "affine", amount: 0.6 });
console.log(
  `60 % of the way by an affine map leaves ${((100 * soft.distance.after) / soft.distance.before).toFixed(0)} %`,
);

if (process.argv[2] !== undefined) {
  const strip = [summer, autumn, picture, soft.picture];
  const data = new Uint8Array(strip.length * width * height * 3);
  for (let y = 0; y < height; y++)
    for (const [k, one] of strip.entries())
      data.set(one.data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * width * (strip.length * y + k));
  await writePicture(
    process.argv[2],
    { data, width: strip.length * width, height, channels: 3, max: 255 },
    { force: true },
  );
}
