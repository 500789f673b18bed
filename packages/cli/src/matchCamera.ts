// Cameras of the command line: kinds by name, cameras from files (COLMAP models, JSON), random ones; and how a camera is written.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { readCameras, readMatchProblem } from "@monge/io";
import type { Mixture, Random } from "monge";
import type { Camera, CameraModel, Intrinsics } from "monge/matching";
import { UsageError } from "./exit.ts";
import { shortName } from "./input.ts";

/** A camera as results and problems hold it. */
export type CameraJson =
  | { readonly projection: "affine"; readonly A: number[]; readonly t: number[] }
  | { readonly projection: "scaled-orthographic"; readonly R: number[]; readonly scale: number; readonly t: number[] }
  | {
      readonly projection: "perspective";
      readonly R: number[];
      readonly t: number[];
      readonly intrinsics: Intrinsics;
    };

/** As plain JSON. */
export function cameraJson(camera: Camera): CameraJson {
  const t = Array.from(camera.t);
  if (camera.projection === "affine") return { projection: "affine", A: Array.from(camera.A), t };
  const R = Array.from(camera.R);
  if (camera.projection === "scaled-orthographic") return { projection: camera.projection, R, scale: camera.scale, t };
  const { fx, fy, cx, cy } = camera.intrinsics;
  return { projection: "perspective", R, t, intrinsics: { fx, fy, cx, cy } };
}

const kinds: Readonly<Record<string, CameraModel | "unknown">> = {
  affine: "affine",
  orthographic: "scaled-orthographic",
  "scaled-orthographic": "scaled-orthographic",
  perspective: "perspective",
  unknown: "unknown",
};

/** A kind of camera by its name, or null where the name is that of a file. */
export function cameraKind(text: string): CameraModel | "unknown" | null {
  return Object.hasOwn(kinds, text) ? kinds[text] : null;
}

/** Four numbers as intrinsics. */
export function intrinsicsOf(values: readonly number[] | undefined): Intrinsics | null {
  if (values === undefined) return null;
  const [fx, fy, cx, cy] = values;
  if (fx > 0 && fy > 0) return { fx, fy, cx, cy };
  throw new UsageError(`--intrinsics ${values.join(",")} has a focal length that is not above 0.`, "Use fx,fy,cx,cy.");
}

/** The camera of a file. `image` names an image of a COLMAP model, `stem` is what the ellipses are called. */
export async function readCameraFile(
  path: string,
  image: string | undefined,
  stem: string,
  note: (text: string) => void,
): Promise<Camera> {
  if (!existsSync(path))
    throw new UsageError(
      `--camera ${path} is neither a kind of camera nor a file.`,
      "Use affine, orthographic, perspective, unknown, the folder of a COLMAP model, or a JSON file.",
    );
  if (/\.json$/i.test(path)) return jsonCamera(path);
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const part = (name: string): string => {
    const found = [`${name}.bin`, `${name}.txt`].map((file) => join(folder, file)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    throw new UsageError(
      `${folder} holds neither ${name}.bin nor ${name}.txt.`,
      "Name the folder of a COLMAP model (sparse/0, say), or a JSON file with a camera.",
    );
  };
  const images = statSync(path).isDirectory() ? part("images") : path;
  const cameras = await readCameras(part("cameras"), images);
  const bare = (name: string): string => shortName(name).replace(/\.[^.]*$/, "");
  const found =
    image !== undefined
      ? cameras.find(({ name }) => name === image || shortName(name) === image)
      : (cameras.find(({ name }) => bare(name) === bare(stem)) ?? (cameras.length === 1 ? cameras[0] : undefined));
  if (found === undefined) {
    const some = cameras.slice(0, 5).map(({ name }) => name);
    throw new UsageError(
      `${image === undefined ? `None of the ${cameras.length} images of ${path} is called like ${stem}` : `${path} has no image ${image}`}.`,
      `Pass --image with one of ${some.join(", ")}${cameras.length > some.length ? " .." : ""}.`,
    );
  }
  if (found.distortion.parameters.some((value) => value !== 0))
    note(
      `${found.name}: the distortion of its lens (${found.distortion.model}) is not applied: undistort the view first.`,
    );
  const { R, t, intrinsics } = found;
  return { projection: "perspective", R, t, intrinsics };
}

/** The motion from one camera's coordinates to another's, Y = R Y_1 + t. */
export function motionBetween(from: Camera, to: Camera): { R: number[]; t: number[] } {
  if (from.projection !== "perspective" || to.projection !== "perspective")
    throw new UsageError("--rig holds cameras that are no perspective ones.", "Name a COLMAP model, or leave it out.");
  const R = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => dot([to.R, 3 * i], [from.R, 3 * j])));
  return { R, t: [0, 1, 2].map((i) => to.t[i] - dot([R, 3 * i], [from.t, 0])) };
}

type Row = readonly [values: ArrayLike<number>, from: number];

function dot([p, i]: Row, [q, j]: Row): number {
  return p[i] * q[j] + p[i + 1] * q[j + 1] + p[i + 2] * q[j + 2];
}

/** `{ projection, .. }`, on its own or as the field `camera` of a result, a truth or a problem. */
async function jsonCamera(path: string): Promise<Camera> {
  const name = shortName(path);
  let whole: unknown;
  try {
    whole = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UsageError(`${name} is no JSON.`, "Write a camera such as { projection, R, t, intrinsics }.");
  }
  const outer = whole as { camera?: unknown; intrinsics?: unknown } | null;
  const inner = (outer?.camera ?? outer) as Record<string, unknown> | null;
  const one = { mean: [0, 0, 0], covariance: [1, 0, 0, 1, 0, 1] };
  // The reader of problems checks cameras, and names what is wrong with them.
  const text = JSON.stringify({
    model: "known",
    camera: inner,
    intrinsics: inner?.["intrinsics"] ?? outer?.intrinsics ?? null,
    ellipsoids: [one],
    ellipses: [{ mean: [0, 0], covariance: [1, 0, 1] }],
  });
  const problem = await readMatchProblem({ name, data: new TextEncoder().encode(text) });
  return problem.camera as Camera;
}

/** Side of the square picture of random cameras, in pixels. */
export const pictureSize = 1000;
/** Share of the picture's side that the scene fills. */
const filled = 0.8;

/** A random camera that has the whole scene in its picture; upright where `up` is given. */
export function randomCamera(
  kind: CameraModel,
  { means }: Mixture,
  { up, intrinsics, stream }: { up: readonly number[] | null; intrinsics: Intrinsics | null; stream: Random },
): Camera {
  const R = up === null ? anyRotation(stream) : uprightRotation(up, stream);
  const centre = [0, 0, 0];
  for (let k = 0; k < means.data.length; k++) centre[k % 3] += means.data[k] / means.rows;
  let reach = 0;
  for (let i = 0; i < means.rows; i++)
    reach = Math.max(reach, Math.hypot(...[0, 1, 2].map((k) => means.data[3 * i + k] - centre[k])));
  const radius = reach > 0 ? reach : 1;
  const c = [0, 1, 2].map((k) => R[3 * k] * centre[0] + R[3 * k + 1] * centre[1] + R[3 * k + 2] * centre[2]);
  if (kind === "perspective") {
    const lens = intrinsics ?? { fx: pictureSize, fy: pictureSize, cx: pictureSize / 2, cy: pictureSize / 2 };
    const distance = Math.max(1.5, (2 * Math.max(lens.fx, lens.fy)) / (filled * pictureSize)) * radius;
    return { projection: "perspective", R, t: [-c[0], -c[1], distance - c[2]], intrinsics: lens };
  }
  const scale = (filled * pictureSize) / (2 * radius);
  const middle = pictureSize / 2;
  if (kind === "scaled-orthographic")
    return { projection: kind, R, scale, t: [middle - scale * c[0], middle - scale * c[1]] };
  // Stretched and sheared by about a fifth.
  const [p, q, r] = [1 + 0.2 * stream.normal(), 0.2 * stream.normal(), 1 + 0.2 * stream.normal()].map((x) =>
    Math.max(-0.8, Math.min(1.8, x)),
  );
  const A = [0, 1, 2, 3, 4, 5].map((k) =>
    k < 3 ? scale * (Math.max(0.4, p) * R[k] + q * R[k + 3]) : scale * Math.max(0.4, r) * R[k],
  );
  return {
    projection: "affine",
    A,
    t: [0, 3].map((k) => middle - (A[k] * centre[0] + A[k + 1] * centre[1] + A[k + 2] * centre[2])),
  };
}

/** Uniform over all rotations, by a quaternion of four normal numbers. */
function anyRotation({ normal }: Random): Float64Array {
  const q = [normal(), normal(), normal(), normal()];
  const size = Math.hypot(...q);
  const [w, x, y, z] = q.map((value) => value / size);
  return Float64Array.of(
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  );
}

/** Any side, from 10 degrees below to 40 above, held upright: rows are right, down and forward. */
function uprightRotation(up: readonly number[], { uniform }: Random): Float64Array {
  const size = Math.hypot(...up);
  if (!(size > 0)) throw new UsageError("--up 0,0,0 is no direction.", "Use a vector such as 0,0,1.");
  const u = up.map((value) => value / size);
  const axis = Math.abs(u[0]) < 0.8 ? [1, 0, 0] : [0, 1, 0];
  const level = unit(cross(u, axis));
  const other = cross(u, level);
  const azimuth = 2 * Math.PI * uniform();
  const elevation = ((-10 + 50 * uniform()) * Math.PI) / 180;
  const forward = [0, 1, 2].map(
    (k) =>
      -Math.cos(elevation) * (Math.cos(azimuth) * level[k] + Math.sin(azimuth) * other[k]) - Math.sin(elevation) * u[k],
  );
  const right = unit(cross(forward, u));
  return Float64Array.from([...right, ...cross(forward, right), ...forward]);
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(v: readonly number[]): number[] {
  const size = Math.hypot(...v);
  return v.map((value) => value / size);
}
