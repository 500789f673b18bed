// The one table of commands, arguments and options: the parser, --help, shell completion and docs/guide/cli.md are made from it.

import { type CommandRow, force, type OptionRow, output, progress, seed } from "./commandRow.ts";
import { match, project } from "./matchCommands.ts";
import { barycenter, colors, morph, register } from "./pictureCommands.ts";
import { cohort, distance } from "./sampleCommands.ts";
import { align, allocate } from "./tableCommands.ts";
import { w1Apply, w1Evaluate, w1Train } from "./w1Commands.ts";

const reading: readonly OptionRow[] = [
  {
    flags: "--format <name>",
    group: "Reading files",
    summary: "Format of the files, needed for standard input where its content does not tell",
    fallback: "recognised by content, then by name",
    choices: ["csv", "npy", "npz", "ply", "png", "jpeg", "webp", "dicom", "idx"],
  },
  {
    flags: "--size <pixels>",
    group: "Reading files",
    summary: "Longest side of an image: larger images are averaged down to it",
    fallback: "64",
    value: "count",
  },
  {
    flags: "--invert",
    group: "Reading files",
    summary: "Dark pixels of an image weigh, not bright ones",
  },
  {
    flags: "--weights <name>",
    group: "Reading files",
    summary: "Column (csv), property (ply) or array (npz) that holds the weights",
    fallback: "weight, weights, mass or masses, if there is one; otherwise every point weighs 1/n",
  },
  {
    flags: "--columns <names>",
    group: "Reading files",
    summary: "Columns that are coordinates, comma-separated, in this order",
    fallback: "all but the weights; x,y,z for ply",
    value: "list",
  },
  {
    flags: "--index <k>",
    group: "Reading files",
    summary:
      "Which image of an IDX file or frame of a DICOM file, from 0; two indices separated by a comma: one for each side",
    value: "list",
  },
];

const problem: readonly OptionRow[] = [
  {
    flags: "--ground <name>",
    group: "Problem",
    summary: "Distance between points: sqeuclidean, euclidean, cityblock, chebyshev, cosine, or lN for the N-norm (l3)",
    fallback: "sqeuclidean",
  },
  {
    flags: "--p <power>",
    group: "Problem",
    summary: "Power of the distance that a unit of mass pays; the reported distance is the p-th root of the value",
    fallback: "2 for sqeuclidean, otherwise 1",
    value: "positive",
  },
  {
    flags: "--mass <how>",
    group: "Problem",
    summary:
      "normalize scales both sides to mass 1, keep leaves masses alone and refuses unequal ones unless --unbalanced or --partial is given",
    fallback: "normalize if an image takes part, otherwise keep",
    choices: ["normalize", "keep"],
  },
];

const entropy: readonly OptionRow[] = [
  {
    flags: "--epsilon <weight>",
    group: "Regularisation",
    summary: "Weight of the entropy, in the unit of the cost: entropic transport, by Sinkhorn's iteration",
    fallback: "none: exact transport",
    value: "positive",
  },
  {
    flags: "--relative-epsilon <share>",
    group: "Regularisation",
    summary: "The same as a multiple of the largest cost: 0.01, say",
    value: "positive",
  },
  {
    flags: "--tolerance <error>",
    group: "Regularisation",
    summary: "Error of the marginals, as a share of the mass, at which an iterative solver stops",
    fallback: "1e-9; 1e-6 where --unbalanced comes without --epsilon",
    value: "positive",
  },
  {
    flags: "--unbalanced <penalty>",
    group: "Regularisation",
    summary:
      "Mass may appear and vanish at a price: KL:1, TV:1 or L2:1 with the strength in the unit of the cost; two of them, or equal, for the two sides (KL:1,equal)",
    fallback: "none: all mass is moved",
    value: "penalty",
  },
];

const solve: CommandRow = {
  name: "solve",
  summary: "Optimal transport between two files, or for a cost matrix: exact, entropic, unbalanced or partial",
  arguments: [
    {
      syntax: "[source]",
      summary: "Points (.csv .npy .npz .ply) or an image (.png .jpg .webp .dcm .idx); - is standard input",
    },
    { syntax: "[target]", summary: "The same for the other side" },
  ],
  options: [
    ...problem,
    {
      flags: "--cost <file>",
      group: "Problem",
      summary: "A cost matrix (.npy .csv) instead of two files; inf forbids a pair",
      value: "file",
    },
    {
      flags: "--a <file>",
      group: "Problem",
      summary: "Weights of the rows of the cost matrix",
      fallback: "uniform",
      value: "file",
    },
    { flags: "--b <file>", group: "Problem", summary: "Weights of its columns", fallback: "uniform", value: "file" },
    ...entropy,
    {
      flags: "--partial <mass>",
      group: "Regularisation",
      summary: "Move this much mass only, the cheapest",
      fallback: "none: all mass is moved",
      value: "positive",
    },
    {
      flags: "--method <engine>",
      group: "Solving",
      summary: "Engine",
      fallback: "auto, chosen from the problem and explained",
      choices: ["auto", "quantiles", "gridL1", "networkSimplex", "shortestPath", "costScaling", "points", "sinkhorn"],
    },
    {
      flags: "--time-limit <time>",
      group: "Solving",
      summary: "Stop after this time with the answer so far: 10, 10s, 500ms or 2m",
      fallback: "none",
      value: "duration",
    },
    {
      flags: "--max-iterations <k>",
      group: "Solving",
      summary: "Stop after this many iterations with the answer so far",
      fallback: "none",
      value: "count",
    },
    seed("Solving"),
    ...reading,
    {
      flags: "--plan <file>",
      group: "Output",
      summary:
        "Write the plan: .csv (i,j,mass) or .npy (dense); - is standard output, as csv. The smallest entries of an entropic plan are left out, and told",
      value: "file",
    },
    {
      flags: "--plot <file>",
      group: "Output",
      summary: "Write a picture (.svg) or an interactive report (.html)",
      value: "file",
    },
    force,
    ...output,
    progress,
  ],
  examples: [
    { summary: "Two point clouds, squared Euclidean cost", line: "monge solve source.csv target.csv" },
    {
      summary: "W1 between the same, with a picture and the plan",
      line: "monge solve source.csv target.csv --ground euclidean --plot flow.svg --plan plan.csv",
    },
    {
      summary: "Two images as grey densities, an interactive report",
      line: "monge solve seven.png two.png --plot report.html",
    },
    { summary: "A cost matrix with weights", line: "monge solve --cost C.npy --a a.npy --b b.npy --json" },
    {
      summary: "Entropic, epsilon a hundredth of the largest cost",
      line: "monge solve source.csv target.csv --relative-epsilon 0.01",
    },
    {
      summary: "The cheapest four fifths of the mass",
      line: "monge solve source.csv target.csv --partial 0.8",
    },
    {
      summary: "Mass may vanish and appear at a price",
      line: "monge solve source.csv target.csv --epsilon 0.01 --unbalanced KL:1",
    },
    { summary: "From a pipe", line: "cat source.csv | monge solve - target.csv --format csv --quiet" },
    {
      summary: "At most two seconds; exit code 3 if that is too short",
      line: "monge solve source.csv target.csv --time-limit 2s",
    },
  ],
};

const divergence: CommandRow = {
  name: "divergence",
  summary: "Sinkhorn divergence between two files: entropic transport without its bias, 0 for equal measures",
  arguments: solve.arguments,
  options: [
    ...problem,
    ...entropy.map((row) =>
      row.flags.startsWith("--epsilon")
        ? { ...row, summary: "Weight of the entropy, in the unit of the cost", fallback: "--relative-epsilon 0.01" }
        : row.flags.startsWith("--tolerance")
          ? { ...row, fallback: "1e-9" }
          : row,
    ),
    ...solve.options.filter(({ flags }) => /^--(time-limit|max-iterations)/.test(flags)),
    ...reading,
    ...output,
    ...solve.options.filter(({ flags }) => flags.startsWith("--progress")),
  ],
  examples: [
    { summary: "Two point clouds", line: "monge divergence source.csv target.csv --epsilon 0.05" },
    { summary: "Two images", line: "monge divergence seven.png two.png --relative-epsilon 0.001 --json" },
  ],
};

const info: CommandRow = {
  name: "info",
  summary: "What a file holds, and what solving it would cost",
  arguments: [
    { syntax: "<file>", summary: "Any file that solve reads; - is standard input" },
    { syntax: "[target]", summary: "The other side, for a forecast of this very problem" },
  ],
  options: [...reading, ...output.filter(({ flags }) => flags === "--json")],
  examples: [
    { summary: "One file", line: "monge info source.csv" },
    { summary: "A problem", line: "monge info seven.png two.png --json" },
  ],
};

const completion: CommandRow = {
  name: "completion",
  summary: "Print a completion script for a shell",
  arguments: [{ syntax: "<shell>", summary: "bash, zsh or fish" }],
  options: [],
  examples: [
    { summary: "Bash, for this session", line: 'eval "$(monge completion bash)"' },
    { summary: "Fish, for good", line: "monge completion fish > ~/.config/fish/completions/monge.fish" },
  ],
};

/** All commands, in the order of the help. */
export const commands: readonly CommandRow[] = [
  solve,
  divergence,
  match,
  project,
  align,
  allocate,
  colors,
  morph,
  barycenter,
  register,
  distance,
  cohort,
  w1Train,
  w1Apply,
  w1Evaluate,
  info,
  completion,
];
