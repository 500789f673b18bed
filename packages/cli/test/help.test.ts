// Help, version, completion, info: quick, complete, and their examples work as pasted.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { isOtError, type SolveMethod, solve } from "monge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofSentence } from "../src/answer.ts";
import { longName } from "../src/commandRow.ts";
import { commands } from "../src/commands.ts";
import { completionScript } from "../src/completion.ts";
import { exitMeanings } from "../src/exit.ts";
import { timeClass } from "../src/forecast.ts";
import { encodePng } from "../src/plot/png.ts";
import { demoSplats, writeColmap } from "./matchFiles.ts";
import { cloudText, type Desk, desk, type Ending, npy } from "./monge.ts";
import { stripePixels, stripes } from "./pictureFiles.ts";

let d: Desk;

beforeAll(() => {
  const half = (from: number): Uint8Array => {
    const rgb = new Uint8Array(3 * 64);
    rgb.fill(255, from, from + 96);
    return encodePng(rgb, 8, 8);
  };
  d = desk({
    "source.csv": cloudText(40, 2, 1),
    "target.csv": cloudText(30, 2, 2),
    "seven.png": half(0),
    "two.png": half(96),
    "noon.png": encodePng(
      Uint8Array.from({ length: 3 * 256 }, (_, k) => (k * 37) % 256),
      16,
      16,
    ),
    "dusk.png": encodePng(
      Uint8Array.from({ length: 3 * 256 }, (_, k) => (k * k * 11) % 200),
      16,
      16,
    ),
    "C.npy": npy([2, 3], Float64Array.of(0, 1, 2, 1, 0, 1)),
    "a.npy": npy([2], Float64Array.of(0.5, 0.5)),
    "b.npy": npy([3], Float64Array.of(0.5, 0.25, 0.25)),
    "scene.ply": demoSplats(),
    "digits.npy": stripes(40),
    "plants.csv": "plant,Leeds,York,supply\nAston,4,6,30\nDerby,5,3,25\ndemand,25,20,\n",
    "lanes.csv": "from,to,cost\nAston,Leeds,4\nDerby,Leeds,5\n",
    "supplies.csv": "name,amount\nAston,30\nDerby,25\n",
    "demands.csv": "name,amount\nLeeds,25\n",
    "old.csv": "x,y,class\n0,0,p\n0,1,p\n4,0,q\n4,1,q\n",
    "new.csv": "x,y\n1,0\n1,1\n6,0\n6,1\n",
  });
  for (const [group, from] of [
    ["healthy", 0],
    ["ill", 96],
  ] as const) {
    mkdirSync(d.path(group));
    for (const k of [0, 1, 2]) d.write(`${group}/${k}.png`, half(from + 3 * k > 96 ? 96 - 3 * k : from + 3 * k));
    d.write(
      `${group}.npy`,
      npy(
        [3, 8, 8],
        Float64Array.from({ length: 192 }, (_, k) => 1 + ((k + from) % 7)),
      ),
    );
  }
  d.write("sites.csv", "site\nnorth\nnorth\nsouth\nnorth\nsouth\nsouth\n");
  mkdirSync(d.path("photos"));
  for (let k = 0; k < 6; k++) d.write(`photos/${k}.png`, encodePng(stripePixels(k), 8, 8));
  for (const [name, task] of [
    ["model.w1", "--noise 0.4"],
    ["generator.w1", "--task generate"],
  ])
    expect(d.monge(`w1 train --target digits.npy ${task} --critics 1 --steps 2 -o ${name}`).code).toBe(0);
  writeColmap(d.folder);
  const lens = "--camera random-perspective --intrinsics 900,900,640,360 --up 0,0,1 --noise 0.003";
  for (const [seed, name] of ["ellipses", "front", "side"].entries())
    expect(d.monge(`project scene.ply ${lens} --seed ${seed + 1} -o ${name}.csv`).code).toBe(0);
});
afterAll(() => d.clear());

describe("monge --help", () => {
  it("names every command and every exit code", () => {
    const { code, stdout, stderr } = d.process("--help");
    expect([code, stderr]).toEqual([0, ""]);
    for (const { name } of commands) expect(stdout).toContain(`  ${name.split(" ")[0]}`);
    for (const [number, meaning] of exitMeanings) expect(stdout).toContain(`${String(number).padEnd(5)}${meaning}`);
  });

  it.each(commands)("monge $name --help names every option and shows the examples", (command) => {
    const { code, stdout } = d.monge(`${command.name} --help`);
    expect(code).toBe(0);
    for (const option of command.options) expect(stdout).toContain(option.flags);
    for (const { line } of command.examples) expect(stdout).toContain(line);
  });

  it("monge w1 --help names the commands of the group", () => {
    const { code, stdout } = d.monge("w1 --help");
    expect(code).toBe(0);
    for (const { name } of commands.filter((row) => row.name.startsWith("w1 ")))
      expect(stdout).toContain(`  ${name.slice(3)}`);
  });

  it("loads neither the solvers nor the readers", () => {
    // The import graph, not the clock: absolute times mean nothing on a busy machine.
    const bin = new URL("../bin/monge.js", import.meta.url);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(\`
        import { writeSync } from "node:fs";
        export async function load(url, context, next) { writeSync(2, url + "\\\\n"); return next(url, context); }\`));
      process.argv = [process.argv[0], "monge", "solve", "--help"];
      await import(${JSON.stringify(bin.href)});`,
      ],
      { encoding: "utf8" },
    );
    expect(stdout).toContain("--ground");
    expect(stderr).toMatch(/cli\/dist\/main\.js/);
    expect(stderr).not.toMatch(/packages\/monge\/|packages\/io\/|dist\/plot\//);
  });

  // In a shell wherever one is needed, and at least once a command: that it ends by itself is seen in a process only.
  const pasted = commands
    .filter(({ name }) => name !== "completion")
    .flatMap(({ examples }) =>
      examples.map(({ line }, k) => ({ line, shell: k === 0 || !/^monge [\w ./,:=-]+$/.test(line) })),
    );

  it.each(pasted)("the example works as pasted: $line", ({ line, shell }) => {
    const inShell = (): Ending => {
      const alias = `monge() { ${JSON.stringify(process.execPath)} ${JSON.stringify(new URL("../bin/monge.js", import.meta.url).pathname)} "$@"; }`;
      const { status, stdout, stderr } = spawnSync("bash", ["-c", `${alias}\n${line}`], {
        cwd: d.folder,
        encoding: "utf8",
      });
      return { code: status, stdout, stderr };
    };
    const { code, stderr } = shell ? inShell() : d.monge(line.slice("monge ".length));
    expect(stderr).not.toContain("monge:");
    expect(code).toBe(0);
  });
});

describe("monge --version", () => {
  it("prints the version of the package", () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(d.process("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("--method", () => {
  it("offers what the library knows", () => {
    const choices = commands[0].options.find((option) => longName(option) === "method")?.choices ?? [];
    for (const method of choices) {
      try {
        solve([[0], [1]], [[2], [3]], { method: method as SolveMethod });
      } catch (error) {
        // An engine that refuses this problem exists; one that is unknown would be an InvalidValue.
        expect(isOtError(error, "Unsupported")).toBe(true);
      }
    }
    expect(() => solve([[0], [1]], [[2], [3]], { method: "magic" as SolveMethod })).toThrow(/magic/);
  });
});

describe("monge completion", () => {
  it.each(["bash", "zsh", "fish"])("%s: knows every option", (shell) => {
    const script = completionScript(shell);
    for (const option of commands.flatMap(({ options }) => options)) expect(script).toContain(longName(option));
    expect(d.monge(`completion ${shell}`)).toEqual({ code: 0, stdout: script, stderr: "" });
  });

  it("bash completes options and their values", () => {
    const ask = (...typed: string[]): string[] => {
      const setup = `COMP_WORDS=(${typed.map((word) => JSON.stringify(word)).join(" ")}); COMP_CWORD=${typed.length - 1}; _monge; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = spawnSync("bash", ["-c", `${completionScript("bash")}\n${setup}`], {
        encoding: "utf8",
        cwd: d.folder,
      });
      return stdout.trim().split("\n");
    };
    expect(ask("monge", "so")).toEqual(["solve"]);
    expect(ask("monge", "w1", "tr")).toEqual(["train"]);
    expect(ask("monge", "w1", "train", "--task", "")).toEqual(["denoise", "deblur", "generate", "translate"]);
    expect(ask("monge", "w1", "apply", "--cri")).toEqual(["--critics"]);
    expect(ask("monge", "solve", "--gro")).toEqual(["--ground"]);
    expect(ask("monge", "solve", "--mass", "")).toEqual(["normalize", "keep"]);
    expect(ask("monge", "solve", "sour")).toEqual(["source.csv"]);
  });
});

describe("monge info", () => {
  it("says what files hold and how they would be solved", () => {
    const { code, stdout, stderr } = d.monge("info source.csv target.csv");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/holds +40 points in 2 dimensions +x0, x1/);
    expect(stdout).toMatch(/weights +none +every point weighs 1\/n/);
    expect(stdout).toMatch(/atoms +40 × 30/);
    expect(stdout).toMatch(/time +an instant/);
  });

  it("forecasts the method that solve then uses", () => {
    for (const files of ["source.csv target.csv", "source.csv source.csv", "seven.png two.png"]) {
      const { solving } = JSON.parse(d.monge(`info ${files} --json`).stdout);
      expect(solving.method).toBe(JSON.parse(d.monge(`solve ${files} --json`).stdout).method);
      expect(solving.bytes).toBeGreaterThan(0);
    }
  });

  it("reads standard input", () => {
    const { stdout } = d.monge("info -", "x,y,weight\n0,0,1\n1,1,3\n");
    expect(stdout).toMatch(/^standard input\n/);
    expect(stdout).toMatch(/holds +2 points in 2 dimensions +x, y/);
    expect(stdout).toMatch(/weights +total 4 \(weight\) +from 1 to 3, none of them 0/);
  });

  it("says why two files cannot be solved against each other", () => {
    d.write("cube.csv", cloudText(5, 3, 7));
    expect(d.monge("info source.csv cube.csv").stdout).toMatch(/2 and 3 coordinates a point.*--columns/);
  });

  it("timeClass(seconds) grows with the time", () => {
    expect([0, 0.5, 5, 60, 600, 1e4, 1e6].map(timeClass)).toEqual([
      "an instant",
      "less than a second",
      "seconds",
      "about a minute",
      "minutes",
      "hours",
      "days",
    ]);
  });
});

describe("colours", () => {
  it("are off in a pipe and under NO_COLOR, on under FORCE_COLOR", () => {
    expect(d.process("solve source.csv target.csv").stdout).not.toContain("\u001b[");
    expect(d.process("solve source.csv target.csv", "", { FORCE_COLOR: "1" }).stdout).toContain("\u001b[");
    expect(d.process("solve source.csv target.csv", "", { FORCE_COLOR: "1", NO_COLOR: "1" }).stdout).not.toContain(
      "\u001b[",
    );
  });
});

describe("proofSentence(certificate)", () => {
  const certificate = {
    kind: "duality",
    problem: "exact",
    primal: 3,
    dual: 3,
    gap: 0,
    relativeGap: 0,
    primalResidual: 0,
    dualInfeasibility: 0,
  } as const;

  it("claims optimality only if the gap is closed and the mass in place", () => {
    expect(proofSentence(certificate)).toMatch(/^No plan can cost less than 3: .* costs just that\.$/);
    expect(proofSentence({ ...certificate, dual: 2, gap: 1, relativeGap: 1 / 3 })).toBe(
      "No plan can cost less than 2; this one costs 3, at most 50 % above the optimum.",
    );
    expect(proofSentence({ ...certificate, primal: 0, dual: -1e-19, gap: 1e-19, relativeGap: Infinity })).toBe(
      "This plan costs 0, and the potentials prove that none costs less, up to a gap of 1e-19.",
    );
    expect(proofSentence({ ...certificate, primalResidual: 0.1 })).toMatch(/leaves 10 % of the mass misplaced/);
  });
});
