// The page about maps of pictures, docs/benchmarks/potential-imaging.md, from bench/results/potential-imaging.json.
import { type ImagingCase, imagingCases } from "./imagingCases.ts";
import type { ImagingFile, ImagingRow, Mean } from "./imagingRow.ts";

/** The page. */
export function imagingPage({ machine, rows }: ImagingFile): string {
  const cases = imagingCases.filter(({ name }) => rows.some((row) => row.name === name));
  return [
    "# Benchmarks: maps of pictures",
    "",
    "Made by `npm run bench -- potential-imaging` from `bench/results/potential-imaging.json`; the cases are in `bench/potential/imagingCases.ts`.",
    "",
    `${machine.cpu}, Node ${machine.node}, one thread, CPU seconds on a machine that was busy with other work.`,
    "",
    "Samples lie in [-1, 1]. Training is unpaired, and no picture is on both sides. Every result, and the input, is clipped to [-1, 1]",
    "before it is compared. The width of the blur, the noise that Wiener's filter expects, and the regularizer's weight and number of steps",
    "are tuned on validation pictures, and a map ends with the critic after which they were best: that one, the last, is reported, and where none",
    "helped, the map is the identity. The regularizer's critic has the same net and sides; it is trained for a quarter, for half and for all of the steps that the critics of a map may have, under the penalty of its case, and the one that validates best is taken. Digits are",
    "MNIST's: 10 000 for each side and 60 to validate of the training set, 300 of the test set. Photographs are BSDS500's, grey, in crops of 32 x 32: 30 for each",
    "side; of the 20 that are kept out, 60 crops of 5 validate and 300 crops of 15 test. Spoilt pictures are not clipped before they are given to a method.",
    "Blurs reflect the crop at its border, so that Wiener's filter knows the true operator.",
    "",
    ...cases.flatMap((each) =>
      section(
        each,
        rows.filter(({ name }) => name === each.name),
      ),
    ),
  ].join("\n");
}

function section(each: ImagingCase, rows: readonly ImagingRow[]): string[] {
  const [first] = rows;
  const seconds = rows.map((row) => Math.round(row.seconds));
  return [
    `## ${each.title[0].toUpperCase()}${each.title.slice(1)}`,
    "",
    `${first.critics} of at most ${each.critics} critics of ${first.weights} weights, ${first.firstSteps} steps for the first and ${first.steps} for each other one, batches of ${first.batch}; ` +
      `${rows.length === 1 ? "one seed" : `${rows.length} seeds`}, ${seconds.join(", ")} CPU seconds of training.`,
    "",
    ...(each.task === "generate" || each.task === "translate" ? likeness(rows) : restoration(rows)),
    "",
    ...curves(rows.filter(({ curve }) => curve.length > 0)),
  ];
}

function curves(rows: readonly ImagingRow[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ seed, curve }) => `| ${seed} | ${curve.map((value) => value.toFixed(2)).join(", ")} |`);
  return ["| seed | W1 before each critic's step |", "|---|---|", ...lines, ""];
}

/** One line for each method, means over seeds; margins pooled over seeds, picture by picture. */
function restoration(rows: readonly ImagingRow[]): string[] {
  const names = rows[0].methods.map(({ name }) => kindOf(name));
  const given = (row: ImagingRow): number => row.methods[0].psnr;
  const ours = rows.map((row) => row.methods[row.methods.length - 1].psnr - given(row));
  const validation = rows.map((row) => row.validation.map((value) => value.toFixed(2)).join(", "));
  return [
    ...(rows.some(({ validationInput }) => validationInput === undefined)
      ? ["Measured before maps ended by validation: all critics are applied.", ""]
      : []),
    `The map gains ${ours.map((gain) => gain.toFixed(2)).join(", ")} dB over its clipped input.`,
    "",
    "| method | PSNR, dB | SSIM | this map is better by, dB (95 % interval, paired) |",
    "|---|---|---|---|",
    ...names.map((name, k) => {
      const of = rows.map(({ methods }) => methods[k]);
      return `| ${name} | ${of.map(({ psnr }) => psnr.toFixed(2)).join(", ")} | ${of.map(({ ssim }) => ssim?.toFixed(3) ?? "").join(", ")} | ${of.flatMap(({ margin }) => (margin === null ? [] : [interval(margin)])).join("; ")} |`;
    }),
    "",
    "| seed | validation PSNR of the input | after each critic that was trained |",
    "|---|---|---|",
    ...rows.map(
      ({ seed, validationInput }, k) => `| ${seed} | ${validationInput?.toFixed(2) ?? ""} | ${validation[k]} |`,
    ),
  ];
}

/** Generation and translation; seeds side by side. */
function likeness(rows: readonly ImagingRow[]): string[] {
  const [row] = rows;
  const list = (of: (each: ImagingRow) => number, digits = 2): string =>
    rows.map((each) => of(each).toFixed(digits)).join(", ");
  const kept = (from: (labels: readonly number[]) => number | undefined): string =>
    rows
      .flatMap(({ labels }) => (labels === undefined ? [] : [`${(100 * (from(labels) ?? 0)).toFixed(1)} %`]))
      .join(", ");
  return [
    row.labels === undefined
      ? `${row.pictures} generated pictures against 2000 digits of the training set that no map has seen: W2 between the Gaussians of features. \`real\` is the distance of as many digits that were targets.`
      : `The ${row.pictures} of the first 4000 test digits with the least ink, a quarter of each digit, mapped to the quarter with the most, and compared with that quarter of the next 4000. W2 between the Gaussians of features; \`real\` is the distance of as many digits that were targets.`,
    ...(row.labels === undefined
      ? []
      : [
          "",
          `A classifier sees the right digit in ${kept(([first]) => first)} of them as they are, and in ${kept((labels) => labels.at(-1))} of them mapped: nothing told the map which digit a picture shows.`,
        ]),
    "",
    "| features | before | after the first critic | after the last | first over last | real |",
    "|---|---|---|---|---|---|",
    ...row.features.map(({ name, floor }, k) => {
      const distances = (each: ImagingRow): readonly number[] => each.features[k].distances;
      const last = (each: ImagingRow): number => distances(each)[distances(each).length - 1];
      const shares = list((each) => distances(each)[1] / last(each), 1);
      return `| ${name} | ${list((each) => distances(each)[0])} | ${list((each) => distances(each)[1])} | ${list(last)} | ${shares} | ${floor.toFixed(2)} |`;
    }),
    ...exactLines(rows),
  ];
}

/** Exact W1 between samples: no critic judges itself there. */
function exactLines(rows: readonly ImagingRow[]): string[] {
  const { exactW1 } = rows[0];
  if (exactW1 === undefined) return [];
  const stages = exactW1.critics.map((_, k) =>
    rows.map((row) => row.exactW1?.distances[k].toFixed(2) ?? "").join(", "),
  );
  return [
    "",
    `W1 between 500 of them and 500 of the target, by exact transport, before, after the first critic, after half of them, after the last: ${stages.join("; ")}. Of 500 real ones: ${exactW1.floor.toFixed(2)}.`,
  ];
}

/** Parameters differ by seed: the table names methods. */
function kindOf(name: string): string {
  if (name === "given") return "input, clipped";
  return name.replace(/^(Gaussian blur|Wiener|adversarial regularizer).*/, "$1, tuned");
}

function interval({ mean, error }: Mean): string {
  return `${mean.toFixed(2)} (${(mean - 1.96 * error).toFixed(2)} to ${(mean + 1.96 * error).toFixed(2)})`;
}
