// The report of a match in one HTML file without any outside resource: the overlay, the scene in three dimensions, the directions, the numbers.
import { type MatchViewsResult, viewScores } from "monge/matching";
import { type Answered, cameraWords, describeMatch, directionOf, jointWords, matchProof } from "./matchAnswer.ts";
import { matchStyle } from "./matchStyle.ts";
import { picturePlane } from "./picturePlane.ts";
import { count, percent, plural, shortNumber } from "./plot/number.ts";
import { type OverlayScene, overlayBox, overlayPicture, overlayPictures } from "./plot/overlay.ts";
import { overlayScript } from "./plot/overlayScript.ts";
import { sphereMap } from "./plot/sphereMap.ts";
import { escapeText } from "./plot/svg.ts";
import { asDrawn, fatesOf, projectScene, residualsOf } from "./viewProjection.ts";

/** The scene of the overlay. */
function overlayOf({ view, choice, options }: Answered): OverlayScene {
  const { result } = choice;
  const { ellipsoids } = view.scene;
  const { ellipses } = view;
  const clean = projectScene(ellipsoids, result.camera, options.dilation);
  const projection = result.report.warnings.some(({ code }) => code === "contour")
    ? asDrawn(clean, result.matches, ellipses)
    : clean;
  const m = ellipses.means.rows;
  const unmatched = new Set(result.unmatched.ellipses);
  const covariances = new Float64Array(3 * m);
  for (let j = 0; j < m; j++) {
    const S = ellipses.covariances.subarray(4 * j, 4 * j + 4);
    covariances.set([S[0], S[1], S[3]], 3 * j);
  }
  const linked = new Set(result.matches.map(([i]) => i)).size;
  const title = view.scene.name === view.name ? `${view.name}: who is whom` : `${view.scene.name} seen in ${view.name}`;
  const sure = typeof view.camera === "object" ? "camera given" : `confidence ${percent(result.confidence)}`;
  return {
    title,
    subtitle: `${describeMatch(result.status)} · ${count(linked)} of ${plural(ellipsoids.means.rows, "ellipsoid")} matched · ${sure}`,
    given: {
      means: ellipses.means.data,
      covariances,
      taken: Array.from({ length: m }, (_, j) => !unmatched.has(j)),
    },
    found: {
      ...projection,
      fates: fatesOf(result, ellipsoids.means.rows),
      residuals: residualsOf(result, projection, ellipses),
    },
    matches: result.matches,
    most: 3 * Math.max(result.noise.position, 1e-12),
  };
}

/** The overlays as a picture. */
export function matchPicture(answers: readonly Answered[]): string {
  return answers.length === 1 ? overlayPicture(overlayOf(answers[0])) : overlayPictures(answers.map(overlayOf));
}

const signed = (x: number): string => shortNumber(x, 8).replace("-", "−");

type Row = readonly [name: string, value: string, meaning: string];

function rows({ view, choice, certificate, seconds }: Answered): Row[] {
  const { result, why } = choice;
  const known = typeof view.camera === "object";
  const { noise, groups, unmatched, alternatives } = result;
  const merged = groups.filter(({ kind }) => kind === "merged").length;
  const reasons = new Map<string, number>();
  for (const { reason } of unmatched.ellipsoids) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    ["Status", describeMatch(result.status), "Whether one pose stands out against all others that were tried."],
    ["Camera", cameraWords(result.camera), known ? "Given with the view." : (why ?? "Of the kind that was asked for.")],
    [
      "Evidence",
      `${shortNumber(result.score, 5)} nats`,
      "The logarithm of how much likelier the linked pairs are under this pose than by chance.",
    ],
    ...(known
      ? []
      : [
          [
            "Chance",
            `${shortNumber(result.chance, 4)} nats`,
            `What wrong poses reach on this very input; the confidence is ${percent(result.confidence)}.`,
          ] as const,
        ]),
    [
      "Other poses",
      alternatives.length === 0 ? "none" : alternatives.map(({ score }) => `${shortNumber(score, 4)} nats`).join(", "),
      "Different cameras with at least 85 % of the evidence.",
    ],
    [
      "Groups",
      groups.length === 0 ? "none" : `${merged} merged, ${groups.length - merged} split`,
      "Ellipses that are several ellipsoids in one, and ellipsoids that are seen as several ellipses.",
    ],
    [
      "Not seen",
      reasons.size === 0 ? "none" : [...reasons].map(([reason, k]) => `${count(k)} ${reason}`).join(", "),
      "Ellipsoids without an ellipse: behind nearer ones, outside the picture, behind the camera, or simply not detected.",
    ],
    ["Strangers", plural(unmatched.ellipses.length, "ellipse"), "Ellipses that no ellipsoid is behind."],
    [
      "Noise",
      `${shortNumber(noise.position, 3)} pixels, ${percent(noise.shape)} in shape`,
      "Seen in the linked pairs: of the centres, and of the logarithms of the covariances.",
    ],
    [
      "Links",
      `${signed(certificate.objective)} ≥ ${signed(certificate.lowerBound)}`,
      "Minus the worth of these links at the odds that the view shows, and the proved bound for all others at this camera.",
    ],
    [
      "Camera step",
      `${shortNumber(certificate.stationarityGap, 3)} nats`,
      "What one more step of the camera promises to gain: nearly nothing at a best pose.",
    ],
    ["Time", `${shortNumber(seconds, 3)} s`, `${result.report.why}; ${result.report.backend}.`],
  ];
}

/** The map of directions; null where nothing was voted on. */
function directions({ view, choice, options }: Answered, up: readonly number[], k: number): string | null {
  if (typeof view.camera === "object") return null;
  const { result } = choice;
  const { directions: all, votes } = viewScores(view.scene.ellipsoids, view.ellipses, {
    ...options,
    camera: result.camera.projection,
    ...(view.intrinsics !== null && { intrinsics: view.intrinsics }),
  });
  return sphereMap(
    {
      directions: all,
      votes,
      found: directionOf(result.camera),
      others: result.alternatives.map(({ camera }) => directionOf(camera)),
      up,
    },
    `globe${k}`,
  );
}

/** The page, complete; `command` is the call that makes it again. */
export async function matchReport(
  answers: readonly Answered[],
  joint: MatchViewsResult | null,
  command: string,
): Promise<string> {
  const { viewer } = await import("./generated/viewer.ts");
  const [{ view: first }] = answers;
  const title =
    answers.length === 1
      ? overlayOf(answers[0]).title
      : joint === null
        ? `${answers.length} problems: who is whom`
        : `${first.scene.name} seen in ${answers.length} views`;
  const bodies = answers.map((answered, k) => answerSection(answered, k));
  const folded = bodies.map((body, k) => {
    const { view, choice } = answers[k];
    return `<details class="answer"${k === 0 ? " open" : ""}>\n<summary>${escapeText(view.name)} <span>${escapeText(describeMatch(choice.result.status))}</span></summary>\n${body}\n</details>`;
  });
  const scripts = [viewer, overlayScript].map(
    (code) => `<script>${code.replaceAll("</script", "<\\/script")}</script>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>${matchStyle}</style>
</head>
<body>
<main>
${joint === null ? "" : jointSection(answers, joint, title)}
${answers.length === 1 ? `<div class="answer">\n${bodies[0]}\n</div>` : folded.join("\n")}
<section>
<h2>Again</h2>
<p><code>${escapeText(command)}</code></p>
</section>
<footer>Made by Monge. Everything on this page is inside this file.</footer>
</main>
<div id="tip" hidden></div>
${scripts.join("\n")}
</body>
</html>
`;
}

/** What all views say together, and a line for each. */
function jointSection(answers: readonly Answered[], joint: MatchViewsResult, title: string): string {
  const { pose, evidence, others } = jointWords(joint);
  const all: readonly (readonly [string, string])[] = [
    ["Status", describeMatch(joint.status)],
    ["Poses", pose],
    ["Evidence", evidence],
    ["Other poses", others ?? "none"],
    ...answers.map(({ view, choice: { result } }): readonly [string, string] => {
      const { size } = new Set(result.matches.map(([i]) => i));
      return [
        view.name,
        `${cameraWords(result.camera)}; ${plural(size, "ellipsoid")} matched, ${shortNumber(result.score, 5)} nats`,
      ];
    }),
  ];
  const lines = all.map(
    ([name, value]) => `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td></tr>`,
  );
  return `<section class="together">\n<h2>${escapeText(title)}</h2>\n<table>\n${lines.join("\n")}\n</table>\n</section>`;
}

/** One view: the overlay, the scene and the directions, the numbers. */
function answerSection(answered: Answered, k: number): string {
  const overlay = overlayOf(answered);
  const { view, choice } = answered;
  const { result } = choice;
  const plane = picturePlane(result.camera, view.scene.ellipsoids, overlayBox(overlay));
  const map = directions(answered, plane.up, k);
  const own = view.scene.colours !== null;
  const table = rows(answered)
    .map(
      ([name, value, meaning]) =>
        `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td><td class="meaning">${escapeText(meaning)}</td></tr>`,
    )
    .join("\n");
  const layer = (name: string, label: string, checked = true): string =>
    `<label><input type="checkbox" data-layer="${name}"${checked ? " checked" : ""}>${label}</label>`;
  const part = (setting: string, label: string, checked = true): string =>
    `<label><input type="checkbox" data-scene="${setting}"${checked ? " checked" : ""}>${label}</label>`;
  // "<" must not end the block early; JSON allows it escaped.
  const json = JSON.stringify(pageData(answered, overlay, plane)).replaceAll("<", "\\u003c");
  return `<figure class="overlay">
${overlayPicture(overlay, `view${k}`)}
<div class="controls">${layer("given", "given")}${layer("strangers", "without partner")}${layer("linked", "linked")}${layer("merged", "merged and split")}${layer("misses", "misses")}${layer("alone", "not seen")}<span>Point at an ellipse to see who it is.</span></div>
</figure>
<div class="panels${map === null ? " single" : ""}">
<section>
<h2>The scene, and the camera that was found</h2>
<div class="scene" data-colours="${own ? "own" : "fate"}"><p class="sorry">This browser has no WebGL: the scene cannot be drawn.</p></div>
<div class="controls"><button type="button" data-look="through">Through the camera</button><button type="button" data-look="aside">From the side</button>${part("rays shown hidden", "rays")}${part("alone shown hidden", "not seen")}${own ? part("colours own fate", "own colours") : ""}</div>
</section>
${map === null ? "" : `<section class="map">\n<h2>Votes for directions of view</h2>\n${map}\n<p>Every direction that a camera may look along, in equal areas. Pairs of ellipsoids and ellipses vote for the directions under which they look alike; the stronger the colour, the more. The ring is the pose that was found, diamonds are others; the top is looking up.</p>\n</section>`}
</div>
<section>
<h2>What was found, and what is proved</h2>
<p class="proof">${escapeText(matchProof(answered.certificate))}</p>
<table>
${table}
</table>
</section>
<script type="application/json" class="data">${json}</script>`;
}

/** What the scripts need; numbers are cut to the digits that a picture can show. */
function pageData({ view, choice }: Answered, overlay: OverlayScene, plane: ReturnType<typeof picturePlane>): object {
  const cut = (values: ArrayLike<number>): number[] => Array.from(values, (x) => Number(x.toPrecision(6)));
  const { ellipsoids, colours } = view.scene;
  const { result } = choice;
  const { rowPtr, colIdx, values } = result.probabilities;
  const probability = (i: number, j: number): number | null => {
    for (let e = rowPtr[i]; e < rowPtr[i + 1]; e++) if (colIdx[e] === j) return Number(values[e].toFixed(4));
    return null;
  };
  const packed = Array.from({ length: ellipsoids.means.rows }, (_, i) => {
    const S = ellipsoids.covariances.subarray(9 * i, 9 * i + 9);
    return [S[0], S[1], S[2], S[4], S[5], S[8]];
  }).flat();
  return {
    scene: {
      means: cut(ellipsoids.means.data),
      covariances: cut(packed),
      colours: colours && cut(colours),
      fates: overlay.found.fates,
    },
    view: { means: cut(overlay.given.means), covariances: cut(overlay.given.covariances) },
    matches: result.matches.map(([i, j]) => [i, j, probability(i, j)]),
    residuals: Array.from(overlay.found.residuals, (x) => (Number.isFinite(x) ? Number(x.toPrecision(4)) : null)),
    reasons: Object.fromEntries(result.unmatched.ellipsoids.map(({ index, reason }) => [index, reason])),
    noise: Math.max(result.noise.position, 1e-12),
    plane: { origin: plane.origin, right: plane.right, down: plane.down, box: plane.box },
    eye: plane.eye,
    forward: directionOf(result.camera),
    level: 1.5,
  };
}
