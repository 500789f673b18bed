// From a solved problem to the scene of its picture, and from the kind of problem to the kind of picture.
import type { Certificate, Measure, Plan } from "monge";
import { type AnswerJson, describeStatus, distanceSymbol, isFinal } from "./answer.ts";
import { coordinatesOf, dimensionOf, type NamedMeasure, type Problem } from "./input.ts";
import { cloudPicture } from "./plot/cloud.ts";
import { imagePicture } from "./plot/image.ts";
import { linePicture } from "./plot/line.ts";
import { shortNumber } from "./plot/number.ts";
import type { Flows, Headline, MatrixScene, Scene, Side } from "./plot/scene.ts";
import { tablePicture } from "./plot/table.ts";

/** All flows of a plan. */
export function flowsOf(plan: Plan): Flows {
  const [i, j, mass]: [number[], number[], number[]] = [[], [], []];
  for (const [row, column, moved] of plan.entries()) {
    i.push(row);
    j.push(column);
    mass.push(moved);
  }
  return { i, j, mass };
}

function sideOf({ name, measure }: NamedMeasure): Side {
  return {
    name,
    weights: measure.weights,
    points: coordinatesOf(measure),
    dimension: dimensionOf(measure),
    grid: isImage(measure) ? [measure.shape[0], measure.shape[1]] : null,
  };
}

function isImage(measure: Measure): measure is Measure & { readonly kind: "grid" } {
  return measure.kind === "grid" && measure.shape.length === 2;
}

/** Title and subtitle: what was moved, at which price, and how sure that is. */
export function headline(problem: Problem, answer: AnswerJson, words: string): Headline {
  const what =
    problem.kind === "cost" ? `under ${problem.name}` : `from ${problem.source.name} to ${problem.target.name}`;
  const parts: string[] = [];
  if (answer.distance !== null && problem.kind === "measures")
    parts.push(`${distanceSymbol({ name: answer.ground, p: answer.p })} = ${shortNumber(answer.distance)}`);
  // W1 is its own value; for other powers both are worth knowing.
  if (answer.p === 1 && parts.length > 0) parts[0] += ` (${words})`;
  else
    parts.push(
      `${answer.epsilon === null ? "cost" : "value"} ${shortNumber(answer.value)}${problem.kind === "cost" ? "" : ` (${words})`}`,
    );
  parts.push(describeStatus(answer.status), gapWords(answer.certificate));
  return {
    title: `${isFinal(answer.status) ? "Optimal transport" : "Transport"} ${what}`,
    subtitle: parts.join(" · "),
  };
}

function gapWords({ gap, relativeGap }: Certificate): string {
  if (gap === 0) return "certified: gap 0";
  if (Math.abs(relativeGap) < 1e-9) return `certified to ${shortNumber(Math.abs(relativeGap), 2)} of the cost`;
  return `${Number.isFinite(relativeGap) ? "" : "certified: "}gap ${shortNumber(gap, 3)}`;
}

/** A picture's input, one of two kinds. */
export type AnyScene =
  | { readonly kind: "cloud" | "image" | "line"; readonly scene: Scene }
  | { readonly kind: "table"; readonly scene: MatrixScene };

/** The scene of a solved problem, with the kind of picture that suits it. */
export function sceneOf(problem: Problem, plan: Plan, head: Headline): AnyScene {
  const flows = flowsOf(plan);
  if (problem.kind === "cost")
    return { kind: "table", scene: { ...head, a: plan.marginal(0), b: plan.marginal(1), flows } };
  const { source, target } = problem;
  const scene = { ...head, source: sideOf(source), target: sideOf(target), flows };
  if (isImage(source.measure) && isImage(target.measure)) return { kind: "image", scene };
  // A single axis is a line; anything else is drawn in a plane.
  return { kind: scene.source.dimension === 1 ? "line" : "cloud", scene };
}

/** The picture of a scene, as an SVG document. */
export function pictureOf(any: AnyScene): string {
  switch (any.kind) {
    case "cloud":
      return cloudPicture(any.scene);
    case "image":
      return imagePicture(any.scene);
    case "line":
      return linePicture(any.scene);
    case "table":
      return tablePicture(any.scene);
  }
}
