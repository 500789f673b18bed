// Wrong calls and bad files: one line on standard error with the cure, exit code 2, nothing written.
import { truncateSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../src/plot/png.ts";
import { cloudText, type Desk, desk, npy } from "./monge.ts";

let d: Desk;
const png = encodePng(new Uint8Array(3 * 8 * 8).fill(200), 8, 8);

beforeAll(() => {
  d = desk({
    "a.csv": cloudText(20, 2, 1),
    "b.csv": cloudText(15, 2, 2),
    "c3.csv": cloudText(15, 3, 3),
    "heavy.csv": "x,y,weight\n0,0,2\n1,1,3\n",
    "negative.csv": "x,y,weight\n0,0,2\n1,1,-3\n",
    "nan.csv": "x,y\n0,0\n1,nan\n",
    "word.csv": "x,y\n0,0\n1,one\n",
    "ragged.csv": "x,y\n0,0\n1,1,1\n",
    "empty.csv": "",
    "header.csv": "x,y\n",
    "image.png": png,
    "truncated.png": png.subarray(0, png.length - 30),
    "black.png": encodePng(new Uint8Array(3 * 8 * 8), 8, 8),
    "huge.npy": npy([400_000_000, 1], new Float64Array(0)),
    "C.npy": npy([2, 2], Float64Array.of(0, 1, 1, 0)),
    "nanC.npy": npy([2, 2], Float64Array.of(0, Number.NaN, 1, 0)),
    "never.npy": npy([2, 2], Float64Array.of(1, Infinity, 2, Infinity)),
    "two.csv": "0.5\n0.5\n",
    "three.csv": "0.5\n0.25\n0.25\n",
    "double.csv": "1\n1\n",
    "noise.bin": Uint8Array.from({ length: 64 }, (_, k) => (k * 73 + 128) % 256),
    "many.csv": cloudText(17_000, 1, 6),
    "there.svg": "keep me",
  });
  // 3.2 GB of zeros that take no room on the disk.
  truncateSync(d.path("huge.npy"), 128 + 400_000_000 * 8);
});
afterAll(() => d.clear());

/** [what, command line, what the line must say]. */
const refusals: readonly (readonly [string, string, RegExp])[] = [
  ["no command", "", /No command is given.*monge solve/],
  ["an unknown command", "solv a.csv b.csv", /[Uu]nknown command 'solv'.*solve/],
  ["a misspelt option", "solve a.csv b.csv --grond euclidean", /unknown option '--grond'.*--ground/i],
  ["an option without its value", "solve a.csv b.csv --ground", /argument missing.*--help/],
  ["a third file", "solve a.csv b.csv b.csv", /too many arguments.*--help/i],
  ["no files", "solve", /SOURCE and TARGET are missing\. Name two files/],
  ["one file", "solve a.csv", /TARGET is missing\. Name two files/],
  ["a missing file", "solve a.csv nowhere.csv", /nowhere\.csv does not exist\. Check/],
  ["a directory", "solve a.csv .", /directory\. Name a file/],
  ["points of different dimension", "solve a.csv c3.csv", /a\.csv has 2 coordinates.*c3\.csv has 3.*--columns/],
  ["unequal masses", "solve a.csv heavy.csv", /a\.csv weighs 1.*heavy\.csv weighs 5.*--mass normalize/],
  ["unequal images with --mass keep", "solve image.png a.csv --mass keep", /weighs.*--mass normalize/],
  ["a negative weight", "solve heavy.csv negative.csv", /negative\.csv.*-3/],
  ["a coordinate that is NaN", "solve a.csv nan.csv", /nan\.csv.*nan/i],
  ["a word among numbers", "solve a.csv word.csv", /word\.csv.*one/],
  ["ragged rows", "solve a.csv ragged.csv", /ragged\.csv/],
  ["an empty file", "solve a.csv empty.csv", /empty\.csv is empty/],
  ["a header without rows", "solve a.csv header.csv", /header\.csv/],
  ["a truncated image", "solve image.png truncated.png", /truncated\.png/],
  ["an image without mass", "solve image.png black.png", /mass/],
  ["a file of no known format", "solve a.csv noise.bin", /noise\.bin.*csv/],
  ["the wrong format", "solve a.csv b.csv --format png", /a\.csv/],
  ["a 3 GB request", "solve huge.npy huge.npy", /huge\.npy.*GB/],
  ["an unknown column", "solve a.csv b.csv --columns x0,z", /z/],
  ["an empty list", "solve a.csv b.csv --columns x0,,x1", /empty item/],
  ["an unknown ground cost", "solve a.csv b.csv --ground manhattan", /manhattan.*cityblock/],
  ["a norm below 1", "solve a.csv b.csv --ground l0.5", /l0\.5/],
  ["--p against its ground", "solve a.csv b.csv --ground sqeuclidean --p 3", /--ground euclidean --p 3/],
  ["a power of 0", "solve a.csv b.csv --ground euclidean --p 0", /--p "0" is no number above 0/],
  ["an unknown method", "solve a.csv b.csv --method magic", /magic.*networkSimplex/],
  [
    "a method that does not apply",
    "solve a.csv b.csv --method quantiles",
    /quantiles cannot take this problem.*--method/,
  ],
  ["a time that is none", "solve a.csv b.csv --time-limit soon", /soon.*500ms/],
  ["a negative number of iterations", "solve a.csv b.csv --max-iterations -3", /-3.*whole number/],
  ["an option given twice", "solve a.csv b.csv --seed 1 --seed 2", /--seed is given twice/],
  ["--size for points", "solve a.csv b.csv --size 8", /--size is for images/],
  ["a bad index", "solve a.csv b.csv --index 1,2,3", /--index 1,2,3/],
  ["a cost matrix and files", "solve a.csv b.csv --cost C.npy", /--cost is given, and a\.csv too/],
  ["weights without a cost matrix", "solve a.csv b.csv --a two.csv", /--a gives weights to a cost matrix/],
  ["a ground for a cost matrix", "solve --cost C.npy --ground euclidean", /--ground says nothing about a cost matrix/],
  [
    "weights of the wrong length",
    "solve --cost C.npy --a three.csv --b two.csv",
    /three\.csv has 3 weights, C\.npy has 2 rows/,
  ],
  ["weights that do not balance", "solve --cost C.npy --a two.csv --b double.csv", /--mass normalize/],
  ["NaN in a cost matrix", "solve --cost nanC.npy", /nanC\.npy.*NaN/i],
  ["a cost matrix without a finite plan", "solve --cost never.npy", /finite/],
  ["standard input twice", "solve - -", /asked for twice/],
  ["standard output twice", "solve a.csv b.csv --plan - --plot -", /asked for twice/],
  ["--json beside a file on standard output", "solve a.csv b.csv --json --plan -", /--json/],
  ["a plan with a strange ending", "solve a.csv b.csv --plan plan.txt", /plan\.txt.*\.csv.*\.npy/],
  ["a plot with a strange ending", "solve a.csv b.csv --plot plot.png", /plot\.png.*\.svg.*\.html/],
  ["a dense plan of 2.3 GB", "solve many.csv many.csv --plan plan.npy", /17000 x 17000 numbers, 2\.31 GB.*\.csv/],
  ["a file that exists", "solve a.csv b.csv --plot there.svg", /there\.svg exists already.*--force/],
  ["a folder that does not exist", "solve a.csv b.csv --plot no/such/plot.svg", /no\/such/],
  ["info of a missing file", "info nowhere.csv", /nowhere\.csv does not exist/],
  ["info of a broken file", "info truncated.png", /truncated\.png/],
  ["an unknown shell", "completion powershell", /powershell.*bash, zsh, fish/],
];

describe("monge refuses", () => {
  it.each(refusals)("%s: monge %s", (_, line, says) => {
    const before = d.files();
    // Outputs are asked for wherever the case itself does not, to see that none is left behind.
    const { code, stdout, stderr } = d.monge(
      /--plan|--plot/.test(line) ? line : line.replace(/^solve /, "solve --plot out.svg --plan out.csv "),
    );
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(
      stderr
        .trim()
        .split("\n")
        .filter((text) => text.startsWith("monge:")),
    ).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at |node:internal|options\.\w/);
    expect(d.files()).toEqual(before);
  });

  it("and shows a stack only if MONGE_DEBUG asks for it", () => {
    expect(d.process("solve a.csv nowhere.csv", "", { MONGE_DEBUG: "1" }).stderr).toMatch(/\n\s+at /);
  });
});
