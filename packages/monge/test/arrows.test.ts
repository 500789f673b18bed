// The arrow law's own checker catches what it should.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
// @ts-expect-error a script in plain JavaScript
import { breaches } from "../../../tools/arrows.mjs";

function breachesOf(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "monge-arrows-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return breaches(folder) as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the arrow law", () => {
  it("holds for the packages", () => {
    expect(breaches()).toEqual([]);
  });
  it("forbids looking up", () => {
    const found = breachesOf({
      "monge/src/linalg/a.ts": 'import { b } from "../exact/b.ts";',
      "monge/src/exact/b.ts": "export const b = 1;",
    });
    expect(found.join()).toContain("may not look up to layer 4");
  });
  it("forbids looking sideways between families", () => {
    const found = breachesOf({
      "monge/src/exact/a.ts": 'import type { B } from "../entropic/b.ts";',
      "monge/src/entropic/b.ts": "export type B = 1;",
    });
    expect(found).toHaveLength(1);
  });
  it("keeps kernels away from costs and measures", () => {
    const found = breachesOf({
      "monge/src/cost/a.ts": 'import { b } from "../kernels/b.ts";',
      "monge/src/kernels/b.ts": "export const b = 1;",
    });
    expect(found.join()).toContain("never see a kernel");
  });
  it("finds a cycle", () => {
    const found = breachesOf({
      "monge/src/linalg/a.ts": 'import { b } from "./b.ts";',
      "monge/src/linalg/b.ts": 'import { a } from "./a.ts";',
    });
    expect(found.join()).toContain("a cycle");
  });
  it("lets other packages see entry points only", () => {
    expect(breachesOf({ "cli/src/a.ts": 'import { b } from "monge/dist/b.js";' })).toHaveLength(1);
    expect(breachesOf({ "cli/src/a.ts": 'import { b } from "monge";' })).toEqual([]);
  });
});
