// The cases that compare the routes to hypotheses: planted poses, a fifth of either side without a partner.
import type { CameraModel, MatchRoute, ViewOptions } from "monge/matching";
import type { SceneKind } from "./scenes.ts";

/** One row. */
export interface RouteCase {
  readonly asks: "route";
  readonly name: string;
  readonly title: string;
  readonly n: number;
  readonly kind: SceneKind;
  readonly camera: CameraModel;
  readonly view: ViewOptions;
  readonly route: MatchRoute;
  /** Share of successes, and CPU seconds (median), where something is asked for. */
  readonly require: { readonly success?: number; readonly seconds?: number };
  readonly runs: number;
}

const usual: ViewOptions = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1 };

/** Of scaled orthographic balls. */
const required: Readonly<Record<MatchRoute, RouteCase["require"]>> = {
  bures: { success: 0.99 },
  sampled: { success: 0.9, seconds: 30 },
  gromov: { success: 0.95, seconds: 10 },
};

function rows(
  route: MatchRoute,
  sizes: readonly (readonly [n: number, runs: number])[],
  kinds: readonly SceneKind[] = ["ball"],
  camera: CameraModel = "scaled-orthographic",
  view: ViewOptions = usual,
): RouteCase[] {
  return sizes.flatMap(([n, runs]) =>
    kinds.map((kind): RouteCase => {
      const crop = view.crop === undefined ? "" : `-crop-${100 * view.crop}`;
      const plain = kind === "ball" && camera === "scaled-orthographic" && crop === "";
      return {
        asks: "route",
        name: `${route}-${kind}-${camera}${crop}-${n}`,
        title: `${kind}, ${camera.replace("-", " ")}${crop.replace(/-/g, " ")}${crop === "" ? "" : " %"}, n = ${n}`,
        n,
        kind,
        camera,
        view,
        route,
        require: plain ? required[route] : {},
        runs,
      };
    }),
  );
}

const few = [[200, 6]] as const;

/** All of them. */
export const routeCases: readonly RouteCase[] = [
  ...rows("bures", [
    [150, 40],
    [500, 20],
    [1000, 20],
  ]),
  ...rows("sampled", [
    [150, 40],
    [500, 12],
  ]),
  ...rows("gromov", [
    [150, 40],
    [500, 20],
    [1000, 20],
  ]),
  ...(["bures", "sampled", "gromov"] as const).flatMap((route) => [
    ...rows(route, few, ["clusters", "surface"]),
    ...rows(route, few, ["ball"], "affine"),
    ...rows(route, few, ["ball"], "perspective"),
    ...rows(route, few, ["ball"], "scaled-orthographic", { ...usual, crop: 0.3 }),
  ]),
];
