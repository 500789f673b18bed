// monge project: a view of a scene through a camera, disturbed as asked, as ellipses or as a whole matching problem; the truth beside it.
import { assertWritable, encodeEllipses, encodeMatchProblem, writeFileAtomic } from "@monge/io";
import { random } from "monge";
import { type Camera, type CameraModel, simulateView } from "monge/matching";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { cameraJson, intrinsicsOf, randomCamera, readCameraFile } from "./matchCamera.ts";
import { type MatchScene, readMatchScene, type SceneReadOptions } from "./matchScene.ts";
import { plainSpaces, plural } from "./plot/number.ts";

/** The options of `monge project`, as the parser returns them. */
export interface ProjectOptions extends SceneReadOptions {
  readonly camera?: string;
  readonly intrinsics?: readonly number[];
  readonly image?: string;
  readonly up?: readonly number[];
  readonly unseen?: number;
  readonly spurious?: number;
  readonly noise?: number;
  readonly covarianceNoise?: number;
  readonly occlude?: number;
  readonly crop?: number;
  readonly merge?: number;
  readonly split?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly truth?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const randomKinds: Readonly<Record<string, CameraModel>> = {
  "random-orthographic": "scaled-orthographic",
  "random-affine": "affine",
  "random-perspective": "perspective",
};

/** Runs the command. */
export async function projectCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as ProjectOptions;
  const { out, truth, force } = options;
  if (out !== undefined && out !== "-" && !/\.(csv|json)$/i.test(out))
    throw new UsageError(
      `--out ${out} ends in neither .csv nor .json.`,
      "Name it something.csv for the ellipses alone, something.json for the whole problem.",
    );
  if (truth !== undefined && truth === out)
    throw new UsageError("--out and --truth name the same file.", "Name two files.");
  for (const path of [out, truth]) if (path !== undefined && path !== "-") await assertWritable(path, { force });
  const note = (text: string): void => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  const scene = await readMatchScene(args[0] ?? "demo", options, note);
  const camera = await cameraOf(scene, options, note);
  const view = simulateView(scene.ellipsoids, camera, {
    unseen: options.unseen,
    spurious: options.spurious,
    noise: options.noise,
    covarianceNoise: options.covarianceNoise,
    occlude: options.occlude,
    crop: options.crop,
    merge: options.merge,
    split: options.split,
    seed: options.seed,
  });
  const { ellipses, origins } = view;
  if (ellipses.means.rows === 0)
    throw new UsageError("The camera sees nothing: the whole scene is behind it.", "Turn it round, or move it back.");
  const text = out !== undefined && /\.csv$/i.test(out) ? encodeEllipses(ellipses, "csv") : problemText();
  if (out === undefined || out === "-") process.stdout.write(text);
  else await writeFileAtomic(out, text, { force });
  if (truth !== undefined) {
    const content = `${JSON.stringify({ schema: 1, camera: cameraJson(camera), origins })}\n`;
    if (truth === "-") process.stdout.write(content);
    else await writeFileAtomic(truth, content, { force });
  }
  const spurious = origins.filter((behind) => behind.length === 0).length;
  const joint = origins.filter((behind) => behind.length > 1).length;
  const seen = new Set(origins.flat()).size;
  const parts = [
    `${scene.name}: ${plural(ellipses.means.rows, "ellipse")} of ${seen} among ${plural(scene.ellipsoids.means.rows, "ellipsoid")}`,
    ...(spurious > 0 ? [`${spurious} spurious`] : []),
    ...(joint > 0 ? [`${joint} merged`] : []),
  ];
  note(plainSpaces(`${parts.join(", ")}.${out === undefined || out === "-" ? "" : ` The view is in ${out}.`}`));
  return exitCode.ok;

  function problemText(): string {
    return encodeMatchProblem({
      model: camera.projection,
      ellipsoids: scene.ellipsoids,
      ellipses,
      intrinsics: camera.projection === "perspective" ? camera.intrinsics : null,
      camera: null,
    });
  }
}

async function cameraOf(scene: MatchScene, options: ProjectOptions, note: (text: string) => void): Promise<Camera> {
  const { camera: kind = "random-orthographic", image, up, seed = 0 } = options;
  const intrinsics = intrinsicsOf(options.intrinsics);
  if (!Object.hasOwn(randomKinds, kind)) {
    if (/^random/.test(kind))
      throw new UsageError(`--camera does not know ${kind}.`, `Use one of ${Object.keys(randomKinds).join(", ")}.`);
    if (up !== undefined || intrinsics !== null)
      throw new UsageError("--up and --intrinsics are for random cameras.", "Leave them out.");
    return readCameraFile(kind, image, "the view", note);
  }
  // A stream of its own: the same camera whatever else is disturbed.
  return randomCamera(randomKinds[kind], scene.ellipsoids, {
    up: up ?? scene.up,
    intrinsics,
    stream: random(seed + 0.5),
  });
}
