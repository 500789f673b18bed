// A match as people and programs read it: the JSON object, the table, and the sentence that says what is proved.
import type {
  Camera,
  MatchCertificate,
  MatchOptions,
  MatchResult,
  MatchStatus,
  MatchViewsResult,
  UnmatchedReason,
} from "monge/matching";
import type { Pens } from "./answer.ts";
import { type CameraJson, cameraJson } from "./matchCamera.ts";
import type { MatchView } from "./matchInput.ts";
import type { Choice } from "./matchModel.ts";
import type { MatchScene } from "./matchScene.ts";
import { count, percent, plainSpaces, plural, shortNumber } from "./plot/number.ts";

/** A view with its answer. */
export interface Answered {
  readonly view: MatchView;
  readonly choice: Choice;
  readonly certificate: MatchCertificate;
  readonly seconds: number;
  readonly options: Omit<MatchOptions, "camera">;
}

/** Something to be told, with a name that programs can look for. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** The result of one view, exactly as it is written. */
export interface MatchJson {
  readonly schema: 1;
  readonly status: MatchStatus;
  readonly camera: CameraJson;
  /** [ellipsoid, ellipse]. */
  readonly matches: readonly (readonly [number, number])[];
  /** [ellipsoid, ellipse, probability]. */
  readonly probabilities: readonly (readonly [number, number, number])[];
  readonly groups: readonly {
    readonly kind: "merged" | "split";
    readonly ellipsoids: readonly number[];
    readonly ellipses: readonly number[];
  }[];
  readonly unmatched: {
    readonly ellipsoids: readonly { readonly i: number; readonly reason: UnmatchedReason }[];
    readonly ellipses: readonly number[];
  };
  readonly score: number;
  readonly confidence: number;
  readonly alternatives: readonly { readonly camera: CameraJson; readonly score: number }[];
  readonly warnings: readonly Warning[];
  /** Of the search, without reading files. */
  readonly seconds: number;
  /** Where a scene of splats was reduced: all ellipsoids above are its components. */
  readonly reduction?: ReductionJson;
}

/** Which splat is which component. */
export interface ReductionJson {
  readonly splats: number;
  readonly kept: number;
  /** Of each splat its component, -1 where it was left out. */
  readonly componentOf: readonly number[];
  readonly components: readonly {
    readonly mean: readonly number[];
    readonly covariance: readonly number[];
    readonly weight: number;
  }[];
}

export function reductionJson({ reduction, ellipsoids }: MatchScene): { reduction?: ReductionJson } {
  if (reduction === null) return {};
  const { means, covariances, weights } = ellipsoids;
  const components = Array.from({ length: means.rows }, (_, i) => {
    const S = covariances.subarray(9 * i, 9 * i + 9);
    return {
      mean: [...means.data.subarray(3 * i, 3 * i + 3)],
      covariance: [S[0], S[1], S[2], S[4], S[5], S[8]],
      weight: weights[i],
    };
  });
  const { splats, kept, componentOf } = reduction;
  return { reduction: { splats, kept, componentOf: [...componentOf], components } };
}

export function matchJson(result: MatchResult, why: string | null, seconds: number): MatchJson {
  const { status, camera, matches, probabilities, groups, unmatched, score, confidence, alternatives } = result;
  return {
    schema: 1,
    status,
    camera: cameraJson(camera),
    matches: matches.map(([i, j]) => [i, j]),
    probabilities: entriesOf(probabilities),
    groups: groups.map(({ kind, ellipsoids, ellipses }) => ({ kind, ellipsoids, ellipses })),
    unmatched: {
      ellipsoids: unmatched.ellipsoids.map(({ index, reason }) => ({ i: index, reason })),
      ellipses: unmatched.ellipses,
    },
    score,
    confidence,
    alternatives: alternatives.map((other) => ({ camera: cameraJson(other.camera), score: other.score })),
    warnings: warningsOf(result, why),
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

function entriesOf({ rowPtr, colIdx, values, rows }: MatchResult["probabilities"]): [number, number, number][] {
  const out: [number, number, number][] = [];
  for (let i = 0; i < rows; i++) {
    for (let e = rowPtr[i]; e < rowPtr[i + 1]; e++) out.push([i, colIdx[e], Number(values[e].toPrecision(6))]);
  }
  return out;
}

/** What helps, where the library only says what is. */
const cures: Readonly<Record<string, string>> = {
  ambiguous: "See alternatives. Knowledge of the camera decides between them: --direction, --up, --intrinsics.",
  "low-confidence": "More ellipses help, and so does knowledge of the camera: --direction, --up, --intrinsics.",
};

function warningsOf({ report }: MatchResult, why: string | null): Warning[] {
  const out = report.warnings.map(({ code, message }): Warning => {
    const cure = Object.hasOwn(cures, code) ? ` ${cures[code]}` : "";
    return { code, message: `${message}${cure}` };
  });
  if (why !== null)
    out.push({ code: "cameraChosen", message: `The camera was chosen. ${why[0].toUpperCase()}${why.slice(1)}.` });
  return out;
}

const statusWords: Readonly<Record<MatchStatus, string>> = {
  converged: "converged: one pose, beyond doubt",
  ambiguous: "ambiguous: several poses explain the view",
  "low-confidence": "low confidence: the pose may be wrong",
  maxIterations: "stopped at a limit, with the best pose so far",
  timeLimit: "stopped at --time-limit, with the best pose so far",
  stopped: "stopped",
};

/** The status in words. */
export function describeMatch(status: MatchStatus): string {
  return statusWords[status];
}

/** The camera in words: its kind, where it looks, and its size. */
export function cameraWords(camera: Camera): string {
  const numbers = (values: ArrayLike<number>): string =>
    Array.from(values, (x) => x.toFixed(3).replace("-", "−")).join(", ");
  const looks = `looks along (${numbers(directionOf(camera))})`;
  if (camera.projection === "affine") return `affine, ${looks}`;
  if (camera.projection === "scaled-orthographic")
    return `scaled orthographic, ${looks}, ${shortNumber(camera.scale, 5)} pixels a unit`;
  const { fx, fy } = camera.intrinsics;
  return `perspective at (${numbers(centreOf(camera))}), ${looks}, focal length ${shortNumber(Math.sqrt(fx * fy), 5)}`;
}

/** The unit direction that a camera looks along. */
export function directionOf(camera: Camera): readonly number[] {
  if (camera.projection !== "affine") return [camera.R[6], camera.R[7], camera.R[8]];
  const { A } = camera;
  const v = [A[1] * A[5] - A[2] * A[4], A[2] * A[3] - A[0] * A[5], A[0] * A[4] - A[1] * A[3]];
  const size = Math.hypot(...v) || 1;
  return v.map((value) => value / size);
}

function centreOf({ R, t }: Extract<Camera, { projection: "perspective" }>): number[] {
  return [0, 1, 2].map((k) => -(R[k] * t[0] + R[3 + k] * t[1] + R[6 + k] * t[2]));
}

/** What the certificate proves, in one sentence. */
export function matchProof({ objective, lowerBound, stationarityGap }: MatchCertificate): string {
  const missing = Math.max(0, objective - lowerBound);
  const worth = `${shortNumber(-objective, 6)} nats at the odds that the view shows`;
  const links =
    missing <= 1e-9 * Math.max(1, -objective)
      ? `no other links at this camera are worth more than these (${worth})`
      : `these links are worth ${worth}, and no others at this camera ${shortNumber(missing, 3)} more`;
  return `All pairs were looked at: ${links}, and a step of the camera gains ${shortNumber(stationarityGap, 2)} nats.`;
}

/** The table of one view. */
export function matchTable(
  view: MatchView,
  result: MatchResult,
  why: string | null,
  certificate: MatchCertificate,
  seconds: number,
  pens: Pens,
): string {
  const n = view.scene.ellipsoids.means.rows;
  const m = view.ellipses.means.rows;
  const lines: string[] = [
    pens.strong(view.scene.name === view.name ? `Match of ${view.name}` : `${view.scene.name} seen in ${view.name}`),
    "",
  ];
  const row = (name: string, value: string, remark = ""): void => {
    lines.push(`  ${pens.dim(name.padEnd(13))}${remark === "" ? value : `${value}  ${pens.dim(remark)}`}`);
  };
  const { status, score, chance, confidence, noise, groups, unmatched, alternatives } = result;
  const good = status === "converged";
  const known = typeof view.camera === "object";
  row("status", good ? pens.good(describeMatch(status)) : pens.warn(describeMatch(status)));
  row("camera", pens.strong(cameraWords(result.camera)), known ? "given" : "");
  if (why !== null) row("", pens.dim(why));
  row(
    "evidence",
    `${shortNumber(score, 5)} nats`,
    known ? "" : `wrong poses reach ${shortNumber(chance, 3)}; confidence ${percent(confidence)}`,
  );
  if (alternatives.length > 0)
    row("", `${plural(alternatives.length, "other pose")}`, `up to ${shortNumber(alternatives[0].score, 5)} nats`);
  const linked = new Set(result.matches.map(([i]) => i)).size;
  row(
    "matched",
    `${count(linked)} of ${plural(n, "ellipsoid")}`,
    `${count(m - unmatched.ellipses.length)} of ${plural(m, "ellipse")}`,
  );
  const merged = groups.filter(({ kind }) => kind === "merged").length;
  const split = groups.length - merged;
  if (groups.length > 0) row("groups", `${merged} merged, ${split} split`);
  if (unmatched.ellipsoids.length > 0) row("no ellipse", reasons(unmatched.ellipsoids), "ellipsoids");
  if (unmatched.ellipses.length > 0) row("no ellipsoid", plural(unmatched.ellipses.length, "ellipse"));
  row("noise", `${shortNumber(noise.position, 3)} pixels`, `${percent(noise.shape)} in shape`);
  row("time", `${shortNumber(seconds, 3)} s`, `${result.report.why}, ${result.report.backend}`);
  lines.push("", `  ${matchProof(certificate)}`);
  return plainSpaces(`${lines.join("\n")}\n`);
}

/** What several views say together. */
export function jointWords({ report, alternatives, score, chance, confidence }: MatchViewsResult): {
  readonly pose: string;
  readonly evidence: string;
  readonly others: string | null;
} {
  return {
    pose: report.why,
    evidence: `${shortNumber(score, 5)} nats; wrong poses reach ${shortNumber(chance, 3)}; confidence ${percent(confidence)}`,
    others:
      alternatives.length === 0
        ? null
        : `${plural(alternatives.length, "other pose")}, up to ${shortNumber(alternatives[0].score, 5)} nats`,
  };
}

/** The last table of several views. */
export function viewsTable(joint: MatchViewsResult, pens: Pens): string {
  const { pose, evidence, others } = jointWords(joint);
  const status = describeMatch(joint.status);
  const rows: [string, string][] = [
    ["status", joint.status === "converged" ? pens.good(status) : pens.warn(status)],
    ["poses", pose],
    ["evidence", evidence],
    ...(others === null ? [] : [["", others] as [string, string]]),
  ];
  const lines = rows.map(([name, value]) => `  ${pens.dim(name.padEnd(13))}${value}`);
  return plainSpaces(`${[pens.strong(`All ${joint.views.length} views together`), "", ...lines].join("\n")}\n`);
}

function reasons(ellipsoids: MatchResult["unmatched"]["ellipsoids"]): string {
  const counts = new Map<string, number>();
  for (const { reason } of ellipsoids) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, k]) => `${count(k)} ${reason}`).join(", ");
}
