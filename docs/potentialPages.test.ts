// The page of potentials says what was measured and shows what is computed.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { pageText } from "../bench/potential/page.ts";
import { pictures } from "./potentialPictures.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");

it("docs/algorithms/kantorovichPotentials.md holds the tables of bench/results", () => {
  expect(read("algorithms/kantorovichPotentials.md")).toBe(pageText());
});

it.each(["kantorovichPotential.svg", "potentialSteps.svg"])(
  "docs/pictures/%s is what docs/potentialPictures.ts draws",
  (name) => {
    const numbers = (svg: string): number[] => (svg.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
    const shape = (svg: string): string => svg.replace(/-?\d+(\.\d+)?/g, "#");
    const [drawn, committed] = [pictures[name](), read(`pictures/${name}`)];
    expect(shape(drawn)).toBe(shape(committed));
    const off = numbers(drawn).map((value, k) => Math.abs(value - numbers(committed)[k]));
    // Sines and exponentials may differ in their last bit from engine to engine, and so what is rounded to two decimals.
    expect(Math.max(...off)).toBeLessThan(0.02);
  },
);
