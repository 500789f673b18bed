// A matching problem as the text of the JSON file that matchProblem.ts reads.
// What is written is what the reader makes of it: the text is read again before anybody gets it.
import { OtError } from "monge";
import { type FileOptions, writeFileAtomic } from "./atomicFile.ts";
import { type GaussianList, packedCovariance } from "./gaussianList.ts";
import { type Intrinsics, type MatchProblem, matchProblem } from "./matchProblem.ts";

/**
 * The text of a matching problem, schema 1, one Gaussian a line; every number reads back as the same one. Throws what
 * `readMatchProblem` would throw for it, and `InvalidShape` for arrays that do not fit each other.
 */
export function encodeMatchProblem(problem: MatchProblem): string {
  const { model, ellipsoids, ellipses, camera } = problem;
  const intrinsics = agreed(problem);
  const fields = {
    schema: "1",
    model: JSON.stringify(model),
    intrinsics: JSON.stringify(intrinsics),
    ...(camera && { camera: JSON.stringify(camera, fileValue) }),
    ellipsoids: gaussians(ellipsoids, 3, "ellipsoids"),
    ellipses: gaussians(ellipses, 2, "ellipses"),
  };
  const text = `{\n${Object.entries(fields)
    .map(([key, value]) => `"${key}": ${value}`)
    .join(",\n")}\n}\n`;
  matchProblem({ file: "problem", path: "", value: JSON.parse(text) }, undefined);
  return text;
}

/** A perspective camera has intrinsics of its own: they must be those of the problem. */
function agreed({ intrinsics, camera }: MatchProblem): Intrinsics | null {
  const own = camera?.projection === "perspective" ? camera.intrinsics : null;
  if (own === null || intrinsics === null) return own ?? intrinsics;
  const odd = (["fx", "fy", "cx", "cy"] as const).find((key) => own[key] !== intrinsics[key]);
  if (odd === undefined) return intrinsics;
  throw new OtError(
    "InvalidValue",
    `camera.intrinsics.${odd} is ${own[odd]}, and intrinsics.${odd} ${intrinsics[odd]}.`,
    {
      argument: `camera.intrinsics.${odd}`,
      seen: own[odd],
      cure: "Give both the same intrinsics.",
    },
  );
}

/** Arrays as lists; the intrinsics stand beside the camera. */
function fileValue(key: string, value: unknown): unknown {
  if (key === "intrinsics") return undefined;
  return value instanceof Float64Array ? [...value] : value;
}

/** Writes {@link encodeMatchProblem} to `path`, whole or not at all (Node). */
export async function writeMatchProblem(path: string, problem: MatchProblem, options: FileOptions = {}): Promise<void> {
  await writeFileAtomic(path, encodeMatchProblem(problem), options);
}

function gaussians({ means, covariances, weights }: GaussianList, d: number, name: string): string {
  const k = means.rows;
  const wanted = { means: k * d, covariances: k * d * d, weights: k };
  const seen = { means: means.data.length, covariances: covariances.length, weights: weights.length };
  for (const key of ["means", "covariances", "weights"] as const) {
    if (seen[key] === wanted[key] && means.cols === d) continue;
    throw new OtError(
      "InvalidShape",
      `${name}.${key} holds ${seen[key]} numbers for ${k} Gaussians of dimension ${d}.`,
      {
        argument: `${name}.${key}`,
        seen: seen[key],
        cure: `Pass means k x ${d}, covariances k x ${d} x ${d} and k weights.`,
      },
    );
  }
  const lines = Array.from({ length: k }, (_, i) => {
    const mean = [...means.data.subarray(i * d, (i + 1) * d)];
    return JSON.stringify({
      mean,
      covariance: packedCovariance(covariances, i, d, `${name}.covariances`),
      weight: weights[i],
    });
  });
  return `[\n${lines.join(",\n")}\n]`;
}
