// monge cohort and monge distance, end to end.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { encodeNpy } from "@monge/io";
import { random } from "monge";
import { afterAll, describe, expect, test } from "vitest";
import { encodePng } from "../src/plot/png.ts";
import { desk } from "./monge.ts";

const side = 8;
const here = desk();
afterAll(() => here.clear());

/** Blobs around row 3 + shift. */
function blobs(seed: number, count: number, shift: number): Float64Array[] {
  const rng = random(seed);
  return Array.from({ length: count }, () => {
    const [y, x] = [2.5 + shift + 0.4 * rng.normal(), 3.5 + 0.4 * rng.normal()];
    return Float64Array.from({ length: side * side }, (_, k) =>
      Math.round(250 * Math.exp(-((Math.floor(k / side) - y) ** 2 + ((k % side) - x) ** 2) / 3)),
    );
  });
}

function stack(name: string, images: Float64Array[]): void {
  here.write(name, encodeNpy(Float64Array.from(images.flatMap((image) => [...image])), [images.length, side, side]));
}

stack("healthy.npy", blobs(1, 8, 0));
stack("ill.npy", blobs(2, 7, 1.5));
const short = "--permutations 99 --threads 0";

describe("monge cohort", () => {
  test("--json: the test, its p-value, effect size and accuracy; the report carries everything and no outside address", () => {
    const { code, stdout } = here.monge(`cohort healthy.npy ill.npy --report out.html --json ${short}`);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ test: "energy of W2", pValue: 0.01, interpretable: true, problems: 105 });
    expect(answer.accuracy.share).toBeGreaterThan(0.8);
    expect(answer.effectSize).toBeGreaterThan(0.1);
    expect(answer.scores).toHaveLength(15);
    expect(answer.classification.linear.share).toBeGreaterThan(0.8);
    expect(answer.classification.heldOut).toMatchObject({ images: 5 });
    expect(answer.distanceBetweenBarycenters).toBeGreaterThan(0.5);
    expect(answer.relativeGap).toBeLessThan(1e-12);
    const page = readFileSync(here.path("out.html"), "utf8");
    expect(page).toMatch(/no diagnosis/);
    expect(page).toMatch(/barycenter of ill/);
    expect(page).toMatch(/held out/);
    expect(page).toMatch(/p = 0\.01/);
    expect(page).not.toMatch(/NaN|undefined|(src|href)="http/);
  });

  test("folders of images give what stacks give; --resume keeps the distances", () => {
    for (const [name, images] of [
      ["h", blobs(1, 4, 0)],
      ["i", blobs(2, 4, 1.5)],
    ] as const) {
      mkdirSync(here.path(name));
      images.forEach((image, k) => {
        const rgb = Uint8Array.from({ length: 3 * side * side }, (_, at) => image[Math.floor(at / 3)]);
        here.write(`${name}/${k}.png`, encodePng(rgb, side, side));
      });
    }
    const first = here.monge(`cohort h i --json --resume tiles ${short}`);
    expect(first.code).toBe(0);
    expect(readdirSync(here.path("tiles")).length).toBe(1);
    const stacks = here.monge(`cohort healthy.npy ill.npy --limit 4 --json ${short}`);
    expect(JSON.parse(first.stdout).statistic).toBeCloseTo(JSON.parse(stacks.stdout).statistic, 9);
    expect(here.monge(`cohort h i --resume tiles ${short}`).stdout).toMatch(/28 of them kept from before/);
  });

  test("refuses to interpret groups that are two sites, and says so", () => {
    here.write("sites.csv", `site\n${"north\n".repeat(8)}${"south\n".repeat(7)}`);
    const line = `cohort healthy.npy ill.npy --site sites.csv ${short}`;
    expect(JSON.parse(here.monge(`${line} --json`).stdout)).toMatchObject({ pValue: null, interpretable: false });
    expect(here.monge(line).stdout).toMatch(/site and group cannot be told apart/);
  });

  test.each([
    ["a folder that is not there", "nothing ill.npy", /nothing/],
    ["an array that is no stack", "flat.npy ill.npy", /array of 2 axes/],
    ["a report of another kind", "healthy.npy ill.npy --report x.pdf", /\.html/],
    ["sites that are too few", "healthy.npy ill.npy --site few.csv", /1 rows for 15 images/],
  ])("complains of %s in one line", (_, args, complaint) => {
    here.write("flat.npy", encodeNpy(Float64Array.of(1, 2, 3, 4), [2, 2]));
    here.write("few.csv", "site\nnorth\n");
    const { code, stderr } = here.monge(`cohort ${args}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(complaint);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("monge distance", () => {
  function sample(name: string, seed: number, shift: number): void {
    const rng = random(seed);
    here.write(name, `x\n${Array.from({ length: 30 }, () => rng.normal() + shift).join("\n")}\n`);
  }

  test("samples: distance, bias, interval, p-value", () => {
    sample("x.csv", 1, 0);
    sample("y.csv", 2, 2);
    const { code, stdout } = here.monge("distance x.csv y.csv --kind w1 --json");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer.distance).toBeGreaterThan(1.5);
    expect(answer.splitHalfBias).toBeLessThan(1);
    expect(answer.interval.low).toBeLessThan(answer.distance);
    expect(answer.pValue).toBe(0.005);
  });

  test("sliced: a test between clouds, and more directions when asked", () => {
    const rng = random(4);
    const rows = (shift: number): string =>
      Array.from({ length: 20 }, () => `${rng.normal() + shift},${rng.normal()}`).join("\n");
    here.write("u.csv", `x,y\n${rows(0)}\n`);
    here.write("v.csv", `x,y\n${rows(2)}\n`);
    const answer = (more: string) => JSON.parse(here.monge(`distance u.csv v.csv --kind sliced --json ${more}`).stdout);
    expect(answer("")).toMatchObject({ kind: "sliced", pValue: 0.005 });
    // A shift by s along one axis is s / sqrt 2 on average over the directions of the plane.
    expect(answer("--projections 500 --permutations 0").distance).toBeGreaterThan(1);
  });

  test("histograms: divergences", () => {
    here.write("p.csv", "3,1\n");
    here.write("q.csv", "1,3\n");
    expect(Number(here.monge("distance p.csv q.csv --kind tv --quiet").stdout)).toBeCloseTo(0.5, 12);
  });
});
