// monge w1 as a user meets it: a model that gains, resumed after a kill to the same bytes, refused input, reports.
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../src/plot/png.ts";
import { type Desk, desk, npy } from "./monge.ts";
import { stripePixels, stripes } from "./pictureFiles.ts";
import { elements } from "./xml.ts";

let d: Desk;
const training = "--target digits.npy --noise 0.8 --critics 3 --steps 40 --theta 0.5 --seed 1";

beforeAll(() => {
  d = desk({ "digits.npy": stripes(60) });
  mkdirSync(d.path("photos"));
  mkdirSync(d.path("empty"));
  for (let k = 0; k < 6; k++) d.write(`photos/${k}.png`, encodePng(stripePixels(k), 8, 8));
  const { code, stderr } = d.monge(`w1 train ${training} -o model.w1 --report model.html`);
  expect([code, stderr]).toEqual([0, expect.stringContaining("24 pictures to 24 pictures, points of 1 x 8 x 8")]);
});
afterAll(() => d.clear());

describe("monge w1 train", () => {
  it("learns to remove noise: W1 falls, PSNR rises, exact transport agrees", () => {
    const { stdout } = d.process(`w1 train ${training} --json --quiet -o json.w1`);
    const { curve, certificate, restoration, status, shape } = JSON.parse(stdout);
    expect([status, shape]).toEqual(["maxIterations", [1, 8, 8]]);
    expect(curve).toHaveLength(3);
    expect(curve[2].w1).toBeLessThan(curve[0].w1);
    expect(certificate.estimate).toBeLessThan(certificate.before);
    expect(restoration.model.psnr).toBeGreaterThan(restoration.given.psnr);
    // The same options, the same bytes.
    expect(readFileSync(d.path("json.w1"))).toEqual(readFileSync(d.path("model.w1")));
  });

  it("ends with no critic where validation pictures got worse with each, and says so", () => {
    d.write(
      "random.npy",
      npy(
        [40, 8, 8],
        Float64Array.from({ length: 40 * 64 }, (_, k) => ((k * k * 7919) % 101) / 101),
      ),
    );
    const { code, stdout, stderr } = d.monge(
      "w1 train --target random.npy --noise 0.1 --critics 2 --steps 3 --theta 1 --json -o identity.w1",
    );
    const { curve, validation, restoration } = JSON.parse(stdout);
    expect([code, curve, restoration]).toEqual([0, [], null]);
    expect(validation).toHaveLength(3);
    expect(Math.max(validation[1], validation[2])).toBeLessThanOrEqual(validation[0]);
    expect(stderr).toMatch(/leaves pictures as they are/);
    expect(d.monge("w1").stderr).toMatch(/Try monge w1 train --help/);
  });

  it("killed in the middle and resumed: the bytes of an uninterrupted run", async () => {
    const run = d.start(`w1 train ${training} --checkpoint run --every 10 --progress`);
    await run.started;
    // The first line of progress comes after some steps; the checkpoint may follow it.
    const begin = Date.now();
    while (!exists("run/checkpoint.w1") && Date.now() - begin < 60_000)
      await new Promise((done) => setTimeout(done, 5));
    run.kill("SIGKILL");
    await run.ended;
    const again = d.process(`w1 train ${training} --checkpoint run --every 10 --resume`);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("run/model.w1")]);
    expect(readFileSync(d.path("run/model.w1"))).toEqual(readFileSync(d.path("model.w1")));
  });

  it("does not overwrite a checkpoint, refuses a damaged one and one of other options", () => {
    expect(d.monge(`w1 train ${training} --checkpoint run`).stderr).toMatch(/earlier training.*--resume/);
    const other = d.monge(`w1 train ${training.replace("0.8", "0.7")} --checkpoint run --every 10 --resume`);
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/checkpoint was made with/)]);
    truncateSync(d.path("run/checkpoint.w1"), statSync(d.path("run/checkpoint.w1")).size - 3);
    const damaged = d.monge(`w1 train ${training} --checkpoint run --every 10 --resume`);
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringMatching(/checkpoint\.w1: .*(bytes|checksum)/)]);
    expect(d.monge(`w1 train ${training} -o x.w1 --resume`).stderr).toMatch(/from where/);
  });

  it.each([
    ["no target", "--noise 1", /--target is missing/],
    ["an empty folder", "--target empty --noise 1", /empty holds no pictures/],
    ["a NaN", "--target nan.npy --noise 1", /nan.npy \[1\] holds NaN at row 0, column 1/],
    ["unequal channels", "--source colour.npy --target digits.npy", /3 x 8 x 8, the target's 1 x 8 x 8/],
    ["shared pictures", "--source digits.npy --target digits.npy", /also among the source's/],
    ["nothing to do", "--target digits.npy --task denoise", /Add --noise 0.1/],
    ["translate alone", "--target digits.npy --task translate", /Name the pictures to translate/],
    ["a net beyond memory", "--target digits.npy --noise 1 --widths 8,60000,60000", /GiB|GB|MB|bytes/],
    ["crops beyond the pictures", "--target digits.npy --noise 1 --size 9", /gives no crop of 9 x 9/],
  ])("refuses %s, and writes nothing", (_, options, message) => {
    const broken = new Float64Array(128).fill(0.5);
    broken[65] = Number.NaN;
    d.write("nan.npy", npy([2, 8, 8], broken));
    const colours = Float64Array.from({ length: 4 * 192 }, (_, k) => (k % 97) / 97);
    d.write("colour.npy", npy([4, 8, 8, 3], colours));
    const { code, stdout, stderr } = d.monge(`w1 train ${options} -o refused.w1`);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
    expect(d.files()).not.toContain("refused.w1");
  });

  it("writes a report that holds everything in itself", () => {
    const page = readFileSync(d.path("model.html"), "utf8");
    expect(page).toContain("A map that removes noise");
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    expect([...page.matchAll(/<figcaption>([^<]*)/g)].map(([, label]) => label)).toEqual([
      "given",
      "after 1 critic",
      "after 2 critics",
      "after 3 critics",
      "truth",
    ]);
    const svg = /<svg[\s\S]*?<\/svg>/.exec(page)?.[0] ?? "";
    expect([...svg.matchAll(/data-value/g)]).toHaveLength(3);
    expect(elements(svg).length).toBeGreaterThan(10);
  });

  it("a time limit keeps the critics that are finished, and ends with code 3", () => {
    const { code } = d.monge(`w1 train ${training} --time-limit 1ms -o short.w1 --json`);
    expect(code).toBe(3);
    const applied = d.monge("w1 apply short.w1 digits.npy same.npy");
    expect(applied.code).toBe(0);
  });
});

describe("monge w1 apply", () => {
  it("maps stacks, folders and single pictures, larger ones in tiles", () => {
    expect(d.monge("w1 apply model.w1 digits.npy out.npy").code).toBe(0);
    expect(d.monge("w1 apply model.w1 photos restored").stderr).toContain("6 pictures in restored, a folder.");
    expect(d.monge("w1 apply model.w1 photos restored").stderr).toMatch(/exists already/);
    expect(d.monge("w1 apply model.w1 photos/1.png one.png").code).toBe(0);
    expect(readFileSync(d.path("one.png"))).toEqual(readFileSync(d.path("restored/1.png")));
    const wide = new Uint8Array(3 * 8 * 20).fill(90);
    d.write("wide.png", encodePng(wide, 8, 20));
    expect(d.monge("w1 apply model.w1 wide.png wide-out.png").code).toBe(0);
  });

  it("with --critics 0 gives pictures back", () => {
    expect(d.monge("w1 apply model.w1 photos/2.png same.png --critics 0").code).toBe(0);
    expect(readFileSync(d.path("same.png"))).toEqual(readFileSync(d.path("photos/2.png")));
  });

  it("refuses smaller pictures, noise for a model that restores, more critics than there are, a damaged model", () => {
    d.write("small.png", encodePng(new Uint8Array(3 * 16), 4, 4));
    expect(d.monge("w1 apply model.w1 small.png x.png").stderr).toMatch(/small.png is 1 x 4 x 4/);
    expect(d.monge("w1 apply model.w1 noise x.npy").stderr).toMatch(/trained to denoise, not to generate/);
    expect(d.monge("w1 apply model.w1 photos x --critics 4").stderr).toMatch(/3 critics, not 4/);
    expect(d.monge("w1 apply model.w1 photos x.jpg").stderr).toMatch(/neither .png nor .npy/);
    const bytes = readFileSync(d.path("model.w1"));
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(d.path("damaged.w1"), bytes);
    expect(d.monge("w1 apply damaged.w1 photos x").stderr).toMatch(/damaged\.w1: .*checksum/);
    expect(d.monge("w1 apply digits.npy photos x").stderr).toMatch(/digits\.npy: .*does not begin/);
    expect(d.monge("w1 apply none.w1 photos x").stderr).toMatch(/none.w1 cannot be read/);
  });
});

describe("monge w1 evaluate", () => {
  it("compares with the input and with tuned baselines", () => {
    const { code, stdout } = d.monge("w1 evaluate model.w1 digits.npy --json --report evaluated.html");
    const { restoration } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(restoration.baselines.map(({ name }: { name: string }) => name.split(" ")[0])).toEqual([
      "Gaussian",
      "Wiener",
    ]);
    expect(restoration.model.psnr).toBeGreaterThan(restoration.given.psnr);
    expect(d.files()).toContain("evaluated.html");
  });

  it("compares collections for generation and translation", () => {
    expect(d.monge("w1 train --target digits.npy --critics 2 --steps 30 --quiet -o generator.w1").code).toBe(0);
    const { comparison } = JSON.parse(d.monge("w1 evaluate generator.w1 digits.npy --json").stdout);
    expect(comparison.after.w1).toBeLessThan(comparison.before.w1);
    expect(comparison.after.feature).toBeLessThan(comparison.before.feature);
    expect(d.monge("w1 apply generator.w1 noise new --count 3 --seed 2").code).toBe(0);
  });

  it("refuses what it cannot judge", () => {
    expect(d.monge("w1 evaluate model.w1 digits.npy --source photos").stderr).toMatch(/6 spoilt pictures and 60 clean/);
    expect(d.monge("w1 evaluate generator.w1 digits.npy --source photos").stderr).toMatch(/starts from noise/);
  });
});

function exists(name: string): boolean {
  return statSync(d.path(name), { throwIfNoEntry: false }) !== undefined;
}
