// FEATURES.md against the truth: what the library exports, what POT exports, what the generator writes.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { disagreements, exportedNames, readFeatures, readPotNames, render } from "../../../tools/features.mjs";
import * as adapt from "../src/adapt/index.ts";
import * as barycenter from "../src/barycenter/index.ts";
import * as cohort from "../src/cohort/index.ts";
import * as gaussian from "../src/gaussian/index.ts";
import * as gromov from "../src/gromov/index.ts";
import * as image from "../src/image/index.ts";
import * as library from "../src/index.ts";
import * as matching from "../src/matching/index.ts";
import * as potential from "../src/potential/index.ts";

/** The main entry point and the families with one of their own. */
const monge = {
  ...library,
  ...gaussian,
  ...gromov,
  ...matching,
  ...barycenter,
  ...potential,
  ...image,
  ...adapt,
  ...cohort,
};

const features = readFeatures();

test("FEATURES.md answers for every public name of POT and for every export of monge", () => {
  expect(disagreements(features, readPotNames(), exportedNames(monge))).toEqual([]);
});

test("FEATURES.md is what tools/features.mjs writes from docs/features.json", () => {
  expect(readFileSync(new URL("../../../FEATURES.md", import.meta.url), "utf8")).toBe(render(features));
});

test("disagreements() notices a claim without an export, an export without a row, and a name without an answer", () => {
  const exports = exportedNames(monge);
  const potNames = readPotNames();
  expect(
    disagreements(
      features,
      potNames,
      exports.filter((name) => name !== "emd"),
    ),
  ).toContainEqual(expect.stringMatching(/claims to be done by emd/));
  expect(disagreements(features, potNames, [...exports, "surprise"])).toEqual(["surprise is exported, but in no row"]);
  expect(disagreements(features, [...potNames, "ot.fresh"], exports)).toEqual(["ot.fresh of POT has no row"]);
});
