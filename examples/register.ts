// A picture turned and shifted is laid upon its original, by transport alone: no features, no correspondences. With a path as argument: a picture (.png).
import { writePicture } from "@monge/io";
import { type Picture, registerPictures } from "monge/image";

const size = 96;

/** A key of light, turned by some degrees about the middle and shifted by pixels. */
function key(degrees: number, right: number, down: number): Picture {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const data = new Uint8Array(size * size);
  for (let i = 0; i < data.length; i++) {
    const [u, v] = [(i % size) - size / 2 - right, Math.floor(i / size) - size / 2 - down];
    const [x, y] = [c * u + s * v, -s * u + c * v];
    const bow = Math.abs(Math.hypot(x, y + 16) - 9) < 3.5;
    const shaft = Math.abs(x) < 3 && y > -8 && y < 28;
    const bits = x > 0 && x < 12 && (Math.abs(y - 18) < 2 || Math.abs(y - 25) < 2);
    data[i] = bow || shaft || bits ? 255 : 0;
  }
  return { data, width: size, height: size, channels: 1, max: 255 };
}

const [moving, fixed] = [key(0, 0, 0), key(65, 10, -8)];
const { angle, value, before, picture, b } = registerPictures(moving, fixed);
console.log(`turn ${(angle ?? 0).toFixed(0)} degrees, shift (${b[0].toFixed(1)}, ${b[1].toFixed(1)}) from the corner`);
console.log(`within 2 degrees of 65: ${Math.abs((angle ?? 0) - 65) < 2}`);
console.log(`W2 from ${Math.sqrt(before).toFixed(1)} to ${Math.sqrt(value).toFixed(1)} pixels`);
const off = ({ data, channels }: Picture): number =>
  Array.from(fixed.data, (lit, i) => Math.abs(lit - data[i * channels]) / 255).reduce((sum, gap) => sum + gap, 0);
console.log(`differing pixels fell below a third: ${off(picture) < off(moving) / 3}`);

if (process.argv[2] !== undefined) {
  // Moving in red before and after, fixed in green: yellow where they agree.
  const data = new Uint8Array(2 * size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const at = 3 * (2 * size * Math.floor(i / size) + (i % size));
    data.set([moving.data[i], fixed.data[i], 40], at);
    data.set([picture.data[3 * i], fixed.data[i], 40], at + 3 * size);
  }
  await writePicture(process.argv[2], { data, width: 2 * size, height: size, channels: 3, max: 255 }, { force: true });
}
