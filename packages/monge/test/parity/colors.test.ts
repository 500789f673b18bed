// Transport between palettes of a thousand colours against POT's number (`colors.py`).
import { expect, test } from "vitest";
import { cost, emd } from "../../src/index.ts";

let state = 1;
const uniform = (): number => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};

function palette(n: number, low: number, high: number): { colors: number[][]; weights: number[] } {
  const colors = Array.from({ length: n }, () => Array.from({ length: 3 }, () => low + (high - low) * uniform()));
  const weights = Array.from({ length: n }, () => 0.1 + uniform());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { colors, weights: weights.map((weight) => weight / total) };
}

test("emd(a, b, cost.points(palette, palette)) is POT's emd2 to 1e-9", () => {
  const [p, q] = [palette(1000, 0, 0.7), palette(900, 0.2, 1)];
  const { value } = emd(p.weights, q.weights, cost.points(p.colors, q.colors));
  expect(Math.abs(value - 0.19950378743777783)).toBeLessThan(1e-9);
});
