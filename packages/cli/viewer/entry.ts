// The scene of a match in three dimensions: ellipsoids, the camera that was found with its picture, rays to the matches. For the report's page.
// Everything comes from the page's JSON block; colours come from its style, light or dark.
import {
  AmbientLight,
  BufferGeometry,
  Color,
  DirectionalLight,
  Float32BufferAttribute,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  MeshLambertMaterial,
  PerspectiveCamera,
  Raycaster,
  Scene,
  SphereGeometry,
  SRGBColorSpace,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { eigen3 } from "./eigen.ts";

/** What the page knows of the match. */
interface Data {
  readonly scene: {
    /** 3 n. */
    readonly means: readonly number[];
    /** 6 n. */
    readonly covariances: readonly number[];
    /** 3 n in [0, 1], or null. */
    readonly colours: readonly number[] | null;
    /** Class of each, as in the page's style: --linked, --merged, --split, --alone. */
    readonly fates: readonly string[];
  };
  readonly view: { readonly means: readonly number[]; readonly covariances: readonly number[] };
  readonly matches: readonly (readonly [number, number])[];
  /** Pixel (u, v) of the picture lies at origin + u right + v down in the scene. */
  readonly plane: {
    readonly origin: readonly number[];
    readonly right: readonly number[];
    readonly down: readonly number[];
    readonly box: readonly [number, number, number, number];
  };
  /** Where a perspective camera stands. */
  readonly eye: readonly number[] | null;
  readonly forward: readonly number[];
  readonly level: number;
}

/** What the page can do with the scene. */
interface Viewer {
  highlight(ellipsoid: number | null): void;
}

declare global {
  interface Window {
    mongeScene?: (host: HTMLElement, data: Data, onPoint: (ellipsoid: number | null) => void) => Viewer | null;
  }
}

window.mongeScene = (host, data, onPoint) => {
  let renderer: WebGLRenderer;
  try {
    renderer = new WebGLRenderer({ antialias: true, alpha: true });
  } catch {
    return null;
  }
  const { scene: ellipsoids, view, matches, plane, eye, level } = data;
  const n = ellipsoids.fates.length;
  renderer.setPixelRatio(Math.min(2, window.devicePixelRatio));
  host.prepend(renderer.domElement);
  const world = new Scene();
  const style = (name: string): Color => new Color(getComputedStyle(host).getPropertyValue(name).trim() || "#888888");

  const [middle, reach] = extent(ellipsoids.means);
  const camera = new PerspectiveCamera(32, 1, reach / 200, reach * 60);
  const up = new Vector3(...plane.down).multiplyScalar(-1).normalize();
  camera.up.copy(up);
  world.add(new AmbientLight(0xffffff, 1.5));
  const sun = new DirectionalLight(0xffffff, 2.2);
  camera.add(sun);
  sun.position.set(-1, 1.5, 1);
  world.add(camera);

  const all = Array.from({ length: n }, (_, i) => i);
  const isAlone = (i: number): boolean => ellipsoids.fates[i] === "alone";
  const groups = [all.filter((i) => !isAlone(i)), all.filter(isAlone)].map((members) => {
    const mesh = new InstancedMesh(new SphereGeometry(1, 20, 14), new MeshLambertMaterial(), members.length);
    members.forEach((i, k) => {
      mesh.setMatrixAt(k, placed(ellipsoids, i, level, 1e-4 * reach));
    });
    world.add(mesh);
    return { members, mesh };
  });

  const on = (u: number, v: number): number[] =>
    [0, 1, 2].map((k) => plane.origin[k] + u * plane.right[k] + v * plane.down[k]);
  const lines = (points: number[], opacity: number): LineSegments<BufferGeometry, LineBasicMaterial> => {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new Float32BufferAttribute(points, 3));
    const made = new LineSegments(geometry, new LineBasicMaterial({ transparent: true, opacity }));
    world.add(made);
    return made;
  };
  const rays = lines(
    matches.flatMap(([i, j]) => [
      ...ellipsoids.means.slice(3 * i, 3 * i + 3),
      ...on(view.means[2 * j], view.means[2 * j + 1]),
    ]),
    0.28,
  );
  const [left, top, right, bottom] = plane.box;
  const corners = [on(left, top), on(right, top), on(right, bottom), on(left, bottom)];
  const frame = corners.flatMap((corner, k) => [...corner, ...corners[(k + 1) % 4]]);
  // The side that is up: a small roof over the picture.
  const roof = on((left + right) / 2, top - 0.06 * (bottom - top));
  for (const corner of corners.slice(0, 2)) frame.push(...corner, ...roof);
  if (eye !== null) for (const corner of corners) frame.push(...corner, ...eye);
  const picture = lines(frame, 1);
  const outlines = lines(ellipseLines(view, level, on), 0.55);
  const halo = lines([], 1);

  const paint = (): void => {
    const own = host.dataset["colours"] === "own" && ellipsoids.colours !== null;
    const shown = host.dataset["alone"] !== "hidden";
    const byFate = new Map(["linked", "merged", "split", "alone"].map((fate) => [fate, style(`--${fate}`)]));
    const colour = new Color();
    for (const { members, mesh } of groups) {
      members.forEach((i, k) => {
        if (own && ellipsoids.colours !== null) colour.setRGB(...triple(ellipsoids.colours, i), SRGBColorSpace);
        else colour.copy(byFate.get(ellipsoids.fates[i]) ?? colour);
        mesh.setColorAt(k, colour);
      });
      if (mesh.instanceColor !== null) mesh.instanceColor.needsUpdate = true;
    }
    groups[1].mesh.visible = shown;
    rays.visible = host.dataset["rays"] !== "hidden";
    rays.material.color = style("--ray");
    picture.material.color = style("--ink");
    outlines.material.color = style("--given-line");
    halo.material.color = style("--ink");
    draw();
  };

  const controls = new OrbitControls(camera, renderer.domElement);
  controls.enableDamping = false;
  const look = (from: Vector3, at = middle): void => {
    camera.position.copy(from);
    controls.target.copy(at);
    controls.update();
  };
  const opening = (32 * Math.PI) / 180;
  const along = new Vector3(...data.forward).normalize();
  const distance = reach * 4.4;
  // Between the scene and the picture, from where both are seen.
  const between = middle.clone().lerp(new Vector3(...on((left + right) / 2, (top + bottom) / 2)), 0.4);
  const around = Math.max(
    between.distanceTo(middle) + 0.8 * reach,
    ...corners.map((corner) => between.distanceTo(new Vector3(...corner))),
  );
  const aside = (): void => {
    turn(opening);
    const side = new Vector3().crossVectors(along, up).normalize();
    const from = new Vector3().addScaledVector(along, -0.5).addScaledVector(side, 0.85).addScaledVector(up, 0.28);
    const narrow = Math.min(1, host.clientWidth / Math.max(1, host.clientHeight));
    look(between.clone().addScaledVector(from.normalize(), (0.95 * around) / Math.sin(opening / 2) / narrow), between);
  };
  /** What the camera sees fills the view. */
  const through = (): void => {
    const from = eye === null ? middle.clone().addScaledVector(along, -distance) : new Vector3(...eye);
    const side = new Vector3().crossVectors(along, up).normalize();
    const tallest = Math.max(
      ...corners.map((corner) => {
        const seen = new Vector3(...corner).sub(from);
        const depth = seen.dot(along);
        return Math.max(Math.abs(seen.dot(up)), Math.abs(seen.dot(side)) / camera.aspect) / depth;
      }),
    );
    turn(2 * Math.atan(1.08 * tallest));
    look(from, from.clone().addScaledVector(along, distance));
  };
  const turn = (angle: number): void => {
    camera.fov = (angle * 180) / Math.PI;
    camera.updateProjectionMatrix();
  };
  const draw = (): void => renderer.render(world, camera);
  controls.addEventListener("change", draw);

  const resize = (): void => {
    const { clientWidth, clientHeight } = host;
    if (clientWidth === 0 || clientHeight === 0) return;
    renderer.setSize(clientWidth, clientHeight, false);
    camera.aspect = clientWidth / clientHeight;
    camera.updateProjectionMatrix();
    draw();
  };
  new ResizeObserver(resize).observe(host);
  new MutationObserver(paint).observe(host, {
    attributes: true,
    attributeFilter: ["data-colours", "data-rays", "data-alone"],
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  host.addEventListener("monge-look", (event) => ((event as CustomEvent).detail === "through" ? through() : aside()));

  const caster = new Raycaster();
  renderer.domElement.addEventListener("pointermove", (event) => {
    if (event.buttons !== 0) return;
    const box = renderer.domElement.getBoundingClientRect();
    const at = new Vector2(
      ((event.clientX - box.left) / box.width) * 2 - 1,
      1 - ((event.clientY - box.top) / box.height) * 2,
    );
    caster.setFromCamera(at, camera);
    const hits = groups
      .filter(({ mesh }) => mesh.visible)
      .flatMap(({ members, mesh }) =>
        caster.intersectObject(mesh).map(({ distance: far, instanceId }) => ({ far, i: members[instanceId ?? 0] })),
      );
    onPoint(hits.sort((a, b) => a.far - b.far)[0]?.i ?? null);
  });
  renderer.domElement.addEventListener("pointerleave", () => onPoint(null));

  aside();
  resize();
  paint();
  return {
    highlight(i) {
      const points: number[] = [];
      if (i !== null) {
        const { values, vectors: V } = eigen3(ellipsoids.covariances.slice(6 * i, 6 * i + 6));
        const radius = values.map((value) => 1.12 * level * Math.max(Math.sqrt(Math.max(value, 0)), 0.01 * reach));
        for (const [p, q] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ]) {
          const at = (k: number): number[] => {
            const [c, s] = [Math.cos((k * Math.PI) / 16), Math.sin((k * Math.PI) / 16)];
            return [0, 1, 2].map(
              (r) => ellipsoids.means[3 * i + r] + c * radius[p] * V[3 * r + p] + s * radius[q] * V[3 * r + q],
            );
          };
          for (let k = 0; k < 32; k++) points.push(...at(k), ...at(k + 1));
        }
        for (const [ellipsoid, j] of matches)
          if (ellipsoid === i)
            points.push(...ellipsoids.means.slice(3 * i, 3 * i + 3), ...on(view.means[2 * j], view.means[2 * j + 1]));
      }
      halo.geometry.dispose();
      halo.geometry = new BufferGeometry();
      halo.geometry.setAttribute("position", new Float32BufferAttribute(points, 3));
      draw();
    },
  };
};

/** The unit ball as an ellipsoid of `level` standard deviations, nowhere thinner than `thin`. */
function placed({ means, covariances }: Data["scene"], i: number, level: number, thin: number): Matrix4 {
  const { values, vectors: V } = eigen3(covariances.slice(6 * i, 6 * i + 6));
  const radii = values.map((value) => level * Math.max(Math.sqrt(Math.max(value, 0)), thin));
  const rows = [0, 1, 2].flatMap((r) => [...radii.map((radius, k) => radius * V[3 * r + k]), means[3 * i + r]]);
  return new Matrix4().fromArray([...rows, 0, 0, 0, 1]).transpose();
}

function triple(values: readonly number[], i: number): [number, number, number] {
  return [values[3 * i], values[3 * i + 1], values[3 * i + 2]];
}

/** The middle of points, and a radius around it with nearly all of them. */
function extent(points: readonly number[]): [Vector3, number] {
  const n = points.length / 3;
  const middle = new Vector3();
  for (let i = 0; i < n; i++) middle.add(new Vector3(...triple(points, i)).divideScalar(n));
  const far = Array.from({ length: n }, (_, i) => middle.distanceTo(new Vector3(...triple(points, i)))).sort(
    (a, b) => a - b,
  );
  return [middle, far[Math.floor(0.98 * (n - 1))] || 1];
}

/** Ellipses of `level` standard deviations as pieces of lines on the picture. */
function ellipseLines(view: Data["view"], level: number, on: (u: number, v: number) => number[]): number[] {
  const points: number[] = [];
  for (let j = 0; 2 * j < view.means.length; j++) {
    const [xx, xy, yy] = view.covariances.slice(3 * j, 3 * j + 3);
    // The lower triangular root of the covariance takes the circle to the ellipse.
    const a = Math.sqrt(Math.max(xx, 1e-300));
    const b = xy / a;
    const c = Math.sqrt(Math.max(0, yy - b * b));
    const at = (k: number): number[] => {
      const [p, q] = [level * Math.cos((k * Math.PI) / 10), level * Math.sin((k * Math.PI) / 10)];
      return on(view.means[2 * j] + a * p, view.means[2 * j + 1] + b * p + c * q);
    };
    for (let k = 0; k < 20; k++) points.push(...at(k), ...at(k + 1));
  }
  return points;
}
