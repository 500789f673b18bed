// A report in one HTML file without any outside resource: the picture, alive, and every number with what it means.
import { type AnswerJson, describeStatus, distanceSymbol, proofSentence } from "../answer.ts";
import type { AnyScene } from "../scenes.ts";
import { explorerScript } from "./explorer.ts";
import { count, shortNumber } from "./number.ts";
import { escapeText } from "./svg.ts";

/** What a report is made from. */
export interface ReportInput {
  readonly any: AnyScene;
  /** The picture of the scene, as an SVG document. */
  readonly picture: string;
  readonly answer: AnswerJson;
  /** The ground cost in words. */
  readonly words: string;
  /** Why the method was chosen. */
  readonly why: string;
  /** The call that makes this report again. */
  readonly command: string;
}

/** Most flows that a report carries for its interactive part. */
const mostFlows = 100_000;

const style = `
:root { color-scheme: light; }
body { margin: 0; background: #f6f7f8; color: #1a1a1a; font: 15px/1.55 Inter, "Helvetica Neue", Helvetica, Arial, sans-serif; }
main { max-width: 860px; margin: 32px auto 64px; padding: 0 16px; }
figure, section { background: #fff; border: 1px solid #e3e6e8; border-radius: 8px; margin: 0 0 20px; padding: 16px 20px; }
figure .stage { position: relative; }
figure svg { display: block; width: 100%; height: auto; }
figure canvas { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
svg g.flows, svg g.source, svg g.target { transition: opacity 0.12s; }
svg.focus g.flows, svg.moving g.flows { opacity: 0.12; }
svg.moving g.source, svg.moving g.target { opacity: 0.18; }
.controls { display: flex; gap: 12px; align-items: center; flex-wrap: wrap; padding: 4px 4px 0; font-size: 13px; color: #5f6368; }
.controls input { flex: 1; min-width: 160px; accent-color: #0072b2; }
.controls output { font-variant-numeric: tabular-nums; width: 5em; }
button { font: inherit; color: #1a1a1a; background: #fff; border: 1px solid #c9cdd1; border-radius: 5px; padding: 2px 12px; cursor: pointer; }
button:hover { background: #f1f3f4; }
h2 { font-size: 16px; margin: 4px 0 10px; }
p.proof { margin: 0 0 12px; font-size: 16px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0; border-top: 1px solid #eef0f2; }
th { font-weight: 500; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.meaning { color: #5f6368; width: 60%; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: #f1f3f4; padding: 2px 6px; border-radius: 4px; overflow-wrap: anywhere; }
#tip { position: fixed; background: #1a1a1a; color: #fff; font-size: 12.5px; line-height: 1.45; padding: 6px 10px; border-radius: 5px; pointer-events: none; max-width: 320px; font-variant-numeric: tabular-nums; }
footer { color: #5f6368; font-size: 13px; padding: 0 4px; }
@media print { .controls, #tip { display: none; } body { background: #fff; } }
`;

type Row = readonly [name: string, number: string, meaning: string];

function rows({ answer, why, words, any }: ReportInput): readonly Row[] {
  const { certificate: proof } = answer;
  const found: Row[] = [];
  if (answer.distance !== null && answer.p > 1)
    found.push([
      `Distance ${distanceSymbol({ name: answer.ground, p: answer.p })}`,
      shortNumber(answer.distance, 9),
      `The value to the power 1/${answer.p}: in the unit of the coordinates.`,
    ]);
  found.push(
    [
      "Value",
      shortNumber(answer.value, 9),
      `Total cost of the plan: the sum of mass times cost over all flows; the cost is ${words}.`,
    ],
    [
      "Status",
      describeStatus(answer.status),
      "Optimal: no cheaper plan exists. After a limit the plan is feasible, and the gap below bounds what is missing.",
    ],
    [
      "Method",
      answer.method,
      `Chosen because: ${why}. Computed by ${answer.backend} in ${shortNumber(answer.elapsedMs, 3)} ms.`,
    ],
    [
      "Size",
      `${count(answer.n)} × ${count(answer.m)}`,
      `Atoms of the two sides; the plan has ${count(any.scene.flows.mass.length)} flows.`,
    ],
    [
      "Primal value",
      shortNumber(proof.primal, 12),
      "Cost of this plan, summed again from the input: no plan needs to cost more.",
    ],
    [
      "Dual value",
      shortNumber(proof.dual, 12),
      "Value of prices f, g with f_i + g_j ≤ C_ij for every pair: no plan can cost less.",
    ],
    ["Gap", shortNumber(proof.gap, 3), "Primal minus dual: by how much, at most, this plan is too expensive."],
    [
      "Relative gap",
      Number.isFinite(proof.relativeGap) ? shortNumber(proof.relativeGap, 3) : "–",
      "The gap as a share of the cost; 1e-16 is the rounding of floating point.",
    ],
    [
      "Primal residual",
      shortNumber(proof.primalResidual, 3),
      "Share of the mass by which the plan's row and column sums miss the given weights.",
    ],
    [
      "Dual infeasibility",
      shortNumber(proof.dualInfeasibility, 3),
      "By how much the solver's prices broke f_i + g_j ≤ C_ij before they were repaired for the dual value.",
    ],
  );
  return found;
}

/** What the script needs; numbers are cut to the digits that a picture can show. */
function pageData({ kind, scene }: AnyScene): object {
  const cut = (x: number): number => Number(x.toPrecision(6));
  const { flows } = scene;
  const sides =
    kind === "table"
      ? {}
      : { source: sideData(scene.source, kind === "line"), target: sideData(scene.target, kind === "line") };
  return {
    kind,
    ...sides,
    flows: { i: Array.from(flows.i), j: Array.from(flows.j), mass: Array.from(flows.mass, cut) },
  };
}

type SceneSide = Extract<AnyScene, { kind: "line" | "cloud" | "image" }>["scene"]["source"];

function sideData(side: SceneSide, withPlaces: boolean): object {
  return {
    name: side.name,
    grid: side.grid,
    ...(withPlaces && { at: Array.from(side.points, (x) => Number(x.toPrecision(6))) }),
  };
}

/** The page, complete. */
export function reportPage(input: ReportInput): string {
  const { any, picture, answer, command } = input;
  const { title } = any.scene;
  const alive = any.kind !== "table" && any.scene.flows.mass.length <= mostFlows;
  const moves = alive && any.kind !== "line";
  const hint =
    any.kind === "line"
      ? "Point at a dot."
      : any.kind === "image"
        ? "Point at a pixel of the two images."
        : "Point at an atom to see where its mass goes.";
  const controls = moves
    ? `<div class="controls"><label for="time">Move the mass</label><input id="time" type="range" min="0" max="1" step="0.005" value="0"><output id="shown" for="time">t = 0.00</output><button id="play" type="button">Play</button><button id="still" type="button">Reset</button><span>${hint}</span></div>`
    : alive
      ? `<div class="controls"><span>${hint}</span></div>`
      : "";
  const body = rows(input)
    .map(
      ([name, number, meaning]) =>
        `<tr><th scope="row">${escapeText(name)}</th><td class="number">${escapeText(number)}</td><td class="meaning">${escapeText(meaning)}</td></tr>`,
    )
    .join("\n");
  // "<" must not end the block early; JSON allows it escaped.
  const json = JSON.stringify(alive ? pageData(any) : {}).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<figure>${controls}<div class="stage">${picture}${moves ? "<canvas></canvas>" : ""}</div></figure>
<section>
<h2>Why this answer is right</h2>
<p class="proof">${escapeText(proofSentence(answer.certificate))}</p>
<table>
${body}
</table>
</section>
<section>
<h2>Again</h2>
<p><code>${escapeText(command)}</code></p>
</section>
<footer>Made by Monge. Everything on this page is inside this file.</footer>
</main>
<div id="tip" hidden></div>
${alive ? `<script type="application/json" id="data">${json}</script>\n<script>${explorerScript}</script>` : ""}
</body>
</html>`;
}
