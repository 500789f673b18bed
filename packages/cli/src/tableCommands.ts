// The rows of the commands over tables: allocate, align.
import { type CommandRow, force, out, output, progress } from "./commandRow.ts";

/** `monge allocate`. */
export const allocate: CommandRow = {
  name: "allocate",
  summary: "Ship supplies to demands at least cost, and say what one unit more or less would change",
  arguments: [
    {
      syntax: "<table>",
      summary:
        "A row a supply, a column a demand, costs between them, the last column supply, the row demand (.csv); empty cells are forbidden, 4 <= 10 is a cost of 4 for 10 units at most. Or with --supplies and --demands: lanes as from,to,cost[,capacity]",
    },
  ],
  options: [
    { flags: "--supplies <file>", group: "Problem", summary: "Supplies as name,amount (.csv)", value: "file" },
    {
      flags: "--demands <file>",
      group: "Problem",
      summary: "Demands as name,amount[,unmet_cost] (.csv); without an unmet cost a demand is served if it can be",
      value: "file",
    },
    out("Write the shipments to this file (.csv: from,to,amount,cost); - is standard output"),
    force,
    ...output,
    progress,
  ],
  examples: [
    { summary: "Who ships what to whom, and where a unit more would help", line: "monge allocate plants.csv" },
    {
      summary: "From lists, shipments to a file",
      line: "monge allocate lanes.csv --supplies supplies.csv --demands demands.csv -o shipments.csv --force",
    },
  ],
};

/** `monge align`. */
export const align: CommandRow = {
  name: "align",
  summary: "Domain adaptation: move the samples of one table onto those of another, and label these",
  arguments: [
    { syntax: "<source>", summary: "Samples, one a row: .csv with names of columns, or .npy" },
    { syntax: "<target>", summary: "Samples of the other domain" },
  ],
  options: [
    {
      flags: "--method <name>",
      group: "Problem",
      summary:
        "exact, sinkhorn, unbalanced (outliers stay behind), groupLasso (needs --labels), laplacian (neighbours move alike), gaussian (an affine map), gaussianGromov (between different coordinates), linearMapping, kernelMapping",
      fallback: "sinkhorn; groupLasso with --labels",
      choices: [
        "exact",
        "sinkhorn",
        "unbalanced",
        "groupLasso",
        "laplacian",
        "gaussian",
        "gaussianGromov",
        "linearMapping",
        "kernelMapping",
      ],
    },
    { flags: "--labels <column>", group: "Problem", summary: "Column of SOURCE with the class of each sample" },
    {
      flags: "--target-labels <column>",
      group: "Problem",
      summary: "Column of TARGET with the classes that are known, empty where they are not: they guide the plan",
    },
    {
      flags: "--truth <column>",
      group: "Problem",
      summary: "Column of TARGET with the true classes: for the accuracy alone, the plan does not see it",
    },
    {
      flags: "--epsilon <weight>",
      group: "Problem",
      summary: "Weight of the entropy, in the unit of the squared distance",
      fallback: "by --relative-epsilon",
      value: "positive",
    },
    {
      flags: "--relative-epsilon <share>",
      group: "Problem",
      summary: "The same as a multiple of the largest squared distance",
      fallback: "0.02 for sinkhorn and unbalanced, none for others",
      value: "positive",
    },
    {
      flags: "--strength <weight>",
      group: "Problem",
      summary: "Strength of the group lasso or of the Laplacian",
      fallback: "a twentieth of the largest squared distance; the number of samples",
      value: "positive",
    },
    out("Write the moved source samples (.csv .npy); - is standard output, as csv"),
    {
      flags: "--predictions <file>",
      group: "Output",
      summary: "Write a class for each target sample (.csv), that of the nearest moved source sample",
      value: "file",
    },
    force,
    ...output,
    progress,
  ],
  examples: [
    {
      summary: "Move last year's samples onto this year's",
      line: "monge align source.csv target.csv -o moved.csv --force",
    },
    {
      summary: "Label this year's samples by last year's classes",
      line: "monge align old.csv new.csv --labels class --predictions classes.csv --force",
    },
  ],
};
