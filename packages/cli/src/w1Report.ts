// The report of a map of pictures in one HTML file without any outside resource: pictures at each stage, W1 over the critics, the numbers.
import type { PictureModel } from "monge/potential";
import { matchStyle } from "./matchStyle.ts";
import { curvePicture } from "./plot/curve.ts";
import { type GridColumn, gridHtml } from "./plot/pictureGrid.ts";
import { escapeText } from "./plot/svg.ts";

/** A row of the table: what, how much, and what it means. */
export type W1Row = readonly [name: string, value: string, meaning: string];

/** What a report shows. */
export interface W1Scene {
  readonly title: string;
  readonly subtitle: string;
  readonly model: PictureModel;
  readonly columns: readonly GridColumn[];
  readonly rows: readonly W1Row[];
  /** As it may be pasted again. */
  readonly command: string;
}

const gridStyle = `
.stages { display: flex; gap: 10px; overflow-x: auto; align-items: flex-start; }
.stage { border: 0; padding: 0; margin: 0; flex: 1 1 0; min-width: 72px; max-width: 150px; background: none; }
.stage img { width: 100%; height: auto; image-rendering: pixelated; display: block; border-radius: 3px; }
.stage figcaption { font-size: 12.5px; color: var(--muted); margin-top: 6px; }
svg.curve, section svg { display: block; width: 100%; height: auto; max-width: 720px; }
svg .rule { stroke: var(--line); }
h1 { font-size: 21px; margin: 0 0 2px; } .lead { color: var(--muted); margin: 0 0 18px; }
`;

/** The page. */
export function w1Report({ title, subtitle, model, columns, rows, command }: W1Scene): string {
  const { curve } = model.map;
  const picture = curvePicture({
    title: "W1 over the critics",
    x: "critic",
    y: "W1 before its step",
    values: curve.map(({ estimate }) => estimate),
    errors: curve.map(({ standardError }) => standardError),
  });
  const table = rows.map(
    ([name, value, meaning]) =>
      `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td><td class="meaning">${escapeText(meaning)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>${matchStyle}${gridStyle}</style>
</head>
<body>
<main>
<h1>${escapeText(title)}</h1>
<p class="lead">${escapeText(subtitle)}</p>
<section id="pictures">
<h2>Pictures that training has not seen</h2>
${gridHtml(columns)}
</section>
<section id="curve">
<h2>How far there is to go</h2>
${curve.length === 0 ? "<p>No critic was finished.</p>" : picture}
<p>W1 from the pictures, as they lie before each critic's step, to the target: the mean distance that they still have to travel, as the critic estimates it on fresh samples, with two standard errors.</p>
</section>
<section>
<h2>In numbers</h2>
<table>
${table.join("\n")}
</table>
</section>
<section>
<h2>Again</h2>
<p><code>${escapeText(command)}</code></p>
</section>
<footer>Made by Monge. Everything on this page is inside this file.</footer>
</main>
</body>
</html>
`;
}

/** Stages of the model to be shown: given, after some critics, after all, and the truth where it is known. */
export function stagesOf(
  model: PictureModel,
  given: readonly GridColumn["pictures"][number][],
  truth: readonly GridColumn["pictures"][number][] | null,
): GridColumn[] {
  const all = model.map.critics.length;
  const some = [...new Set([1, 2, Math.ceil(all / 2), all])].filter((count) => count >= 1 && count <= all);
  const after = some
    .sort((p, q) => p - q)
    .map((critics) => ({
      label: critics === 1 ? "after 1 critic" : `after ${critics} critics`,
      pictures: model.apply(given, { critics }),
    }));
  return [
    { label: "given", pictures: given },
    ...after,
    ...(truth === null ? [] : [{ label: "truth", pictures: truth }]),
  ];
}
