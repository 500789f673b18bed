// The cases that compare the routes to hypotheses: planted scaled orthographic poses, a fifth of either side without a partner.
import type { CameraModel, MatchRoute, ViewOptions } from "monge/matching";
import type { SceneKind } from "./scenes.ts";

/** One row. */
export interface RouteCase {
  readonly name: string;
  readonly n: number;
  readonly kind: SceneKind;
  readonly camera: CameraModel;
  readonly view: ViewOptions;
  readonly route: MatchRoute;
}

const usual: ViewOptions = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1 };

function rows(
  route: MatchRoute,
  sizes: readonly number[],
  kinds: readonly SceneKind[] = ["ball"],
  camera: CameraModel = "scaled-orthographic",
  view: ViewOptions = usual,
): RouteCase[] {
  return sizes.flatMap((n) =>
    kinds.map((kind) => {
      const crop = view.crop === undefined ? "" : `-crop-${100 * view.crop}`;
      return { name: `${route}-${kind}-${camera}${crop}-${n}`, n, kind, camera, view, route };
    }),
  );
}

/** All of them. */
export const routeCases: readonly RouteCase[] = [
  ...rows("bures", [150, 500, 1000]),
  ...rows("sampled", [150, 500]),
  ...rows("gromov", [150, 500, 1000]),
  ...(["bures", "sampled", "gromov"] as const).flatMap((route) => [
    ...rows(route, [200], ["clusters", "surface"]),
    ...rows(route, [200], ["ball"], "affine"),
    ...rows(route, [200], ["ball"], "perspective"),
    ...rows(route, [200], ["ball"], "scaled-orthographic", { ...usual, crop: 0.3 }),
  ]),
];
