// Trains maps of pictures, measures them beside their baselines, and writes bench/results/potential-imaging.json. Usage:
// node --import tsx bench/potential/imaging.ts [--case REGEX] [--seeds K] [--photographs FOLDER] [--validation FOLDER] [--pictures]
// A training that was killed goes on from its checkpoint in bench/.cache; --pictures writes the grids of digits in docs/pictures.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readResults } from "../resultFile.ts";
import { type ImagingCase, imagingCases } from "./imagingCases.ts";
import { drawPictures } from "./imagingGrids.ts";
import { carry, restore } from "./imagingMeasures.ts";
import type { ImagingRow } from "./imagingRow.ts";
import { digitSides, photographSides, type Sides, strokeSides } from "./imagingSides.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    seeds: { type: "string" },
    photographs: { type: "string" },
    validation: { type: "string" },
    pictures: { type: "boolean", default: false },
  },
});

const results = fileURLToPath(new URL("../results/potential-imaging.json", import.meta.url));

function keep(row: ImagingRow): void {
  const file = readResults<ImagingRow>(results);
  const others = file.rows.filter(({ name, seed }) => name !== row.name || seed !== row.seed);
  const rows = imagingCases.flatMap(({ name }) =>
    [...others, row].filter((each) => each.name === name).sort((p, q) => p.seed - q.seed),
  );
  writeFileSync(results, `${JSON.stringify({ ...file, rows }, null, 2)}\n`);
}

const loaded = new Map<string, Promise<Sides>>();
const sidesOf = (data: ImagingCase["data"]): Promise<Sides> => {
  const known =
    loaded.get(data) ?? { digits: digitSides, strokes: strokeSides, photographs: () => photographSides(flags) }[data]();
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
