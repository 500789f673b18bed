// The cases with two views of one scene, matched together and one by one: parts cut off, strangers on both sides.
import type { CameraModel, ViewOptions } from "monge/matching";

/** One row. */
export interface ViewsCase {
  readonly asks: "views";
  readonly name: string;
  readonly title: string;
  readonly n: number;
  readonly camera: CameraModel;
  readonly view: ViewOptions;
  /** The motion between the cameras is told: one pose for both. */
  readonly rig: boolean;
  /** This share of the ellipsoids is seen in neither view. */
  readonly hidden: number;
  /** Where few ellipses are left, a pose is found if it is within 3 degrees; otherwise 1, and 0.97 of the recall that is possible. */
  readonly coarse: boolean;
  /** Share of runs in which both poses are found. */
  readonly require: { readonly success?: number };
  readonly runs: number;
}

const harder: ViewOptions = { unseen: 0.3, spurious: 0.3, noise: 0.01, covarianceNoise: 0.2, crop: 0.5 };
const poor: ViewOptions = { ...harder, noise: 0.02, covarianceNoise: 0.3 };

function one(
  name: string,
  title: string,
  n: number,
  more: Partial<ViewsCase> & Pick<ViewsCase, "camera" | "rig">,
): ViewsCase {
  return {
    asks: "views",
    name: `views-${name}-${n}`,
    title: `${title}, n = ${n}`,
    n,
    view: harder,
    hidden: 0,
    require: { success: 0.95 },
    coarse: false,
    runs: 50,
    ...more,
  };
}

/** All of them. */
export const viewsCases: readonly ViewsCase[] = [
  one("rig", "scaled orthographic rig", 200, { camera: "scaled-orthographic", rig: true }),
  one("rig-perspective", "perspective rig", 200, { camera: "perspective", rig: true }),
  one("free", "scaled orthographic, motion unknown", 200, { camera: "scaled-orthographic", rig: false }),
  one("free-hidden", "scaled orthographic, motion unknown, the same 30 % unseen in both", 200, {
    camera: "scaled-orthographic",
    rig: false,
    hidden: 0.3,
    view: { ...harder, unseen: 0 },
  }),
  one("rig-poor", "scaled orthographic rig, noise 2 % and 30 %, poses within 3 degrees", 60, {
    camera: "scaled-orthographic",
    rig: true,
    view: poor,
    coarse: true,
    require: {},
    runs: 12,
  }),
  one("rig-perspective-poor", "perspective rig, noise 2 % and 30 %, poses within 3 degrees", 60, {
    camera: "perspective",
    rig: true,
    view: poor,
    coarse: true,
    require: {},
    runs: 12,
  }),
];
