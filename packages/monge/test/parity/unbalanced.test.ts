// sinkhorn with penalties and with a prescribed mass against POT's numbers (`unbalanced.py`), and how the conventions convert.
import { expect, test } from "vitest";
import { sinkhorn } from "../../src/index.ts";

const a = [0.2, 0.3, 0.5];
const b = [0.6, 0.7];
const C = [
  [0, 1],
  [0.5, 0.2],
  [2, 0.3],
];
const epsilon = 0.1;

function agrees(plan: { at(i: number, j: number): number }, pot: number[][], digits: number): void {
  for (let i = 0; i < 3; i++) for (let j = 0; j < 2; j++) expect(plan.at(i, j)).toBeCloseTo(pot[i][j], digits);
}

test("sinkhorn({ unbalanced: reg_m }) is POT's sinkhorn_unbalanced: the same reference a b and KL", () => {
  agrees(
    sinkhorn(a, b, C, { epsilon, unbalanced: 0.5, tolerance: 1e-13 }).plan,
    [
      [0.29419670336030884, 2.9557480766332514e-6],
      [0.04671953436535509, 0.20766169004597296],
      [6.490566217053924e-8, 0.3469470587522446],
    ],
    12,
  );
  agrees(
    sinkhorn(a, b, C, {
      epsilon,
      unbalanced: { source: { kind: "KL", strength: 0.5 }, target: { kind: "KL", strength: 2 } },
      tolerance: 1e-13,
    }).plan,
    [
      [0.38744484605394525, 2.0596748021496582e-6],
      [0.09218272077911557, 0.21680363265603786],
      [1.4528483029063626e-7, 0.41092262108551303],
    ],
    12,
  );
});

test("reg_type entropy is the cost C + epsilon log(a b), and so is POT's entropic partial transport", () => {
  const shifted = C.map((row, i) => row.map((value, j) => value + epsilon * Math.log(a[i] * b[j])));
  agrees(
    sinkhorn(a, b, shifted, { epsilon, unbalanced: 0.5, tolerance: 1e-13 }).plan,
    [
      [0.36038698845516814, 4.238619352910535e-6],
      [0.047982373325029935, 0.2496693923237791],
      [5.985077306583844e-8, 0.3745209271299896],
    ],
    12,
  );
  agrees(
    sinkhorn(a, b, shifted, { epsilon, partial: 0.6, tolerance: 1e-13 }).plan,
    [
      [0.19999092042625952, 9.07957374048688e-6],
      [0.014047610632822524, 0.2821538020481205],
      [4.297196690086532e-9, 0.10379858302186035],
    ],
    9,
  );
});

test("an infinite reg_m on one side is equality there; the L2 of lbfgsb_unbalanced has the half, too", () => {
  const one = sinkhorn(
    a,
    b.map((mass) => mass / 1.3),
    C,
    { epsilon, unbalanced: { source: "equal", target: { kind: "KL", strength: 0.5 } }, tolerance: 1e-13 },
  );
  agrees(
    one.plan,
    [
      [0.19999938260619982, 6.173937985176009e-7],
      [0.12681125364406634, 0.17318874635593112],
      [3.044283688375987e-7, 0.49999969557162693],
    ],
    12,
  );
  agrees(
    sinkhorn(a, b, C, { epsilon, unbalanced: { kind: "L2", strength: 0.5 }, tolerance: 1e-13 }).plan,
    [
      [0.303022727629636, 1.4689763733586362e-5],
      [0.008676639162430966, 0.18608852132383677],
      [9.433229574819068e-9, 0.24330862487207983],
    ],
    6,
  );
});
