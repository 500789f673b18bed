// Every example runs and says what it claims.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";

/** What must be among the lines that an example prints. */
const claims: Readonly<Record<string, readonly RegExp[]>> = {
  "allocation.ts": [
    /^Aston ships 10 to Leeds$/,
    /^cost 365, unmet 10 at 200$/,
    /^one more at Derby changes the cost by -\d+$/,
    /^proved optimal: true$/,
  ],
  "assignment.ts": [
    /^3 hours in all$/,
    /^worker 0 does task 1 in 1$/,
    /^worker 1 does task 0 in 2$/,
    /^task 2 stays undone$/,
  ],
  "barycenter.ts": [
    /^converged; within 1e-4 of the least value$/,
    /^its coordinates: 0\.10 0\.20 0\.30 0\.40$/,
    /^of cells 0, 3 and 9: cell 4, value 14$/,
    /points \[2,0,5,0,2,1,5,1\]$/,
  ],
  "colors.ts": [
    /^\d+ colours: W2 from 0\.1\d+ to 0\.0\d+$/,
    /95 % or more: true$/,
    /within 30 %: true$/,
    /leaves \d\d %$/,
  ],
  "morph.ts": [
    /^24 frames; light moves \d\.\d\d pixels/,
    /^no light is lost on the way: true$/,
    /with the pictures: true$/,
    /less is paid: true$/,
  ],
  "register.ts": [/^turn \d\d degrees/, /^within 2 degrees of 65: true$/, /^W2 from /, /below a third: true$/],
  "cohorts.ts": [
    /^190 exact problems, proved to 1e-12: true$/,
    /^energy of W2: p = 0\.00\d+$/,
    /^nearest neighbour: \d+ % right/,
    /\+\+/,
  ],
  "differencePicture.ts": [
    /^left half: [1-9]\d* % of the ink, right half: -[1-9]\d* %$/,
    /^W2 between the means \d\.\d pixels, the barycenters \d\.\d$/,
    /^beyond 4 standard errors: [1-9]\d+ of 784 pixels$/,
  ],
  "denoise.ts": [
    /^critic 1: W1 is \d+\.\d\d, /,
    /^W1 fell by half: true$/,
    /^gains more than 3 dB, and more than the best blur: true$/,
  ],
  "digits.ts": [/^W2 = [\d.]+ pixels, optimal by \w+$/, /^gap /, /^100 % of pixel|^\d+ % of pixel/],
  "discretePotential.ts": [
    /^W1 = \d\.\d+$/,
    /is W1 to 1e-12: true$/,
    /targets to 1e-12: true$/,
    /^after one step of the mean length W1 = 0\.\d+$/,
  ],
  "divergence.ts": [
    /^its divergence from itself: 0$/,
    /^ 0\.0\d\d from the same law$/,
    /^ 1\.0\d\d from shifted by 1$/,
    /^proved: gap below 1e-7: true, marginals to 1e-8: true$/,
  ],
  "domainAdaptation.ts": [/^without adaptation: 0\.\d+$/, /^sinkhorn: (1\.00|0\.9\d)$/, /^groupLasso: (1\.00|0\.9\d)$/],
  "entropicMap.ts": [/^\(0,0\) goes to \((1\.9|2\.0)\d, /, /^there and back ends within 0\.3: true$/],
  "forbidden.ts": [/^stuck: rows 0, 1; all they may reach: columns 0$/, /^0 uses 0$/, /^1 uses 1$/, /^2 uses 2$/],
  "gaussians.ts": [
    /^W2 = 3\.3016$/,
    /^the map transports: true$/,
    /^proved to 1e-5 of its value$/,
    /^epsilon 100: 18\.8/,
    /^0\.5 from component 1 to 1$/,
    /^halfway there are 3 components$/,
  ],
  "fusedGromov.ts": [
    /^alpha 0: elements 0\.083, structure 0\.833$/,
    /^ {2}C0 to C1: 0\.250$/,
    /^alpha 1: elements 0\.583/,
  ],
  "gradient.ts": [/^step 0: 7\.\d+$/, /^step 3: 0\.00\d+$/, /^step 10: 0\.0000\d$/],
  "quantizedGromov.ts": [
    /^\{"within":"line"\}: converged, cost [\d.]+, \d+ entries$/,
    /^\{"within":"anchors"\}: converged, cost 0\.\d+, \d+ entries$/,
    /^\{"refine":5\}: converged, cost 0\.\d+, 10000 entries$/,
    /^ {2}points end 0\.0\d from their place$/,
  ],
  "coOptimal.ts": [
    /^converged: 120 of 120 people, 15 of 15 questions$/,
    /^mean squared difference 0\.01\d+, that of the noise is 0\.01$/,
    /improved: true$/,
  ],
  "gromov.ts": [
    /^converged: 1000 of 1000 points found, from 5 starts$/,
    /2 x 3 numbers/,
    /1e-4: true, gap below 1e-6: true$/,
  ],
  "images.ts": [
    /^converged by sinkhorn over separable grid/,
    /^root of <P, C> = \d+\.\d+ pixels$/,
    /1e-10: true$/,
    /^certified: true$/,
    /^\(30, 18\) goes to /,
  ],
  "largeClouds.ts": [
    /^converged by newton over near pairs$/,
    /1e-6: true$/,
    /1e-6: true$/,
    /^the first point goes to \((2|3)\./,
  ],
  "limits.ts": [
    /^to the end: optimal/,
    /^after 200 iterations: maxIterations/,
    /^by a condition: stopped/,
    /^by hand, after one step: stopped/,
  ],
  "lowRank.ts": [/^cost 14\.\d+ after \d+ iterations; the cost is of rank 4/, /^\d+ % of the mass goes from around \(/],
  "matrix.ts": [/^value 0\.300000, optimal$/, /^0\.2 from 2 to 1$/, /gap below 1e-15: true$/],
  "mixtureReduction.ts": [
    /^converged: 20000 Gaussians as 200$/,
    /^moments are kept to 1e-12: true$/,
    /^moving single Gaussians gains less than 1 %: true$/,
    /^MW2 to its mirror image: \d\.\d+, optimal$/,
  ],
  "partial.ts": [
    /^60 units moved, 0 to strays$/,
    /^gap below 1e-12: true$/,
    /^54 units are worth 0\.01 each$/,
    /^under KL 59\.9 units move, optimal by activeSet$/,
    /^1, 2, 3 pairs cost 0\.5, 1\.5, 5\.5$/,
  ],
  "points.ts": [/^W2 = \d\.\d+ by \w+: /, /relative gap below 1e-9: true$/],
  "regularised.ts": [
    /^converged by newton, sparse$/,
    /^dearer than the exact plan: true$/,
    /^fewer targets mix classes than under squares: true$/,
    /^proved to 1e-8: true$/,
    /^converged by conditionalGradient, proved: true$/,
  ],
  "semidiscrete.ts": [
    /^W2 = \d\.\d+ pixels, optimal after \d+ steps$/,
    /to 1e-9: true$/,
    /below 1e-9: true$/,
    /^after ten moves W2 = 1\.\d+ pixels$/,
  ],
  "sampleStatistics.ts": [/^equal laws: W2 = /, /^shifted: energy/, /^p = 0\.00\d$/, /^alarm at batch 6$/],
  "severalViews.ts": [
    /^converged: 2\d\d nats of evidence$/,
    /^view 1: (\d+) of \1 links are right$/,
    /^view 2: (\d+) of \1 links are right$/,
  ],
  "sliced.ts": [
    /^SW2 = 1\.\d+ \+- 0\.0\d+$/,
    /^max-sliced 2\.\d+ along/,
    /^W2 is in \[/,
    /within 5 % of W2: true$/,
    /^a stray point: \d+\.\d when it has to be reached, 0\.0\d\d when .* it keeps 0\.000000$/,
  ],
  "splats.ts": [/^400 splats of ply, W2 = 1\.4\d\d to the other scene$/, /^9\d % of the opacity keeps its colour$/],
  "unbalancedImages.ts": [
    /^converged by sinkhorn over separable grid$/,
    /^moved: 8\d % of the light$/,
    /^half of it moved: 0\.500$/,
    /^converged; another 30 pixels on it is larger: true$/,
  ],
  "unbalanced.ts": [/^converged: the outlier keeps 0\.000/, /^moved 2\.000$/, /^gap below 1e-6: true$/],
  "w1Map.ts": [
    /^Transports points of 2 coordinates by 4 critics/,
    /^within 0\.1 of that: true; nearly the shortest way: true$/,
    /at \(1, 0\): true$/,
  ],
  "wasserstein1d.ts": [/^W1 = [12]\.\d+$/, /^W2 = 2\.\d+, of the normal laws 2\.062$/, / goes to /],
  "workers.ts": [/^10 pairs, 10 converged$/, /^the same bits as here: true$/, /^aborted: no longer needed$/],
};

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));

afterEach(() => vi.restoreAllMocks());

describe("examples", () => {
  it("are all claimed here", () => expect(Object.keys(claims).sort()).toEqual(files.sort()));

  it("are all shown in docs/guide/examples.md", () => {
    const page = readFileSync(new URL("../docs/guide/examples.md", import.meta.url), "utf8");
    for (const name of files) expect(page).toContain(`(../../examples/${name})`);
  });

  it.each(files)("%s runs and prints what it claims", async (name) => {
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
    await import(/* @vite-ignore */ `${folder}${name}`);
    for (const claim of claims[name]) expect(printed.join("\n")).toMatch(new RegExp(claim.source, "m"));
  });
});
