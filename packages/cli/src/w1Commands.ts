// The rows of the commands that learn maps of pictures: train, apply, evaluate.
import { type CommandRow, type OptionRow, output } from "./commandRow.ts";

const reading: readonly OptionRow[] = [
  {
    flags: "--channels <name>",
    group: "Reading files",
    summary: "Read pictures with one channel or with three",
    fallback: "one where all of a picture's are equal",
    choices: ["grey", "colour"],
  },
  {
    flags: "--range <black,white>",
    group: "Reading files",
    summary: "What is black and what is white in .npy and .npz",
    fallback: "by type; numbers lie in [0, 1], or in [-1, 1] where one is negative",
    value: "numbers",
    length: 2,
  },
  {
    flags: "--limit <n>",
    group: "Reading files",
    summary: "Read so many pictures of each collection at most",
    fallback: "all",
    value: "count",
  },
];

const report: OptionRow = {
  flags: "--report <file>",
  group: "Output",
  summary: "Write a report (.html): pictures before and after, W1 over the critics, the numbers",
  value: "file",
};

const closing: readonly OptionRow[] = [
  { flags: "--force", group: "Output", summary: "Replace files that exist" },
  ...output.map((row) => (row.flags === "--quiet" ? { ...row, summary: "No notes, no progress" } : row)),
];

/** `monge w1 train`. */
export const w1Train: CommandRow = {
  name: "w1 train",
  summary: "Learn a map of pictures from two collections, unpaired: denoise, deblur, generate or translate",
  arguments: [],
  options: [
    {
      flags: "--target <path>",
      group: "Problem",
      summary: "What pictures shall become: a folder of images, .npy, .npz or IDX",
      value: "file",
    },
    {
      flags: "--source <path>",
      group: "Problem",
      summary:
        "What they are now; to denoise and deblur, clean pictures that are spoilt on the way in, unless they are spoilt as they are",
      fallback: "half of the target's pictures; noise for generate",
      value: "file",
    },
    {
      flags: "--task <name>",
      group: "Problem",
      summary: "What the map is for",
      fallback: "deblur with --blur, denoise with --noise, translate with --source, otherwise generate",
      choices: ["denoise", "deblur", "generate", "translate"],
    },
    {
      flags: "--noise <deviation>",
      group: "Problem",
      summary: "Standard deviation of the noise that the source's pictures get; black to white is 2",
      fallback: "0; 1 for generate",
      value: "amount",
    },
    {
      flags: "--blur <pixels>",
      group: "Problem",
      summary: "Standard deviation of the Gaussian that blurs the source's pictures",
      fallback: "none",
      value: "positive",
    },
    {
      flags: "--size <pixels>",
      group: "Problem",
      summary: "Train on square crops of this side, taken at random",
      fallback: "whole pictures if all have one size of at most 64, otherwise 32",
      value: "count",
    },
    { flags: "--mirror", group: "Problem", summary: "Mirror crops left to right at random" },
    {
      flags: "--critics <n>",
      group: "Training",
      summary:
        "Critics at most, one after the other; to denoise and deblur, the map ends with the one after which validation pictures were best",
      fallback: "8",
      value: "count",
    },
    {
      flags: "--steps <n>",
      group: "Training",
      summary: "Steps of training for each; the first one gets twice as many",
      fallback: "300",
      value: "count",
    },
    {
      flags: "--batch <n>",
      group: "Training",
      summary: "Pictures of each side in a step",
      fallback: "16",
      value: "count",
    },
    {
      flags: "--widths <list>",
      group: "Training",
      summary: "Channels of the critics' convolutions: at full size, then at each halving",
      fallback: "8,16,32",
      value: "list",
    },
    {
      flags: "--units <n>",
      group: "Training",
      summary: "Units of a dense layer behind them",
      fallback: "0: none",
      value: "count",
    },
    {
      flags: "--penalty <lambda>",
      group: "Training",
      summary: "Weight of the penalty on slopes above 1",
      fallback: "ten times the mean distance between the sides",
      value: "positive",
    },
    {
      flags: "--learning-rate <rate>",
      group: "Training",
      summary: "Of Adam, falling to 0 over the second half of each critic",
      fallback: "0.002",
      value: "positive",
    },
    {
      flags: "--theta <share>",
      group: "Training",
      summary: "A critic moves pictures by this share of W1",
      fallback: "0.9",
      value: "positive",
    },
    { flags: "--seed <k>", group: "Training", summary: "Seed of everything random", fallback: "0", value: "count" },
    {
      flags: "--time-limit <time>",
      group: "Training",
      summary: "Stop after this time with the critics that are finished: 10m, 90s",
      fallback: "none",
      value: "duration",
    },
    {
      flags: "--checkpoint <folder>",
      group: "Training",
      summary: "Keep the state of the training in this folder, which is made if need be",
      fallback: "none is kept",
      value: "file",
    },
    {
      flags: "--every <steps>",
      group: "Training",
      summary: "Steps between two checkpoints",
      fallback: "200",
      value: "count",
    },
    {
      flags: "--resume",
      group: "Training",
      summary: "Go on from the checkpoint, to the same bits as without the interruption",
    },
    ...reading,
    {
      flags: "-o, --out <file>",
      group: "Output",
      summary: "Write the model (.w1)",
      fallback: "model.w1 in the folder of --checkpoint",
      value: "file",
    },
    report,
    ...closing,
    { flags: "--progress", group: "Output", summary: "Show progress even where standard error is no terminal" },
  ],
  examples: [
    {
      summary: "Remove noise, learned from clean pictures alone; a first try of seconds",
      line: "monge w1 train --target digits.npy --noise 0.4 --critics 3 --steps 40 -o denoise.w1 --report denoise.html",
    },
    {
      summary: "Sharpen photographs, in crops, with checkpoints",
      line: "monge w1 train --target photos --blur 1 --noise 0.05 --size 8 --critics 2 --steps 30 --checkpoint run",
    },
    {
      summary: "Generate pictures from noise",
      line: "monge w1 train --target digits.npy --task generate --critics 3 --steps 40 -o digits.w1",
    },
    {
      summary: "One collection into another",
      line: "monge w1 train --source photos --target digits.npy --critics 2 --steps 30 -o translate.w1 --json",
    },
  ],
};

/** `monge w1 apply`. */
export const w1Apply: CommandRow = {
  name: "w1 apply",
  summary: "Map pictures with a trained model: larger ones than it was trained on in blended tiles",
  arguments: [
    { syntax: "<model>", summary: "What train wrote (.w1)" },
    { syntax: "<in>", summary: "An image, a folder of them, .npy, .npz or IDX; noise for a model that generates" },
    { syntax: "<out>", summary: "An image (.png), a stack (.npy) or a folder, which is made if need be" },
  ],
  options: [
    {
      flags: "--critics <n>",
      group: "Map",
      summary: "Use the first so many critics only",
      fallback: "all",
      value: "count",
    },
    {
      flags: "--count <n>",
      group: "Map",
      summary: "How many pictures to make of noise",
      fallback: "16",
      value: "count",
    },
    { flags: "--seed <k>", group: "Map", summary: "Seed of that noise", fallback: "0", value: "count" },
    ...reading,
    { flags: "--force", group: "Output", summary: "Replace files that exist" },
    { flags: "--quiet", group: "Output", summary: "No notes" },
  ],
  examples: [
    { summary: "A folder", line: "monge w1 apply model.w1 photos restored" },
    { summary: "One picture", line: "monge w1 apply model.w1 seven.png clean.png" },
    { summary: "Twenty new digits", line: "monge w1 apply generator.w1 noise new.npy --count 20 --seed 7" },
  ],
};

/** `monge w1 evaluate`. */
export const w1Evaluate: CommandRow = {
  name: "w1 evaluate",
  summary: "How good a model is on pictures that it has not seen, beside simple baselines",
  arguments: [
    { syntax: "<model>", summary: "What train wrote (.w1)" },
    {
      syntax: "<pictures>",
      summary: "Clean pictures, which are spoilt as in training; for generate and translate, pictures of the target",
    },
  ],
  options: [
    {
      flags: "--source <path>",
      group: "Problem",
      summary: "What is to be mapped: spoilt pictures in the order of the clean ones, or pictures to translate",
      fallback: "made from the pictures, or from noise",
      value: "file",
    },
    { flags: "--seed <k>", group: "Problem", summary: "Seed of noise and crops", fallback: "1", value: "count" },
    {
      flags: "--components <n>",
      group: "Problem",
      summary: "Principal components in which collections are compared",
      fallback: "32, or as many as there can be",
      value: "count",
    },
    ...reading,
    report,
    ...closing,
  ],
  examples: [
    { summary: "PSNR and SSIM, before and after", line: "monge w1 evaluate model.w1 digits.npy --limit 20" },
    { summary: "Generated pictures against real ones", line: "monge w1 evaluate generator.w1 digits.npy --json" },
  ],
};
