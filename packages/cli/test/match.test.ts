// monge project plants a view, monge match finds it again: poses against the truth, the shape of the result, exit codes, refusals.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoSplats, rocks, writeColmap, writeRig } from "./matchFiles.ts";
import { type Desk, desk } from "./monge.ts";

let d: Desk;
const losses = "--unseen 0.2 --spurious 0.2 --noise 0.004 --covariance-noise 0.1";

beforeAll(() => {
  d = desk({
    "scene.ply": demoSplats(),
    "rocks.json": rocks(false),
    "twins.json": rocks(true),
    "few.csv": "cx,cy,a,b,theta\n0,0,3,1,0\n10,0,2,1,1\n0,10,3,2,2\n9,8,5,1,0.5\n3,7,2,2,0\n",
    "bad.csv": "x,y,xx,xy,yy\n1,2,1,2,1\n",
    "nocolour.csv": "x,y,xx,xy,yy\n1,2,1,0,1\n",
    "broken.json":
      '{"schema":1,"model":"affine","ellipsoids":[{"mean":[0,0],"covariance":[1,0,0,1,0,1]}],"ellipses":[]}',
    "camera.json": '{"projection":"scaled-orthographic","R":[1,0,0,0,2,0,0,0,1],"scale":1,"t":[0,0]}',
    "there.json": "{}",
  });
  writeColmap(d.folder);
  writeRig(d.folder, "rig", ["a.jpg", "b.jpg"]);
  writeRig(d.folder, "two", ["side.jpg", "back.jpg"]);
  d.write("side.csv", "cx,cy,a,b,theta\n0,0,3,1,0\n10,0,2,1,1\n0,10,3,2,2\n");
  expect(d.monge(`project demo -o view.json --truth truth.json --seed 7 ${losses}`).code).toBe(0);
});
afterAll(() => d.clear());

interface Pose {
  readonly projection: string;
  readonly R: number[];
  readonly A: number[];
}

const json = (name: string) => JSON.parse(readFileSync(d.path(name), "utf8"));

/** Degrees between two rotations. */
function turnBetween(P: readonly number[], Q: readonly number[]): number {
  const trace = P.reduce((sum, value, k) => sum + value * Q[k], 0);
  return (Math.acos(Math.min(1, (trace - 1) / 2)) * 180) / Math.PI;
}

/** The share of the links that are right. */
function precision(matches: readonly [number, number][], origins: readonly number[][]): number {
  return matches.filter(([i, j]) => origins[j].includes(i)).length / matches.length;
}

describe("monge match view.json, a fifth unseen and a fifth spurious", () => {
  it("finds the camera within a degree and the links, and writes exactly what is documented", () => {
    const { code, stderr } = d.process("match view.json -o result.json --quiet");
    expect([code, stderr]).toEqual([0, ""]);
    const [result, truth] = [json("result.json"), json("truth.json")];
    expect(Object.keys(result)).toEqual(
      "schema status camera matches probabilities groups unmatched score confidence alternatives warnings seconds".split(
        " ",
      ),
    );
    expect(result).toMatchObject({ schema: 1, status: "converged", alternatives: [], warnings: [] });
    expect(Object.keys(result.camera)).toEqual(["projection", "R", "scale", "t"]);
    expect(turnBetween(result.camera.R, truth.camera.R)).toBeLessThan(1);
    expect(precision(result.matches, truth.origins)).toBeGreaterThan(0.95);
    expect(result.matches.length).toBeGreaterThan(0.9 * truth.origins.flat().length);
    // Everybody is matched or has a reason.
    const { ellipsoids } = json("view.json");
    const met = new Set([
      ...result.matches.map(([i]: number[]) => i),
      ...result.unmatched.ellipsoids.map(({ i }: { i: number }) => i),
    ]);
    expect(met.size).toBe(ellipsoids.length);
    for (const { reason } of result.unmatched.ellipsoids) expect(reason).toMatch(/^(outside|behind|occluded|unseen)$/);
    // Rows of probabilities sum to 1 at most, and links are likely.
    const rows = new Map<number, number>();
    for (const [i, , p] of result.probabilities) rows.set(i, (rows.get(i) ?? 0) + p);
    expect(Math.max(...rows.values())).toBeLessThanOrEqual(1 + 1e-5);
  });

  it("says the same with --json, in a table, and as a picture with every ellipse", () => {
    const { stdout } = d.monge("match view.json --json");
    const { seconds: _, ...result } = JSON.parse(stdout);
    const { seconds: __, ...written } = json("result.json");
    expect(result).toEqual(written);
    const table = d.monge("match view.json --camera result.json --plot overlay.svg");
    expect(table.stdout).toMatch(/camera +scaled orthographic, looks along .* given/);
    expect(table.stdout).toMatch(/no other links at this camera are worth more/);
    const svg = readFileSync(d.path("overlay.svg"), "utf8");
    expect(new Set([...svg.matchAll(/data-j="(\d+)"/g)].map(([, j]) => j)).size).toBe(
      json("view.json").ellipses.length,
    );
  });

  it("takes a camera from a result, and then only looks for links", () => {
    const { code, stdout } = d.monge("match view.json --camera result.json --json");
    const again = JSON.parse(stdout);
    expect([code, again.confidence]).toEqual([0, 1]);
    expect(again.camera).toEqual(json("result.json").camera);
    expect(precision(again.matches, json("truth.json").origins)).toBeGreaterThan(0.95);
  });
});

describe("monge match SCENE ELLIPSES", () => {
  it("--camera unknown takes the kind that explains the view, and says why", () => {
    d.monge(`project rocks.json --camera random-perspective -o lens.csv --truth lens.json --seed 3 ${losses}`);
    const { code, stdout, stderr } = d.monge(
      "match rocks.json lens.csv --camera unknown --intrinsics 1000,1000,500,500 --json",
    );
    const result = JSON.parse(stdout);
    expect([code, result.status, result.camera.projection]).toEqual([0, "converged", "perspective"]);
    expect(result.camera.intrinsics).toEqual({ fx: 1000, fy: 1000, cx: 500, cy: 500 });
    expect(turnBetween(result.camera.R, json("lens.json").camera.R)).toBeLessThan(1);
    expect(result.warnings).toMatchObject([{ code: "cameraChosen" }]);
    expect(stderr).toMatch(/The camera was chosen\. Perspective: no other explains the view better/);
  });

  it("--camera unknown keeps the simpler kind where the richer one adds nothing", () => {
    d.monge("project rocks.json -o plain.csv --truth plain.json --seed 5 --noise 0.004");
    const { stdout } = d.monge("match rocks.json plain.csv --camera unknown --json");
    const { camera, warnings } = JSON.parse(stdout) as { camera: Pose; warnings: { message: string }[] };
    expect(camera.projection).toBe("scaled-orthographic");
    expect(turnBetween(camera.R, json("plain.json").camera.R)).toBeLessThan(1);
    expect(warnings[0].message).toMatch(/a perspective was not tried, for it needs --intrinsics/);
  });

  it("an affine view: A within a hundredth of its size", () => {
    d.monge(`project rocks.json --camera random-affine -o affine.csv --truth affine.json --seed 4 ${losses}`);
    const { camera } = JSON.parse(d.monge("match rocks.json affine.csv --camera affine --json").stdout);
    const { A } = json("affine.json").camera as Pose;
    const size = Math.hypot(...A);
    expect(Math.hypot(...A.map((value, k) => value - camera.A[k]))).toBeLessThan(0.01 * size);
  });

  it("splats beyond --max-ellipsoids are reduced, and every splat knows its component", () => {
    d.monge("project scene.ply --camera sparse/0 --image front.jpg -o front.csv");
    const { code, stdout, stderr } = d.monge("match scene.ply front.csv --camera sparse/0 --max-ellipsoids 100 --json");
    expect([0, 3]).toContain(code);
    expect(stderr).toMatch(/scene\.ply: 338 splats, 338 of opacity 0\.1 or more, matched as 100 components/);
    const { reduction, matches } = JSON.parse(stdout);
    expect(reduction).toMatchObject({ splats: 338, kept: 338 });
    expect(reduction.componentOf).toHaveLength(338);
    expect(new Set(reduction.componentOf)).toEqual(
      new Set(Array.from({ length: reduction.components.length }, (_, k) => k)),
    );
    for (const [i] of matches) expect(i).toBeLessThan(100);
    // Moments are kept: the weighted mean of the components is that of the splats.
    const mass = reduction.components.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0);
    expect(mass).toBeGreaterThan(0);
  });

  it("several views are matched together: what they say is in one object, each under views", () => {
    d.monge("project rocks.json -o left.csv --truth left.json --seed 1 --noise 0.003");
    d.monge("project rocks.json -o right.csv --truth right.json --seed 2 --noise 0.003");
    const { code, stdout } = d.monge("match rocks.json left.csv right.csv --json");
    const result = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      schema: 1,
      status: "converged",
      pose: "each",
      alternatives: [],
      views: [{ name: "left.csv" }, { name: "right.csv" }],
    });
    expect(result.score).toBeCloseTo(result.views[0].score + result.views[1].score, 6);
    expect(result.confidence).toBeGreaterThan(result.views[0].confidence);
    for (const [v, truth] of ["left.json", "right.json"].entries()) {
      expect(turnBetween(result.views[v].camera.R, json(truth).camera.R)).toBeLessThan(1);
      expect(precision(result.views[v].matches, json(truth).origins)).toBeGreaterThan(0.95);
    }
    const table = d.monge("match rocks.json left.csv right.csv --camera orthographic");
    expect(table.stdout).toMatch(/All 2 views together\s+status +converged.*\s+poses +2 poses of their own/);
    expect(d.monge("match rocks.json left.csv right.csv --camera orthographic --quiet").stdout).toBe("converged\n");
  });

  it("problems are answered one by one, under views", () => {
    d.monge("project rocks.json -o one.json --seed 3");
    const result = JSON.parse(d.monge("match one.json one.json --json").stdout);
    expect(result.views).toHaveLength(2);
    expect(result).not.toHaveProperty("pose");
  });

  it("--rig: the views have one pose, with the motion that the model tells", () => {
    const camera = "--camera rig";
    d.monge(`project rocks.json ${camera} --image a.jpg -o a.csv --truth a.json ${losses}`);
    d.monge(`project rocks.json ${camera} --image b.jpg -o b.csv --truth b.json ${losses} --crop 0.5 --seed 2`);
    const lens = "--camera perspective --intrinsics 900,900,640,360 --json";
    const { code, stdout } = d.monge(`match rocks.json a.csv b.csv ${lens} --rig rig`);
    const { status, pose, views } = JSON.parse(stdout);
    expect([code, status, pose]).toEqual([0, "converged", "one"]);
    for (const [v, truth] of ["a.json", "b.json"].entries())
      expect(turnBetween(views[v].camera.R, json(truth).camera.R)).toBeLessThan(1);
    // The motion is a turn of 60 degrees, to the digit, which two poses of their own would miss.
    expect(turnBetween(views[0].camera.R, views[1].camera.R)).toBeCloseTo(60, 5);
  });

  it("--near, --scale and --orthogonality: what is known of the camera decides", () => {
    d.monge("project twins.json -o again.csv --seed 1 --noise 0.003");
    const whole = JSON.parse(d.monge("match twins.json again.csv --camera orthographic -o again.json --json").stdout);
    expect(whole.status).toBe("ambiguous");
    const near = JSON.parse(d.monge("match twins.json again.csv --near again.json --within 20 --json").stdout);
    expect([near.status, near.camera.projection]).toEqual(["converged", "scaled-orthographic"]);
    expect(turnBetween(near.camera.R, whole.camera.R)).toBeLessThan(1);
    // A scale that is surely wrong pulls the camera away from what the view says.
    const { scale } = whole.camera;
    const pulled = `match twins.json again.csv --camera orthographic --scale ${1.02 * scale} --scale-spread 0.0001 --json`;
    expect(JSON.parse(d.monge(pulled).stdout).camera.scale / scale).toBeGreaterThan(1.01);
    // The same of a sheared camera that is said to be all but orthographic.
    d.monge(`project rocks.json --camera random-affine -o sheared.csv --seed 4 ${losses}`);
    const scoreOf = (more: string): number =>
      JSON.parse(d.monge(`match rocks.json sheared.csv --camera affine --json ${more}`).stdout).score;
    expect(scoreOf("--orthogonality 0.001")).toBeLessThan(0.9 * scoreOf(""));
  });

  it("a scene that looks the same from two sides: exit code 0, the other pose among the alternatives, a warning", () => {
    d.monge("project twins.json -o twins.csv --seed 1 --noise 0.003");
    const { code, stdout, stderr } = d.monge("match twins.json twins.csv --camera orthographic --json");
    const { status, camera, alternatives } = JSON.parse(stdout);
    expect([code, status, alternatives.length]).toEqual([0, "ambiguous", 1]);
    // Half a turn about z takes one pose to the other.
    const turned = camera.R.map((value: number, k: number) => (k % 3 === 2 ? value : -value));
    expect(turnBetween(turned, alternatives[0].camera.R)).toBeLessThan(1);
    expect(stderr).toMatch(/2 poses explain the view equally well\. See alternatives/);
    const told = `match twins.json twins.csv --camera orthographic --direction ${camera.R.slice(6).join(",")} --json`;
    expect(JSON.parse(d.monge(told).stdout).status).toBe("converged");
  });

  it("a view of something else: exit code 3, the best pose all the same, and what would help", () => {
    const { code, stdout, stderr } = d.monge("match rocks.json few.csv --camera orthographic --json");
    const result = JSON.parse(stdout);
    expect([code, result.status]).toEqual([3, "low-confidence"]);
    expect(result.camera.R).toHaveLength(9);
    expect(result.confidence).toBeLessThan(0.5);
    expect(stderr).toMatch(/--direction, --up, --intrinsics/);
  });

  it("a time limit: exit code 3 and the best pose so far", () => {
    const { code, stdout } = d.monge("match view.json --time-limit 1ms --json");
    expect([code, JSON.parse(stdout).status]).toEqual([3, "timeLimit"]);
  });

  it("reads a problem from a pipe", () => {
    const { code, stdout } = d.process("match - --quiet", readFileSync(d.path("view.json")));
    expect([code, stdout]).toEqual([0, "converged\n"]);
  });
});

describe("monge project", () => {
  it("the same seed makes the same view, another one another", () => {
    const view = (seed: number): string => d.monge(`project demo --seed ${seed} ${losses} --quiet`).stdout;
    const again = view(7);
    expect(again).toBe(readFileSync(d.path("view.json"), "utf8"));
    expect(again).not.toBe(view(8));
  });

  it("a clean view has every ellipsoid, upright, in the picture", () => {
    d.monge("project -o clean.json --truth clean-truth.json --seed 2");
    const { ellipses } = json("clean.json");
    const { camera, origins } = json("clean-truth.json");
    expect(origins.flat().sort((a: number, b: number) => a - b)).toEqual(
      Array.from({ length: ellipses.length }, (_, k) => k),
    );
    // Up in the scene is up in the picture: no part of it sideways.
    expect(camera.R[2]).toBeCloseTo(0, 12);
    expect(camera.R[5]).toBeLessThan(0);
    for (const { mean } of ellipses) {
      expect(Math.min(...mean)).toBeGreaterThan(0);
      expect(Math.max(...mean)).toBeLessThan(1000);
    }
  });
});

const refusals: readonly (readonly [string, string, RegExp])[] = [
  ["no files", "match", /missing required argument/i],
  ["a scene without a view", "match scene.ply", /ellipses of a view are missing.*monge match scene\.ply ellipses\.csv/],
  ["a missing problem", "match nowhere.json", /nowhere\.json does not exist/],
  [
    "a broken problem",
    "match broken.json",
    /broken\.json, ellipsoids\[0\]\.mean has 2 numbers, not 3|ellipses is an empty list/,
  ],
  ["an ellipse that is none", "match demo bad.csv", /bad\.csv/],
  [
    "an unknown kind of camera",
    "match demo few.csv --camera fisheye",
    /fisheye is neither a kind of camera nor a file.*orthographic/,
  ],
  ["a perspective without its lens", "match demo few.csv --camera perspective", /--intrinsics fx,fy,cx,cy/],
  ["three intrinsics", "match demo few.csv --camera perspective --intrinsics 1,2,3", /--intrinsics "1,2,3".*4 numbers/],
  ["a camera that is none", "match demo few.csv --camera camera.json", /camera\.R is no rotation/],
  [
    "an image that is not in the model",
    "match demo few.csv --camera sparse/0 --image back.jpg",
    /back\.jpg.*--image with one of front\.jpg/,
  ],
  ["a cone without a direction", "match demo few.csv --cone 10", /--cone is given without a --direction/],
  ["no direction", "match demo few.csv --up 0,0,0", /--up 0,0,0 is no direction/],
  [
    "a focal spread without a lens",
    "match demo few.csv --camera affine --focal-spread 0.1",
    /--focal-spread is for perspective/,
  ],
  [
    "colours that are not there",
    "match demo nocolour.csv --camera affine --colour-spread 0.1",
    /the view has no colours/,
  ],
  [
    "options of scenes for a problem",
    "match view.json --max-ellipsoids 10",
    /--max-ellipsoids says nothing about matching problems/,
  ],
  ["a result with a strange ending", "match view.json -o result.txt", /result\.txt does not end in \.json/],
  ["a report with a strange ending", "match view.json --report report.svg", /report\.svg does not end in \.html/],
  ["a result that exists", "match view.json -o there.json", /there\.json exists already.*--force/],
  ["a rig of one view", "match demo few.csv --camera affine --rig sparse/0", /--rig is given, and there is one view/],
  [
    "a rig of affine cameras",
    "match demo few.csv few.csv --camera affine --rig sparse/0",
    /--rig needs to know the kind/,
  ],
  ["a rig of problems", "match view.json view.json --rig sparse/0", /--rig says nothing about matching problems/],
  [
    "a rig without one of the views",
    "match demo side.csv few.csv --camera orthographic --rig two",
    /None of the 2 images of two is called like few\.csv/,
  ],
  [
    "a camera near of another kind",
    "match demo few.csv --camera affine --near sparse/0",
    /another kind \(perspective\)/,
  ],
  ["a limit without a camera", "match demo few.csv --within 10", /--within is given without --near/],
  ["a spread without a scale", "match demo few.csv --scale-spread 0.2", /--scale-spread is given without --scale/],
  ["a scale of a lens", "match demo few.csv --camera affine --scale 3", /--scale is for scaled orthographic cameras/],
  [
    "an affine prior of another camera",
    "match demo few.csv --camera orthographic --orthogonality 0.1",
    /--orthogonality is for affine cameras/,
  ],
  ["standard input twice", "match - -", /asked for twice/],
  ["a share that is none", "project demo --unseen 1.5", /--unseen "1\.5" is no share/],
  ["a random camera that is none", "project demo --camera random-fisheye", /random-fisheye.*random-orthographic/],
  ["a view with a strange ending", "project demo -o view.png", /view\.png ends in neither \.csv nor \.json/],
  [
    "no opaque splat",
    "project scene.ply --max-ellipsoids 10 --min-opacity 0.99",
    /No splat of scene\.ply has opacity 0\.99.*--min-opacity/,
  ],
  ["no scene", "project nowhere.ply", /nowhere\.ply does not exist/],
];

describe("monge match and monge project refuse", () => {
  it.each(refusals)("%s: monge %s", (_, line, says) => {
    const before = d.files();
    const { code, stdout, stderr } = d.monge(line);
    expect(stderr).toMatch(says);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at |node:internal|options\.\w/);
    expect(d.files()).toEqual(before);
  });
});
