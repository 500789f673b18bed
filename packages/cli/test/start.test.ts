// npm start: the demo runs, finds what was planted, proves its answers, writes its reports, and every command that it proposes works as pasted.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const reports = ["monge-match.html", "monge-report.html"].map((name) => join(root, name));

it("npm start finds a secret camera, transports one digit onto another, and says what to try next", () => {
  for (const report of reports) rmSync(report, { force: true });
  const { status, stdout } = spawnSync(process.execPath, ["tools/start.mjs"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(0);
  expect(stdout).toMatch(/status +converged: one pose, beyond doubt/);
  expect(stdout).toMatch(/no other links at this camera are worth more than these/);
  const [, degrees, right, links, all] =
    /off by ([\d.]+) degrees, (\d+) of (\d+) links are right, of (\d+)/.exec(stdout) ?? [];
  expect(Number(degrees)).toBeLessThan(1);
  expect(Number(right)).toBeGreaterThanOrEqual(0.95 * Number(links));
  expect(Number(right)).toBeGreaterThanOrEqual(0.9 * Number(all));
  expect(stdout).toMatch(/t = 0 +t = 0\.5 +t = 1/);
  expect(stdout).toMatch(/distance +4\.599\d* +W₂/);
  expect(stdout).toMatch(/No plan can cost less than 21\.154\d*: the potentials prove it/);
  expect(stdout).not.toContain("\u001b[");
  expect(reports.every((report) => existsSync(report))).toBe(true);
  expect(readFileSync(reports[0], "utf8")).toContain("What was found, and what is proved");
  expect(readFileSync(reports[1], "utf8")).toContain("Why this answer is right");

  const proposals = [...stdout.matchAll(/^ {2}(npx .*)$/gm)].map(([, line]) => line);
  expect(proposals).toHaveLength(5);
  for (const line of proposals) {
    const { status, stdout, stderr } = spawnSync(line, { cwd: root, encoding: "utf8", shell: true });
    expect([line, status, stderr.includes("monge:")]).toEqual([line, 0, false]);
    expect(stdout.length).toBeGreaterThan(20);
  }
});
