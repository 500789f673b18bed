// The rows of the commands for pictures: colors, morph, barycenter, register.
import { type CommandRow, force, type OptionRow, out, output, progress, quietly, seed } from "./commandRow.ts";

const invert: OptionRow = { flags: "--invert", group: "Problem", summary: "Dark pixels weigh, not bright ones" };
const image = "An image (.png .jpg .webp)";

export const colors: CommandRow = {
  name: "colors",
  summary: "An image in the colours of another: transport between their palettes",
  arguments: [
    { syntax: "<source>", summary: image },
    { syntax: "<reference>", summary: "The image whose colours it gets" },
  ],
  options: [
    {
      flags: "--method <name>",
      group: "Problem",
      summary:
        "exact, smoother by entropic or laplacian, unbalanced to leave colours alone that have no counterpart, affine, sliced",
      fallback: "exact",
      choices: ["exact", "affine", "entropic", "unbalanced", "laplacian", "sliced"],
    },
    {
      flags: "--colors <k>",
      group: "Problem",
      summary: "Colours of each palette",
      fallback: "1000",
      value: "count",
    },
    {
      flags: "--space <name>",
      group: "Problem",
      summary: "Where distances between colours are taken",
      fallback: "oklab",
      choices: ["oklab", "lab", "linear", "srgb"],
    },
    {
      flags: "--amount <share>",
      group: "Problem",
      summary: "How far to go: 0 changes nothing, 1 everything",
      fallback: "1",
      value: "amount",
    },
    {
      flags: "--strength <price>",
      group: "Problem",
      summary:
        "Unbalanced: what leaving a colour alone costs, in squared units of the space; laplacian: how alike neighbours move",
      fallback: "0.02 unbalanced, 1 laplacian",
      value: "positive",
    },
    {
      flags: "--neighbours <k>",
      group: "Problem",
      summary: "Palette colours that tell any other colour where to go; 1 is the nearest alone",
      fallback: "8",
      value: "count",
    },
    {
      flags: "--guided",
      group: "Problem",
      summary: "Smooth the change along the picture, not across its edges: against noise and bands",
    },
    seed("Solving"),
    out("Where the picture goes (.png); required"),
    force,
    ...quietly("Print nothing but errors; no notes, no progress"),
    progress,
  ],
  examples: [
    { summary: "Noon in the colours of dusk", line: "monge colors noon.png dusk.png -o evening.png" },
    {
      summary: "Gently: half of the way, smoothed along the picture",
      line: "monge colors noon.png dusk.png -o gentle.png --amount 0.5 --guided --json",
    },
    {
      summary: "Colours without a counterpart stay",
      line: "monge colors noon.png dusk.png -o kept.png --method unbalanced --colors 300",
    },
  ],
};

export const morph: CommandRow = {
  name: "morph",
  summary: "Frames between two images: their light moves, with its colours",
  arguments: [
    { syntax: "<a>", summary: image },
    { syntax: "<b>", summary: "The image that it becomes" },
  ],
  options: [
    {
      flags: "--frames <k>",
      group: "Problem",
      summary: "Frames, both images included",
      fallback: "24",
      value: "count",
    },
    {
      flags: "--method <name>",
      group: "Problem",
      summary:
        "Along the exact or the entropic plan, unbalanced (what is far fades in place), or convolutional barycenters",
      fallback: "exact",
      choices: ["exact", "entropic", "unbalanced", "barycenter", "debiased"],
    },
    {
      flags: "--size <pixels>",
      group: "Problem",
      summary: "Longest side of the frames: larger images are averaged down",
      fallback: "64",
      value: "count",
    },
    invert,
    {
      flags: "--epsilon <weight>",
      group: "Problem",
      summary: "Weight of the entropy in squared pixels",
      fallback: "4; 1 for barycenters",
      value: "positive",
    },
    {
      flags: "--reach <pixels>",
      group: "Problem",
      summary: "Unbalanced: beyond this, light rather fades than moves",
      fallback: "a quarter of the longest side",
      value: "positive",
    },
    {
      flags: "--delay <time>",
      group: "Output",
      summary: "Time of a frame in an animation: 80ms",
      fallback: "80ms",
      value: "duration",
    },
    {
      flags: "-o, --out <path>",
      group: "Output",
      summary:
        "A folder for frames (frame-001.png ..), made if need be, or a file for an animated PNG (.png); required",
      value: "file",
    },
    force,
    ...quietly("Print nothing but errors; no notes, no progress"),
    progress,
  ],
  examples: [
    { summary: "A folder of frames", line: "monge morph seven.png two.png --frames 24 -o frames" },
    {
      summary: "One animated PNG, sharp barycenters",
      line: "monge morph seven.png two.png --frames 5 --method debiased --size 16 -o morph.png --json",
    },
  ],
};

export const barycenter: CommandRow = {
  name: "barycenter",
  summary: "The mean of images or point clouds in the Wasserstein space, or the weights that make an image of others",
  arguments: [
    {
      syntax: "<files...>",
      summary: "Images of one size (.png .jpg .webp .npy), or point clouds (.csv .npy .npz .ply)",
    },
  ],
  options: [
    {
      flags: "--shares <list>",
      group: "Problem",
      summary: "Weights of the files, comma-separated",
      fallback: "equal",
      value: "list",
    },
    {
      flags: "--size <pixels>",
      group: "Problem",
      summary: "Images: longest side, larger ones are averaged down; all must have one shape then",
      fallback: "64",
      value: "count",
    },
    invert,
    {
      flags: "--points <k>",
      group: "Problem",
      summary: "Clouds: points of the barycenter",
      fallback: "as many as the largest cloud has",
      value: "count",
    },
    {
      flags: "--epsilon <weight>",
      group: "Regularisation",
      summary: "Weight of the entropy, in squared pixels for images; clouds are exact without it",
      fallback: "1 for images",
      value: "positive",
    },
    { flags: "--debiased", group: "Regularisation", summary: "Images: without the blur of the entropy" },
    {
      flags: "--unbalanced <strength>",
      group: "Regularisation",
      summary: "Images: mass that is far from everything is given up at this price, in squared pixels",
      fallback: "all mass takes part",
      value: "positive",
    },
    {
      flags: "--coordinates-of <file>",
      group: "Problem",
      summary: "Print the weights whose barycenter is nearest to this image, instead of a barycenter",
      value: "file",
    },
    {
      flags: "--max-iterations <k>",
      group: "Solving",
      summary: "Stop after this many rounds with the answer so far",
      fallback: "10000",
      value: "count",
    },
    seed("Solving"),
    out("Write it: .png for images (the brightest pixel white), .csv or .npy for masses or points"),
    force,
    ...output,
    progress,
  ],
  examples: [
    { summary: "Between two images", line: "monge barycenter seven.png two.png --debiased -o mean.png" },
    {
      summary: "Three quarters of one",
      line: "monge barycenter seven.png two.png --shares 3,1 --epsilon 2 --json",
    },
    { summary: "Two clouds, exactly", line: "monge barycenter source.csv target.csv --points 30 -o mean.csv" },
    {
      summary: "What an image is made of",
      line: "monge barycenter seven.png two.png --coordinates-of two.png --epsilon 2",
    },
  ],
};

export const register: CommandRow = {
  name: "register",
  summary: "Align an image or a point cloud with another: the rigid, similar or affine map by transport",
  arguments: [
    { syntax: "<moving>", summary: "An image (.png .jpg .webp) or a point cloud (.csv .npy .npz .ply)" },
    { syntax: "<fixed>", summary: "The same kind of file, with which it is aligned" },
  ],
  options: [
    {
      flags: "--model <name>",
      group: "Problem",
      summary: "Turn and shift; scale as well; any linear map",
      fallback: "rigid",
      choices: ["rigid", "similarity", "affine"],
    },
    { flags: "--mirror", group: "Problem", summary: "Turns may mirror" },
    invert,
    {
      flags: "--size <pixels>",
      group: "Solving",
      summary: "Images: longest side to which they are averaged down for the search",
      fallback: "40",
      value: "count",
    },
    {
      flags: "--threshold <share>",
      group: "Solving",
      summary: "Images: pixels below this share of the brightest do not count",
      fallback: "0.1",
      value: "share",
    },
    { flags: "--starts <k>", group: "Solving", summary: "Turns to start from", fallback: "12", value: "count" },
    seed("Solving"),
    out("Write what moved, aligned: .png for images, .csv or .npy for points"),
    force,
    ...output,
    progress,
  ],
  examples: [
    {
      summary: "Two images, and the first one drawn over the second",
      line: "monge register seven.png two.png -o aligned.png",
    },
    { summary: "Two clouds, as JSON", line: "monge register source.csv target.csv --model similarity --json" },
  ],
};
