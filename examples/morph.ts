// A flower becomes a heart: its light moves along the optimal plan and changes colour on the way. With a path as argument: an animation (.png).
import { type ColorPicture, encodeAnimation, writeFileAtomic } from "@monge/io";
import { morph, type Picture } from "monge/image";

const size = 64;

/** The inside of a shape in a colour on black, with smooth edges. */
function shape(inside: (x: number, y: number) => boolean, colour: readonly number[]): Picture {
  const data = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    let covered = 0;
    for (let sub = 0; sub < 16; sub++) {
      const x = ((i % size) + ((sub % 4) + 0.5) / 4) / size - 0.5;
      const y = (Math.floor(i / size) + ((sub >> 2) + 0.5) / 4) / size - 0.5;
      if (inside(x, y)) covered++;
    }
    for (let c = 0; c < 3; c++) data[3 * i + c] = (colour[c] * covered) / 16;
  }
  return { data, width: size, height: size, channels: 3, max: 255 };
}

const flower = shape((x, y) => Math.hypot(x, y) < 0.2 + 0.12 * Math.cos(5 * Math.atan2(y, x)), [255, 190, 25]);
const heart = shape((x, y) => (9 * x * x + 9 * y * y - 1) ** 3 + 243 * x * x * y * y * y < 0, [230, 25, 65]);

const { frames, light, times, value } = morph(flower, heart, { frames: 24, size });
console.log(`${frames.length} frames; light moves ${Math.sqrt(value ?? 0).toFixed(2)} pixels, root mean square`);
const straight = (k: number): number => (1 - times[k]) * light[0] + times[k] * light[light.length - 1];
console.log(`no light is lost on the way: ${light.every((sum, k) => Math.abs(sum - straight(k)) < 1e-6 * sum)}`);
console.log(`it begins and ends with the pictures: ${same(frames[0], flower) && same(frames[23], heart)}`);

// What is farther than 4 pixels from everything rather fades than moves.
const near = morph(flower, heart, { frames: 3, size, method: "unbalanced", reach: 4 });
console.log(`with a reach of 4 pixels less is paid: ${(near.value ?? 0) < (value ?? 0)}`);

function same(one: Picture, other: Picture): boolean {
  return one.data.every((sample, k) => sample === other.data[k]);
}

if (process.argv[2] !== undefined)
  await writeFileAtomic(process.argv[2], await encodeAnimation(frames as ColorPicture[]), { force: true });
