// npm run bench -- exact [--case REGEX] [--runs N] [--quick] [--full] [--no-peers]; npm run bench -- report
// npm run bench -- potential-imaging [--case REGEX] [--seeds K] [--photographs FOLDER --validation FOLDER] [--pictures]
// npm run bench -- potential-speed [--case REGEX] [--rounds N] [--no-peers]
// npm run bench -- potential [--case REGEX] [--seeds N]
// npm run bench -- matching [--case REGEX] [--runs N] [--scene FILE] [--seed N] [--time]
// npm run bench -- cohort --images FILE.npz [--group N] [--rounds N] [--resume FOLDER]
// npm run bench -- adapt [--case REGEX] [--runs N] [--no-peers]
// npm run bench -- images [--runs N] [--no-peers]
// Builds what is stale, makes the peers' virtual environment (pinned), runs the benchmarks, writes bench/results and its page in docs/benchmarks.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const peers = join(root, "bench/peers");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const python = join(peers, ".venv/bin/python");

/** Whether the environment has these requirements already; if not, `record` notes that it has them now. */
function stampOf(name, requirements) {
  const path = join(peers, ".venv", `${name}.sha256`);
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  return {
    fresh: existsSync(path) && readFileSync(path, "utf8") === hash,
    record: () => writeFileSync(path, hash),
  };
}

const pip = (requirements) =>
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);

/** Makes bench/peers/.venv, anew where requirements.txt changed since. */
function makePeers() {
  const requirements = join(peers, "requirements.txt");
  const { fresh, record } = stampOf("requirements", requirements);
  if (fresh) return;
  rmSync(join(peers, ".venv"), { recursive: true, force: true });
  console.log("Installing the peers (Python) into bench/peers/.venv; --no-peers does without them.");
  run(process.env.PYTHON ?? "python3", ["-m", "venv", join(peers, ".venv")]);
  pip(requirements);
  record();
}

/** Installs the peers of critics' steps, apart from the product's dependencies; PyTorch (some gigabytes) joins the environment of the Python peers. */
function makeCriticPeers() {
  const folder = join(peers, "critics");
  if (!existsSync(join(folder, "node_modules"))) {
    console.log("Installing the peers (npm) into bench/peers/critics; --no-peers does without them.");
    run("npm", ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]);
  }
  const requirements = join(folder, "requirements.txt");
  const { fresh, record } = stampOf("critics", requirements);
  if (fresh) return;
  console.log("Installing PyTorch into bench/peers/.venv; --no-peers does without it.");
  pip(requirements);
  record();
}

/** Families with a runner of their own, and what they install first. */
const runners = {
  // Nobody to compare with: poses are planted and found again.
  matching: { script: "bench/matching/run.ts", peers: [] },
  adapt: { script: "bench/adapt/run.ts", peers: [makePeers] },
  cohort: { script: "bench/cohort/run.ts", peers: [makePeers] },
  images: { script: "bench/images/run.ts", peers: [makePeers] },
  // Pairs of laws whose distance is known.
  potential: { script: "bench/potential/run.ts", peers: [] },
  "potential-imaging": { script: "bench/potential/imaging.ts", peers: [] },
  "potential-speed": { script: "bench/potentialSpeed/run.ts", peers: [makePeers, makeCriticPeers] },
};

const args = process.argv.slice(2);
run(process.execPath, [join(root, "tools/ready.mjs")]);
if (args[0] !== "report") {
  const { script, peers } = runners[args[0]] ?? { script: "bench/run.ts", peers: [makePeers] };
  if (!args.includes("--no-peers")) for (const make of peers) make();
  const rest = args[0] in runners ? args.slice(1) : args;
  run(process.execPath, ["--import", "tsx", join(root, script), ...rest]);
}
run(process.execPath, ["--import", "tsx", join(root, "bench/report.ts")]);
