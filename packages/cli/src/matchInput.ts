// From files to matching problems: problems of their own, or a scene with the ellipses of its views.
import { readFileSync } from "node:fs";
import { type Ellipses, readEllipses, readMatchProblem } from "@monge/io";
import type { Mixture } from "monge";
import type { Camera, CameraModel, Intrinsics, SceneView } from "monge/matching";
import { UsageError } from "./exit.ts";
import { shortName, sourceOf } from "./input.ts";
import { cameraKind, intrinsicsOf, motionBetween, readCameraFile } from "./matchCamera.ts";
import { isList, type MatchScene, readMatchScene, type SceneReadOptions } from "./matchScene.ts";

/** The options that say what is to be matched, as the parser returns them. */
export interface MatchInputOptions extends SceneReadOptions {
  readonly camera?: string;
  readonly intrinsics?: readonly number[];
  readonly image?: string;
  readonly near?: string;
  readonly rig?: string;
  readonly convention?: "semi-axes" | "opencv";
  readonly angle?: "radians" | "degrees";
  readonly level?: number;
}

/** One view to be matched. */
export interface MatchView {
  readonly name: string;
  readonly scene: MatchScene;
  readonly ellipses: Mixture;
  /** m x 3, in [0, 1]. */
  readonly colours: Float64Array | null;
  readonly camera: CameraModel | Camera | "unknown";
  readonly intrinsics: Intrinsics | null;
  /** A camera near the true one. */
  readonly near: Camera | null;
  /** Of a rig: the motion from the first view's camera. */
  readonly relative: SceneView["relative"];
}

/** Reads all views. */
export async function readViews(
  paths: readonly string[],
  options: MatchInputOptions,
  note: (text: string) => void,
): Promise<MatchView[]> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("Standard input (-) is asked for twice.", "Read one of the two from a file.");
  const [first, ...rest] = paths;
  if (paths.length > 0 && paths.every((path) => isProblem(path, paths.length === 1))) {
    const needless = (
      ["convention", "angle", "level", "maxEllipsoids", "components", "minOpacity", "dropInvalid", "rig"] as const
    ).find((name) => options[name] !== undefined);
    if (needless !== undefined)
      throw new UsageError(
        `--${needless.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} says nothing about matching problems.`,
        "Leave it out, or pass a scene and ellipses.",
      );
    const views: MatchView[] = [];
    for (const path of paths) views.push(await problemView(path, options, note));
    return views;
  }
  if (rest.length === 0)
    throw new UsageError(
      `${shortName(first)} is no matching problem, and the ellipses of a view are missing.`,
      "Name a scene and ellipses (monge match scene.ply ellipses.csv), or one problem (.json).",
    );
  const seen: Ellipses[] = [];
  for (const path of rest) {
    const { convention, angle, level } = options;
    seen.push(await readEllipses(await sourceOf(path), { convention, angle, level }));
  }
  const scene = await readMatchScene(first, options, note, Math.max(...seen.map(({ means }) => means.rows)));
  const intrinsics = intrinsicsOf(options.intrinsics);
  const views: MatchView[] = [];
  for (const [k, path] of rest.entries()) {
    const { colours, labels: _, ...ellipses } = seen[k];
    const name = shortName(path);
    const camera = options.camera === undefined ? "unknown" : await cameraOf(options.camera, name, options, note);
    const given = { name, scene, ellipses, colours: colours?.data ?? null, camera, intrinsics };
    views.push(checked(await withNear(given, options, note), options));
  }
  return options.rig === undefined ? views : rigged(views, options.rig, note);
}

/** Whether a file is a matching problem: JSON with both sides. A file on its own is one if its name says JSON: its reader knows better what is wrong. */
function isProblem(path: string, alone: boolean): boolean {
  if (path === "-") return alone;
  if (!/\.json$/i.test(path) || !isList(path)) return false;
  if (alone) return true;
  try {
    const whole = JSON.parse(readFileSync(path, "utf8"));
    return typeof whole === "object" && whole !== null && "ellipsoids" in whole && "ellipses" in whole;
  } catch {
    return false;
  }
}

async function problemView(path: string, options: MatchInputOptions, note: (text: string) => void): Promise<MatchView> {
  const problem = await readMatchProblem(await sourceOf(path));
  const name = shortName(path);
  const scene: MatchScene = {
    name,
    ellipsoids: problem.ellipsoids,
    colours: null,
    reduction: null,
    up: null,
  };
  const intrinsics = intrinsicsOf(options.intrinsics) ?? problem.intrinsics;
  const camera =
    options.camera !== undefined
      ? await cameraOf(options.camera, name, options, note)
      : problem.model === "known"
        ? problem.camera
        : problem.model;
  const given = { name, scene, ellipses: problem.ellipses, colours: null, camera, intrinsics };
  return checked(await withNear(given, options, note), options);
}

/** Reads --near; the kind of that camera, and its lens, are taken where none are said. */
async function withNear(
  view: Omit<MatchView, "near" | "relative">,
  { near: path }: MatchInputOptions,
  note: (text: string) => void,
): Promise<MatchView> {
  if (path === undefined) return { ...view, near: null, relative: undefined };
  const near = await readCameraFile(path, undefined, view.name, note);
  const camera = view.camera === "unknown" ? near.projection : view.camera;
  if (camera !== near.projection)
    throw new UsageError(
      `--near ${path} is a camera of another kind (${near.projection}).`,
      typeof camera === "object" ? "Leave it out: the camera is known." : "Leave --camera out, or name that kind.",
    );
  const lens = near.projection === "perspective" ? near.intrinsics : null;
  return { ...view, camera, near, intrinsics: view.intrinsics ?? lens, relative: undefined };
}

/** The motions of a rig, from the cameras of a file. */
async function rigged(views: readonly MatchView[], path: string, note: (text: string) => void): Promise<MatchView[]> {
  if (views.length < 2) throw new UsageError("--rig is given, and there is one view.", "Add the other views.");
  if (/\.json$/i.test(path))
    throw new UsageError(`--rig ${path} holds one camera.`, "Name a COLMAP model with an image for each view.");
  const odd = views.find(({ camera }) => camera !== "scaled-orthographic" && camera !== "perspective");
  if (odd !== undefined)
    throw new UsageError(
      "--rig needs to know the kind of its cameras.",
      "Add --camera orthographic, or --camera perspective with --intrinsics.",
    );
  const cameras: Camera[] = [];
  for (const { name } of views) cameras.push(await readCameraFile(path, undefined, name, note));
  return views.map((view, v) => (v === 0 ? view : { ...view, relative: motionBetween(cameras[0], cameras[v]) }));
}

async function cameraOf(
  text: string,
  stem: string,
  options: MatchInputOptions,
  note: (text: string) => void,
): Promise<MatchView["camera"]> {
  return cameraKind(text) ?? (await readCameraFile(text, options.image, stem, note));
}

/** A perspective needs its lens. */
function checked(view: MatchView, options: MatchInputOptions): MatchView {
  if (view.camera === "perspective" && view.intrinsics === null)
    throw new UsageError(
      "--camera perspective needs the intrinsics.",
      "Add --intrinsics fx,fy,cx,cy, and --focal-spread 0.2 where the focal length is a guess.",
    );
  if (options.intrinsics !== undefined && typeof view.camera === "object")
    throw new UsageError("--intrinsics is given, and the camera is known.", "Leave --intrinsics out.");
  return view;
}
