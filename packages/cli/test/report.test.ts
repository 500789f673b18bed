// The report in a real browser: hover says where mass goes, the slider moves it, nothing is asked from outside, no error is logged.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, withPage } from "../../monge/test/platform/chromium.ts";
import { encodePng } from "../src/plot/png.ts";
import { cloudText, type Desk, desk } from "./monge.ts";

const chromium = findChromium();
let d: Desk;

beforeAll(() => {
  const half = (from: number): Uint8Array => {
    const rgb = new Uint8Array(3 * 64);
    rgb.fill(255, from, from + 96);
    return encodePng(rgb, 8, 8);
  };
  d = desk({
    "a.csv": cloudText(40, 2, 1),
    "b.csv": cloudText(40, 2, 2),
    "x.csv": cloudText(20, 1, 3),
    "y.csv": cloudText(20, 1, 4),
    "top.png": half(0),
    "bottom.png": half(96),
  });
});
afterAll(() => d.clear());

/** What a page did while it was looked at. */
interface Seen {
  readonly tip: string;
  readonly moving: boolean | null;
  readonly painted: number;
  readonly time: string | null;
  readonly complaints: string[];
  readonly requests: string[];
}

/** Opens the report of two files, points at `selector`, then moves the slider to the middle. */
async function look(files: string, point: (svg: SVGSVGElement) => [number, number]): Promise<Seen> {
  expect(d.monge(`solve ${files} --plot index.html --force --quiet`).code).toBe(0);
  return withPage(d.folder, {}, async (page) => {
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.reload();
    // As text, since the page has none of the helpers that a transformed function may call.
    const [x, y] = (await page.evaluate(`(${point.toString()})(document.querySelector("figure svg"))`)) as [
      number,
      number,
    ];
    await page.mouse.move(x, y);
    const tip = (await page.locator("#tip").textContent()) ?? "";
    const slider = page.locator("#time");
    const moves = (await slider.count()) > 0;
    if (moves) await slider.fill("0.5");
    const moving = moves
      ? await page.evaluate<boolean>(`document.querySelector("figure svg").classList.contains("moving")`)
      : null;
    const painted = moves
      ? await page.evaluate<number>(`(() => {
          const canvas = document.querySelector("figure canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let k = 3; k < data.length; k += 4) if (data[k] > 0) count++;
          return count;
        })()`)
      : 0;
    const time = moves ? await page.locator("#shown").textContent() : null;
    return {
      tip,
      moving,
      painted,
      time,
      complaints,
      requests: requests.filter((url) => !/\/(index\.html|favicon\.ico)?$/.test(url)),
    };
  });
}

describe.skipIf(chromium === null)("--plot report.html in a browser", () => {
  it("clouds: an atom tells where its mass goes, the slider moves all of it", async () => {
    const seen = await look("a.csv b.csv", (svg) => {
      const box = (svg.querySelector("g.source circle") as Element).getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    });
    expect(seen.tip).toMatch(/^atom \d+ of a\.csv: mass 0\.025→ atom \d+: 0\.025$/);
    expect(seen).toMatchObject({ moving: true, time: "t = 0.50", complaints: [], requests: [] });
    expect(seen.painted).toBeGreaterThan(100);
  });

  it("images: a pixel tells where its mass goes, the slider moves all of it", async () => {
    const seen = await look("top.png bottom.png", (svg) => {
      const box = (svg.querySelector('[data-role="source"]') as Element).getBoundingClientRect();
      return [box.x + box.width * 0.19, box.y + box.height * 0.06];
    });
    expect(seen.tip).toMatch(/^pixel \(0, 1\) of top\.png: mass 0\.03125→ pixel \(\d, \d\): 0\.0/);
    expect(seen).toMatchObject({ moving: true, time: "t = 0.50", complaints: [], requests: [] });
    expect(seen.painted).toBeGreaterThan(1000);
  });

  it("a line: a dot tells what it moves", async () => {
    const seen = await look("x.csv y.csv", (svg) => {
      const box = (svg.querySelector("circle[data-k]") as Element).getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    });
    expect(seen.tip).toMatch(/^mass 0\.05from x = 0\.\d+to y = 0\.\d+$/);
    expect(seen).toMatchObject({ moving: null, complaints: [], requests: [] });
  });
});
