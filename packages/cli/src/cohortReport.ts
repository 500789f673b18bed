// A report on two groups of images in one HTML file: the answer in words, every number with what it means, pictures, limits.
import type { Matrix } from "monge";
import type { Classification, CohortResult, CohortTest } from "monge/cohort";
import type { CohortJson } from "./cohortAnswer.ts";
import { differencePicture, greyPicture, mapPicture, scorePicture } from "./cohortPictures.ts";
import { count, percent, shortNumber } from "./plot/number.ts";
import { escapeText } from "./plot/svg.ts";

/** What a report is made from. */
export interface CohortReportInput {
  readonly result: CohortResult;
  readonly answer: CohortJson;
  readonly images: Matrix;
  readonly shape: readonly [number, number];
  readonly command: string;
}

const style = `
:root { color-scheme: light; }
body { margin: 0; background: #f6f7f8; color: #1a1a1a; font: 15px/1.55 Inter, "Helvetica Neue", Helvetica, Arial, sans-serif; }
main { max-width: 860px; margin: 32px auto 64px; padding: 0 16px; }
section { background: #fff; border: 1px solid #e3e6e8; border-radius: 8px; margin: 0 0 20px; padding: 16px 20px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 4px 0 8px; }
.lead { font-size: 17px; } .note { color: #5f6368; font-size: 13px; }
.row { display: flex; gap: 16px; flex-wrap: wrap; } .row figure { flex: 1 1 220px; margin: 0; } figcaption { font-size: 13px; color: #5f6368; }
svg { display: block; width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 4px 12px 4px 0; border-top: 1px solid #eef0f2; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; } td.number .note { display: block; }
.a { color: #0072b2; } .b { color: #d55e00; } code { font-size: 13px; overflow-wrap: anywhere; }
.warning { border-left: 4px solid #d55e00; padding-left: 12px; }
@media print { body { background: #fff; } section { break-inside: avoid; } }`;

const meanings: Readonly<Record<CohortTest["name"], string>> = {
  "energy of W2":
    "Energy statistic of the distances between images: between the groups against within them. The test that was fixed in advance.",
  "energy of pixels": "The same with pixel-by-pixel distances, which do not know that neighbouring pixels are near.",
  "W2 between means": "Transport between the mean images of the groups: sees only what survives averaging.",
};

/** The answer in a sentence or two, for readers of nothing else. */
export function verdict({ answer, result }: Pick<CohortReportInput, "answer" | "result">): string {
  if (!result.separable)
    return "No conclusion: every site contributed images of one group only, so that a difference between the groups cannot be told from a difference between the sites.";
  const p = answer.pValue ?? 1;
  const strength =
    p <= 0.001
      ? "differ clearly"
      : p <= 0.01
        ? "differ"
        : p <= 0.05
          ? "differ, on moderate evidence"
          : "are not shown to differ";
  const chance =
    p <= 0.05
      ? `A difference this large would come about by chance in ${percent(p)} of studies at most.`
      : `A difference this large comes about by chance in ${percent(p)} of studies. This does not show that the groups are alike.`;
  const { share, low, high } = result.nearest.accuracy;
  return `The two groups ${strength} (p = ${shortNumber(p, 3)}). ${chance} Judged by its nearest neighbour, an image is put into the right group in ${percent(share)} of cases (95 % interval ${percent(low)} to ${percent(high)}).`;
}

/** The page, complete. */
export function cohortReport(input: CohortReportInput): string {
  const { result, answer, images, shape, command } = input;
  const [nameA, nameB] = answer.groups.map(({ name }) => name);
  const typical = result.typical.map((k) => images.data.subarray(k * images.cols, (k + 1) * images.cols));
  const difference = differencePicture(result, shape);
  const names = answer.scores.map(({ name }) => name);
  const figure = (svg: string, caption: string): string => `<figure>${svg}<figcaption>${caption}</figcaption></figure>`;
  const pictures = [
    figure(
      greyPicture(typical[0], shape),
      `<b class="a">${escapeText(nameA)}</b>: the most typical image, ${escapeText(answer.groups[0].typical)}`,
    ),
    figure(
      greyPicture(typical[1], shape),
      `<b class="b">${escapeText(nameB)}</b>: the most typical image, ${escapeText(answer.groups[1].typical)}`,
    ),
    figure(greyPicture(result.difference.meanA, shape), `mean of ${escapeText(nameA)}`),
    figure(greyPicture(result.difference.meanB, shape), `mean of ${escapeText(nameB)}`),
    ...(result.barycenters === null
      ? []
      : [
          figure(greyPicture(result.barycenters.a, shape), `barycenter of ${escapeText(nameA)}`),
          figure(greyPicture(result.barycenters.b, shape), `barycenter of ${escapeText(nameB)}`),
        ]),
  ];
  const changed = result.difference.score.filter((score) => Math.abs(score) > 4).length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(`${nameA} and ${nameB} compared`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<section>
<h1>${escapeText(nameA)} and ${escapeText(nameB)} compared</h1>
<p class="note">${count(result.n)} and ${count(result.m)} images of ${shape[0]} × ${shape[1]} pixels, ${result.intensity === "normalised" ? "each as shares of its own intensity" : "their total intensities included"}</p>
<p class="lead${result.separable ? "" : " warning"}">${escapeText(verdict(input))}</p>
<p class="note">This compares groups. It is no diagnosis, of nobody, and it has not been validated as a medical device.</p>
</section>
<section>
<h2>From ${escapeText(nameA)} to ${escapeText(nameB)}</h2>
<div class="row">
${figure(difference.svg, `<b class="b">Vermillion</b>: intensity appears; <b class="a">blue</b>: it disappears; full colour is ${shortNumber(100 * difference.most, 2)} % of an image's intensity in one pixel. Arrows: how it moves at least cost, ${difference.stretch === 1 ? "to scale" : `${difference.stretch} times as long as it is`}. In ${count(changed)} of ${count(shape[0] * shape[1])} pixels the change is more than 4 standard errors.`)}
</div>
<div class="row">${pictures.join("\n")}</div>
<p class="note">The mean images are ${shortNumber(result.difference.distance, 4)} pixels apart (W2). ${result.barycenters === null ? "" : `The barycenters, which move what means blur, are ${shortNumber(result.barycenters.distance, 4)} pixels apart. `}The map is an exact optimal plan between the means, proved to ${shortNumber(result.difference.relativeGap, 2)} of its cost. It is the least movement that explains the difference of the means, not what happened in any patient.</p>
</section>
<section>
<h2>Tests</h2>
${testTable(result)}
<p class="note">Permutation tests: the p-value is the share of relabellings${result.sites === null ? "" : " within sites"} with a statistic at least as large, valid at any sample size. The first test was fixed in advance and is the one to quote; the others are adjusted for being several (Holm). Effect size ${shortNumber(result.effectSize, 3)}: the share of the mean distance between images of different groups that the groups make (0: none). Whoever tries several intensities, sizes or subsets must adjust for that, too.</p>
</section>
<section>
<h2>How well images are told apart</h2>
${classificationTable(result)}
<p class="note">Each image is judged by the others (leave one out), with Wilson's 95 % intervals.${heldOutNote(result)} Images of one patient in both groups, or several of one patient, make these figures too good. Area under the ROC curve of the scores: ${shortNumber(result.areaUnderCurve, 3)}.</p>
${scorePicture(result, [nameA, nameB])}
<p class="note">The score of each image: its mean distance to ${escapeText(nameA)} less that to ${escapeText(nameB)}.</p>
</section>
<section>
<h2>All images on one map</h2>
${mapPicture(result, names)}
<p class="note"><b class="a">${escapeText(nameA)}</b> and <b class="b">${escapeText(nameB)}</b>; near dots are alike. Rings: the most typical images. The map keeps ${percent(result.scaling.kept)} of the squared spread (classical scaling), the rest does not fit on paper.</p>
</section>
${siteSection(result)}
<section>
<h2>What this rests on</h2>
<p>${count(result.distances.problems)} exact optimal transport problems, each solved with a proof: primal and dual values agree to ${shortNumber(result.distances.relativeGap, 2)}. Distances are W2 in pixels.</p>
<ul>
<li>Images must be aligned and framed alike: a shift of all images of one group is a difference to transport.</li>
<li>Differences of devices, exposure, age, sex or selection between the groups appear as differences of the groups.</li>
<li>${result.sites === null ? "No sites were given: a difference between institutions would pass for one between the groups." : "Sites were taken into account as listed above."}</li>
<li>Wasserstein distances in the plane are not of negative type: the energy statistic is a valid test statistic, but need not see every difference.</li>
</ul>
<p><code>${escapeText(command)}</code></p>
<p class="note">Made by Monge. Everything on this page is inside this file.</p>
</section>
</main>
</body>
</html>`;
}

function testTable({ tests, separable }: CohortResult): string {
  if (!separable) return '<p class="warning">No test was made: site and group coincide.</p>';
  const rows = tests.map(
    ({ name, statistic, pValue, adjusted, permutations }, k) =>
      `<tr><th scope="row">${name}</th><td class="number">${shortNumber(statistic, 4)}</td><td class="number">p = ${shortNumber(pValue, 3)}${k === 0 ? "" : ` (adjusted ${shortNumber(adjusted, 3)})`}</td><td>${meanings[name]} ${count(permutations)} relabellings.</td></tr>`,
  );
  return `<table><tbody>${rows.join("\n")}</tbody></table>`;
}

function heldOutNote({ heldOut }: CohortResult): string {
  if (heldOut === null) return "";
  return ` The last row is stricter: ${count(heldOut.members.length)} images had no part in choosing k = ${heldOut.k}, and are judged by the other ${count(heldOut.trained)}.`;
}

function classificationTable({ nearest, neighbours, medoid, linear, heldOut }: CohortResult): string {
  const cell = ({ share, low, high, count: right, of }: Classification["accuracy"]): string =>
    `<td class="number">${percent(share)} <span class="note">(${percent(low)} to ${percent(high)}; ${right} of ${of})</span></td>`;
  type Row = Pick<Classification, "accuracy" | "sensitivity" | "specificity">;
  const row = (name: string, { accuracy, sensitivity, specificity }: Row): string =>
    `<tr><th scope="row">${name}</th>${cell(accuracy)}${cell(sensitivity)}${cell(specificity)}</tr>`;
  return `<table><thead><tr><th></th><th>right</th><th>of the second group</th><th>of the first group</th></tr></thead><tbody>
${row("nearest neighbour", nearest)}${row(`${neighbours.k} neighbours`, neighbours)}${row("nearer medoid", medoid)}${linear === null ? "" : row("nearest neighbour, linear embedding", linear)}${heldOut === null ? "" : row("held out", heldOut)}</tbody></table>`;
}

function siteSection({ sites }: CohortResult): string {
  if (sites === null) return "";
  const rows = sites.sites.map(
    ({ site, a, b }) =>
      `<tr><th scope="row">${escapeText(site)}</th><td class="number">${a}</td><td class="number">${b}</td></tr>`,
  );
  return `<section>
<h2>Sites</h2>
<table><thead><tr><th>site</th><th>first group</th><th>second group</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>
<p class="note">${count(sites.exchangeable)} images are at sites with both groups: only those take part in relabelling.</p>
</section>`;
}
