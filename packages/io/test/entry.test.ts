// What importing @monge/io costs, and whether a browser bundle can be made of it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { describe, expect, test } from "vitest";
import * as entry from "../src/index.ts";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Modules that a file loads as soon as it is loaded itself: imports of types vanish, calls of import() wait. */
function staticImports(file: string): string[] {
  const code = readFileSync(file, "utf8");
  return [...code.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm)].map(
    (match) => match[1],
  );
}

function reach(file: string, packages: Set<string>, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const target of staticImports(file)) {
    if (target.startsWith(".")) reach(join(dirname(file), target), packages, seen);
    else packages.add(target);
  }
  return seen;
}

describe("import of @monge/io", () => {
  test("loads monge, no format and no format library", () => {
    const packages = new Set<string>();
    const files = reach(join(source, "index.ts"), packages);
    expect([...packages]).toEqual(["monge"]);
    for (const format of [
      "csv",
      "npy",
      "npz",
      "ply",
      "png",
      "jpeg",
      "webp",
      "dicom",
      "splatPly",
      "spz",
      "ksplat",
      "sog",
      "colmapBinary",
    ])
      expect(files.has(join(source, `${format}.ts`))).toBe(false);
  });

  test("no module of the package imports a built-in of Node, at once or later", () => {
    for (const name of readdirSync(source).filter((name) => name.endsWith(".ts"))) {
      const code = readFileSync(join(source, name), "utf8").replace(/^import type .*$/gm, "");
      expect(code).not.toMatch(/(from|import)\s*\(?\s*"node:/);
    }
  });

  test("gives exactly the public names", () => {
    expect(Object.keys(entry).sort()).toEqual([
      "assertWritable",
      "columnOf",
      "describe",
      "encodeAnimation",
      "encodeEllipses",
      "encodeMatchProblem",
      "encodeMatrix",
      "encodeNpy",
      "encodePicture",
      "encodePlan",
      "encodeSplatPly",
      "numberIn",
      "readAllocation",
      "readCameras",
      "readEllipses",
      "readEllipsoids",
      "readIdx",
      "readImageStack",
      "readMatchProblem",
      "readMatrix",
      "readMeasure",
      "readPicture",
      "readPictures",
      "readScene",
      "readVector",
      "readWordTable",
      "writeEllipses",
      "writeFileAtomic",
      "writeMatchProblem",
      "writeMatrix",
      "writePicture",
      "writePlan",
      "writeSplatPly",
    ]);
  });
});

test("a Vite build for the browser has no warning, and keeps formats out of the first chunk", async () => {
  const warnings: string[] = [];
  const result = (await build({
    configFile: false,
    logLevel: "silent",
    root: source,
    resolve: { alias: [{ find: /^monge$/, replacement: join(source, "../../monge/src/index.ts") }] },
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: join(source, "index.ts"),
        preserveEntrySignatures: "strict",
        onwarn: (warning) => void warnings.push(warning.message),
      },
    },
  })) as Rollup.RollupOutput;
  const chunks = result.output.filter((file) => file.type === "chunk");
  const first = chunks.find((chunk) => chunk.isEntry);
  // How long plugins took is the machine's business.
  expect(warnings.filter((text) => !text.includes("PLUGIN_TIMINGS"))).toEqual([]);
  expect(
    first?.moduleIds.filter((id) =>
      /papaparse|fflate|fzstd|fast-png|jsquash|dicom-parser|generated|src\/(csv|npz|png|spz|sog)\.ts/.test(id),
    ),
  ).toEqual([]);
  expect(chunks.flatMap((chunk) => chunk.moduleIds).some((id) => id.includes("papaparse"))).toBe(true);
});
