// The rows of the table of commands that compare samples: monge distance, monge cohort.
import { type CommandRow, output, progress, seed } from "./commandRow.ts";

/** Names of `--kind`: distances between samples, then divergences between histograms. */
export const distanceKinds: readonly string[] = [
  ...["w1", "w2", "sliced", "energy", "mmd"],
  ...["kl", "reverseKl", "jeffreys", "js", "hellinger", "tv", "chi2"],
];

export const distance: CommandRow = {
  name: "distance",
  summary: "Distance between two samples, with what chance alone would show, an interval and a permutation test",
  arguments: [
    {
      syntax: "<a>",
      summary: "A sample: one member a row (.csv .npy .npz .ply); for divergences a histogram: masses, or an image",
    },
    { syntax: "<b>", summary: "The other one" },
  ],
  options: [
    {
      flags: "--kind <name>",
      group: "Problem",
      summary:
        "Between samples: Wasserstein (w1, w2, sliced), energy, kernel (mmd). Between histograms on the same cells: kl, reverseKl, jeffreys, js, hellinger, tv, chi2",
      fallback: "w2",
      choices: distanceKinds,
    },
    {
      flags: "--kernel <name>",
      group: "Problem",
      summary: "Kernel of mmd: gaussian, laplacian or rational",
      fallback: "gaussian",
      choices: ["gaussian", "laplacian", "rational"],
    },
    {
      flags: "--bandwidth <length>",
      group: "Problem",
      summary: "Length scale of the kernel",
      fallback: "median distance of all members",
      value: "positive",
    },
    {
      flags: "--projections <k>",
      group: "Problem",
      summary: "Random directions of sliced",
      fallback: "50",
      value: "count",
    },
    {
      flags: "--resamples <k>",
      group: "Statistics",
      summary: "Resamples of the m-out-of-n bootstrap, at least 20; 0: no interval",
      fallback: "200",
      value: "count",
    },
    {
      flags: "--permutations <k>",
      group: "Statistics",
      summary: "Relabellings of the test; 0: no test",
      fallback: "199",
      value: "count",
    },
    seed("Statistics"),
    {
      flags: "--columns <names>",
      group: "Reading files",
      summary: "Columns that are coordinates, comma-separated",
      fallback: "all",
      value: "list",
    },
    ...output,
    progress,
  ],
  examples: [
    { summary: "W2 between two samples", line: "monge distance source.csv target.csv" },
    {
      summary: "Energy distance, 999 relabellings",
      line: "monge distance source.csv target.csv --kind energy --permutations 999",
    },
    { summary: "Two images as histograms", line: "monge distance seven.png two.png --kind js" },
  ],
};

export const cohort: CommandRow = {
  name: "cohort",
  summary: "Compare two groups of images: exact distances, tests, classification, and what changes between them",
  arguments: [
    {
      syntax: "<a>",
      summary:
        "Images of one group: a folder (.png .jpg .webp .dcm) or a stack (.npy, .npz, file.npz#array), count x height x width",
    },
    { syntax: "<b>", summary: "Images of the other group" },
  ],
  options: [
    {
      flags: "--intensity <how>",
      group: "Problem",
      summary: "normalised compares shapes, exposure does not matter; unbalanced: the total intensity counts, too",
      fallback: "normalised",
      choices: ["normalised", "unbalanced"],
    },
    {
      flags: "--site <file>",
      group: "Problem",
      summary:
        "Table (.csv) with a column site, one row for each image, those of A first (with a column name rows are matched to file names): labels are exchanged within sites only",
      value: "file",
    },
    {
      flags: "--size <pixels>",
      group: "Reading files",
      summary: "Longest side of an image file: larger ones are averaged down to it",
      fallback: "28",
      value: "count",
    },
    { flags: "--invert", group: "Reading files", summary: "Dark pixels of an image weigh, not bright ones" },
    {
      flags: "--limit <count>",
      group: "Reading files",
      summary: "Images of either group at most, the first",
      fallback: "all",
      value: "count",
    },
    {
      flags: "--permutations <k>",
      group: "Statistics",
      summary: "Relabellings of each test",
      fallback: "999",
      value: "count",
    },
    {
      flags: "--neighbours <k>",
      group: "Statistics",
      summary: "Neighbours that vote, an odd number; one neighbour is always reported",
      fallback: "5",
      value: "count",
    },
    seed("Statistics"),
    {
      flags: "--threads <k>",
      group: "Solving",
      summary: "Workers; 0: none",
      fallback: "one for each core",
      value: "count",
    },
    {
      flags: "--resume <folder>",
      group: "Solving",
      summary: "Keep finished distances there, and begin with those that an interrupted run left",
      value: "file",
    },
    {
      flags: "--report <file>",
      group: "Output",
      summary: "Write a report (.html) that needs nothing else",
      value: "file",
    },
    { flags: "--force", group: "Output", summary: "Replace a report that exists" },
    ...output,
    progress,
  ],
  examples: [
    { summary: "Two folders of images", line: "monge cohort healthy ill --report cohort.html" },
    { summary: "Two stacks, for programs", line: "monge cohort healthy.npy ill.npy --json" },
    {
      summary: "Images from several hospitals; goes on where it was interrupted",
      line: "monge cohort healthy ill --site sites.csv --resume tiles",
    },
  ],
};
