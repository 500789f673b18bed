// Files of matching for the tests: the built-in scene as splats, and a COLMAP model with a camera that looks at it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSplatPly } from "@monge/io";
import { random } from "monge";
import { demoScene } from "../src/demoScene.ts";

/** The built-in scene as a `.ply` of splats, all of opacity 0.9. */
export function demoSplats(): Uint8Array {
  const { ellipsoids, colours } = demoScene();
  const { means, covariances } = ellipsoids;
  const n = means.rows;
  return encodeSplatPly({
    means,
    covariances,
    opacities: new Float64Array(n).fill(0.9),
    colours: { data: colours, rows: n, cols: 3 },
  });
}

/** Sixty ellipsoids as JSON; `twofold`: with their images under half a turn about z, so that nobody can tell two sides apart. */
export function rocks(twofold: boolean): string {
  const { normal } = random(4);
  const list = Array.from({ length: twofold ? 30 : 60 }, () => {
    const mean = [normal(), normal(), normal()];
    const L = Array.from({ length: 9 }, () => 0.1 * normal());
    const S = (p: number, q: number): number => [0, 1, 2].reduce((sum, k) => sum + L[3 * p + k] * L[3 * q + k], 0);
    return { mean, covariance: [S(0, 0), S(0, 1), S(0, 2), S(1, 1), S(1, 2), S(2, 2)], weight: 1 };
  });
  const turned = list.map(({ mean: [x, y, z], covariance: [xx, xy, xz, yy, yz, zz] }) => ({
    mean: [-x, -y, z],
    covariance: [xx, xy, -xz, yy, -yz, zz],
    weight: 1,
  }));
  return JSON.stringify(twofold ? [...list, ...turned] : list);
}

/** Writes `sparse/0` with one image, `front.jpg`, taken from 14 units before the scene (at y = -14), 3 above the ground. */
export function writeColmap(folder: string): void {
  const model = join(folder, "sparse", "0");
  mkdirSync(model, { recursive: true });
  writeFileSync(join(model, "cameras.txt"), "1 PINHOLE 1280 720 900 900 640 360\n");
  // x stays, z becomes -y, y becomes z: a turn of 90 degrees about x; t = -R (0, -14, 3).
  const half = Math.SQRT1_2;
  writeFileSync(join(model, "images.txt"), `1 ${half} ${half} 0 0 0 3 14 1 front.jpg\n\n`);
}

/** Writes a COLMAP model of two images, taken from 9 units before the origin and a turn of 60 degrees about y apart. */
export function writeRig(folder: string, name: string, images: readonly [string, string]): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "cameras.txt"), "1 PINHOLE 1280 720 900 900 640 360\n");
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  writeFileSync(
    join(folder, name, "images.txt"),
    `1 1 0 0 0 0 0 9 1 ${images[0]}\n\n2 ${c} 0 ${s} 0 0.2 0 9.5 1 ${images[1]}\n\n`,
  );
}
