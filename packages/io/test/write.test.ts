import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sparsePlan } from "monge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  assertWritable,
  encodePlan,
  type PlanEntries,
  readMatrix,
  writeFileAtomic,
  writeMatrix,
  writePlan,
} from "../src/index.ts";
import { refusal } from "./refusal.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "monge-io-"));
  path = join(folder, "out.csv");
});
afterEach(() => rm(folder, { recursive: true }));

const plan: PlanEntries = {
  shape: [2, 3],
  *entries(minMass = 0) {
    for (const entry of [
      [0, 0, 0.1],
      [0, 2, 1e-17],
      [1, 1, 0.3],
    ] as const)
      if (entry[2] > minMass) yield entry;
  },
};

describe("writePlan", () => {
  test("CSV lists i,j,mass in row order", async () => {
    await writePlan(path, plan);
    expect(await readFile(path, "utf8")).toBe("i,j,mass\n0,0,0.1\n0,2,1e-17\n1,1,0.3\n");
    await writePlan(path, plan, { force: true, minMass: 1e-9 });
    expect(await readFile(path, "utf8")).toBe("i,j,mass\n0,0,0.1\n1,1,0.3\n");
  });

  test("NPY is the dense matrix", async () => {
    await writePlan(join(folder, "p.npy"), plan);
    expect(await readMatrix(join(folder, "p.npy"))).toEqual({
      data: Float64Array.of(0.1, 0, 1e-17, 0, 0.3, 0),
      rows: 2,
      cols: 3,
    });
  });

  test("a plan too large to be dense is refused with the cure", async () => {
    const large = { ...plan, shape: [30_000, 30_000] as const };
    expect((await refusal(() => writePlan(join(folder, "p.npy"), large), "OutOfMemory")).cure).toContain(".csv");
    expect(await readdir(folder)).toEqual([]);
  });

  test("takes the plans of the library", () => {
    const entries = {
      rows: 1,
      cols: 2,
      rowPtr: Int32Array.of(0, 2),
      colIdx: Int32Array.of(0, 1),
      values: Float64Array.of(0.25, 0.75),
    };
    expect(new TextDecoder().decode(encodePlan(sparsePlan(entries), "csv"))).toBe("i,j,mass\n0,0,0.25\n0,1,0.75\n");
  });
});

describe("writeMatrix", () => {
  test.each(["m.csv", "m.npy"])("%s reads back", async (name) => {
    const matrix = { data: Float64Array.of(1 / 3, -2e-300, Infinity, 4), rows: 2, cols: 2 };
    await writeMatrix(join(folder, name), matrix);
    expect(await readMatrix(join(folder, name))).toEqual(matrix);
  });

  test("many lines, in pieces", async () => {
    const data = Float64Array.from({ length: 60_000 }, (_, k) => k / 7);
    await writeMatrix(path, { data, rows: 20_000, cols: 3 });
    expect((await readMatrix(path)).data).toEqual(data);
  });

  test("an ending that names no format", async () => {
    await refusal(
      () => writeMatrix(join(folder, "m.xls"), { data: new Float64Array(1), rows: 1, cols: 1 }),
      "Unsupported",
    );
  });
});

describe("writeFileAtomic", () => {
  test("refuses to replace a file without force", async () => {
    await writeFileAtomic(path, "old");
    const error = await refusal(() => writeFileAtomic(path, "new"), "InvalidValue");
    expect(error.message).toContain("exists already");
    expect(error.cure).toContain("force");
    expect(await readFile(path, "utf8")).toBe("old");
    await writeFileAtomic(path, "new", { force: true });
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["out.csv"]);
  });

  test("leaves nothing, and the old file, when the content fails midway", async () => {
    const failing = function* (): Generator<string> {
      yield "half";
      throw new RangeError("midway");
    };
    await expect(writeFileAtomic(path, failing())).rejects.toThrow("midway");
    expect(await readdir(folder)).toEqual([]);
    await writeFileAtomic(path, "old");
    await expect(writeFileAtomic(path, failing(), { force: true })).rejects.toThrow("midway");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["out.csv"]);
  });

  test("of two writers without force exactly one wins, whole", async () => {
    const contents = ["a".repeat(1e5), "b".repeat(1e5)];
    const results = await Promise.allSettled(contents.map((content) => writeFileAtomic(path, content)));
    const winner = results.findIndex((result) => result.status === "fulfilled");
    expect(results.filter((result) => result.status === "fulfilled").length).toBe(1);
    expect(await readFile(path, "utf8")).toBe(contents[winner]);
    expect(await readdir(folder)).toEqual(["out.csv"]);
  });

  test("replaces the target of a link, not the link, and keeps its mode", async () => {
    await writeFile(join(folder, "target"), "old", { mode: 0o640 });
    await symlink("target", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), Uint8Array.of(65), { force: true });
    expect(await readFile(join(folder, "target"), "utf8")).toBe("A");
    expect((await stat(join(folder, "target"))).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(["link", "target"]);
  });

  test("a device is written through, never replaced", async () => {
    await writeFileAtomic("/dev/null", "gone", { force: true });
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  test("folders that are missing, and folders as files", async () => {
    await mkdir(join(folder, "inner"));
    await refusal(() => writeFileAtomic(join(folder, "absent", "x"), "1"), "InvalidValue");
    await refusal(() => writeFileAtomic(join(folder, "inner"), "1", { force: true }), "InvalidValue");
    await refusal(() => writeFileAtomic("", "1"), "InvalidValue");
  });
});

describe("assertWritable", () => {
  test("says before the work what writing would say after it", async () => {
    await assertWritable(path);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, "old");
    await refusal(() => assertWritable(path), "InvalidValue");
    await assertWritable(path, { force: true });
    await refusal(() => assertWritable(join(folder, "absent", "x.csv")), "InvalidValue");
    await refusal(() => assertWritable(folder), "InvalidValue");
  });
});
