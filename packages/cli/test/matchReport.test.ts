// The report of a match: everything is inside, it tells who is who, the scene draws itself; and the geometry that it is made of.
import { readFileSync } from "node:fs";
import { random } from "monge";
import { gaussianMixture } from "monge/gaussian";
import { type Camera, simulateView } from "monge/matching";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, withPage } from "../../monge/test/platform/chromium.ts";
import { demoScene } from "../src/demoScene.ts";
import { randomCamera } from "../src/matchCamera.ts";
import { picturePlane } from "../src/picturePlane.ts";
import { residualColour } from "../src/plot/overlay.ts";
import { sphereMap } from "../src/plot/sphereMap.ts";
import { axesOf, projectScene } from "../src/viewProjection.ts";
import { eigen3 } from "../viewer/eigen.ts";
import { type Desk, desk } from "./monge.ts";

const chromium = findChromium();
let d: Desk;

beforeAll(() => {
  d = desk();
  const losses = "--unseen 0.2 --spurious 0.2 --noise 0.004 --merge 0.1";
  expect(d.monge(`project demo -o view.csv --seed 3 ${losses}`).code).toBe(0);
  expect(d.monge("match demo view.csv --camera orthographic --report index.html --quiet").code).toBe(0);
});
afterAll(() => d.clear());

describe("monge match --report", () => {
  it("names no address outside, but for the names of markup languages", () => {
    const page = readFileSync(d.path("index.html"), "utf8");
    const addresses = [...page.matchAll(/\b(?:https?:)?\/\/[a-z][\w.-]+\.[a-z]{2,}[^\s"'`<>\\)]*/g)].map(
      ([found]) => found,
    );
    expect(addresses.filter((found) => !/^(http:)?\/\/www\.w3\.org\//.test(found))).toEqual([]);
    expect(page).not.toMatch(/\b(src|href)=["'](?!#|data:)/);
    expect(page).toContain("Permission is hereby granted");
    expect(page.length).toBeLessThan(1.2e6);
  });

  it("shows all views of one scene, each with its own marks, and what they say together", () => {
    d.monge("project demo -o other.csv --seed 5 --noise 0.004");
    const line = "match demo view.csv other.csv --camera orthographic --report two.html --plot two.svg --quiet";
    expect(d.monge(line)).toMatchObject({ code: 0, stdout: "converged\n" });
    const page = readFileSync(d.path("two.html"), "utf8");
    expect(page.match(/<details class="answer"/g)).toHaveLength(2);
    expect(page).toMatch(/<section class="together">\s*<h2>demo seen in 2 views<\/h2>[\s\S]*2 poses of their own/);
    const ids = [...page.matchAll(/\bid="(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const blocks = [...page.matchAll(/<script type="application\/json" class="data">(.*?)<\/script>/g)];
    const [first, second] = blocks.map(([, text]) => JSON.parse(text));
    expect(first.scene.means).toEqual(second.scene.means);
    expect(first.view.means).not.toEqual(second.view.means);
    const svg = readFileSync(d.path("two.svg"), "utf8");
    expect(svg.match(/<svg /g)).toHaveLength(3);
    expect(svg).toContain("demo seen in other.csv");
  });

  it.skipIf(chromium === null)(
    "in a browser: marks tell who they are, layers go, the scene is drawn, nothing is asked for",
    async () => {
      const seen = await withPage(d.folder, {}, async (page) => {
        const complaints: string[] = [];
        const requests: string[] = [];
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("request", (request) => requests.push(request.url()));
        await page.reload();
        const tipOf = (selector: string): Promise<string> =>
          page.evaluate<string>(`(() => {
          const mark = document.querySelector(${JSON.stringify(selector)});
          mark.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 100, clientY: 100 }));
          return document.getElementById("tip").textContent;
        })()`);
        const linked = await tipOf(".marks .linked [data-i]");
        const stranger = await tipOf(".marks .strangers [data-j]");
        await page.locator('input[data-layer="linked"]').uncheck();
        const hidden = await page.evaluate<string>(
          `getComputedStyle(document.querySelector(".marks .linked")).display`,
        );
        const scene = await page.evaluate<string>(`(() => {
        const host = document.querySelector(".scene");
        return host.classList.contains("blank") ? "blank" : String(host.querySelectorAll("canvas").length);
      })()`);
        return { linked, stranger, hidden, scene, complaints, requests };
      });
      expect(seen.linked).toMatch(
        /^ellipsoid \d+→ ellipse \d+, probability (0\.\d+|1)off by [\d.e-]+ pixels, [\d.e-]+ times the noise$/,
      );
      expect(seen.stranger).toMatch(/^ellipse \d+no ellipsoid is behind it$/);
      expect(seen.hidden).toBe("none");
      // Without WebGL the page says so; with it there is one canvas.
      expect(seen.scene).toMatch(/^(blank|1)$/);
      expect(seen.complaints).toEqual([]);
      expect(seen.requests.filter((url) => !/\/(index\.html|favicon\.ico)?$/.test(url))).toEqual([]);
    },
  );
});

describe("the geometry of the report", () => {
  const { ellipsoids } = demoScene();
  const cameras = (["scaled-orthographic", "affine", "perspective"] as const).map((kind) =>
    randomCamera(kind, ellipsoids, { up: null, intrinsics: null, stream: random(5) }),
  );

  it.each(cameras)(
    "picturePlane($projection): a pixel's place in the scene is seen at that pixel",
    (camera: Camera) => {
      const { origin, right, down } = picturePlane(camera, ellipsoids, [0, 0, 1000, 1000]);
      const pixels = [
        [0, 0],
        [800, 130],
        [333, 901],
      ];
      const means = pixels.map(([u, v]) => [0, 1, 2].map((k) => origin[k] + u * right[k] + v * down[k]));
      const points = gaussianMixture(
        means,
        pixels.map(() =>
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ].map((row) => row.map((x) => 1e-6 * x)),
        ),
      );
      const { means: seen } = projectScene(points, camera);
      pixels.flat().forEach((value, k) => {
        expect(seen[k]).toBeCloseTo(value, 6);
      });
    },
  );

  it("projectScene(ellipsoids, camera) is the view in the order of the ellipsoids", () => {
    const { ellipses, origins } = simulateView(ellipsoids, cameras[2]);
    const { means } = projectScene(ellipsoids, cameras[2]);
    origins.forEach(([i], k) => {
      expect(means[2 * i]).toBe(ellipses.means.data[2 * k]);
    });
  });

  it("eigen3(S) and axesOf(S) take a covariance apart: V diag(values) V^T is S again", () => {
    const { normal } = random(9);
    for (let round = 0; round < 20; round++) {
      const L = Array.from({ length: 9 }, normal);
      const S = (p: number, q: number): number => [0, 1, 2].reduce((sum, k) => sum + L[3 * p + k] * L[3 * q + k], 0);
      const packed = [S(0, 0), S(0, 1), S(0, 2), S(1, 1), S(1, 2), S(2, 2)];
      const { values, vectors: V } = eigen3(packed);
      for (let p = 0; p < 3; p++)
        for (let q = 0; q < 3; q++)
          expect([0, 1, 2].reduce((sum, k) => sum + values[k] * V[3 * p + k] * V[3 * q + k], 0)).toBeCloseTo(
            S(p, q),
            10,
          );
      const [a, b, t] = axesOf(packed[0], packed[1], packed[3]);
      expect(a * a * Math.cos(t) ** 2 + b * b * Math.sin(t) ** 2).toBeCloseTo(packed[0], 10);
      expect((a * a - b * b) * Math.cos(t) * Math.sin(t)).toBeCloseTo(packed[1], 10);
    }
  });

  it("sphereMap(directions) has every direction inside, the pole on top, and half of a sphere on half of the map", () => {
    const k = 2000;
    const directions = new Float64Array(3 * k);
    for (let i = 0; i < k; i++) {
      const z = 1 - (2 * i + 1) / k;
      const angle = i * Math.PI * (3 - Math.sqrt(5));
      const r = Math.sqrt(1 - z * z);
      directions.set([r * Math.cos(angle), r * Math.sin(angle), z], 3 * i);
    }
    const votes = Float64Array.from({ length: k }, (_, i) => i);
    const map = sphereMap({ directions, votes, found: [1, 0, 0], others: [], up: [0, 0, 1] });
    const dots = [...map.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="[\d.]+" style/g)].map(([, x, y]) => [+x, +y]);
    expect(dots).toHaveLength(k);
    const [cx, cy, rx, ry] = (/<ellipse cx="([\d.]+)" cy="([\d.]+)" rx="([\d.]+)" ry="([\d.]+)"/.exec(map) ?? [])
      .slice(1)
      .map(Number);
    const inner = dots.filter(([x, y]) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 0.5).length;
    expect(dots.every(([x, y]) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1.001)).toBe(true);
    expect(inner / k).toBeCloseTo(0.5, 1);
    // The last direction has the most votes, and looks down.
    expect(dots[k - 1][1]).toBeGreaterThan(cy);
  });

  it("residualColour(share) goes from blue to vermillion, and no further", () => {
    expect([residualColour(-1), residualColour(0), residualColour(1), residualColour(7)]).toEqual([
      "#0072b2",
      "#0072b2",
      "#d55e00",
      "#d55e00",
    ]);
  });
});
