// npm start: the demo runs, proves its answer, writes its report, and every command that it proposes works as pasted.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const report = join(root, "monge-report.html");

it("npm start transports one digit onto another and says what to try next", () => {
  rmSync(report, { force: true });
  const { status, stdout } = spawnSync(process.execPath, ["tools/start.mjs"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(0);
  expect(stdout).toMatch(/t = 0 +t = 0\.5 +t = 1/);
  expect(stdout).toMatch(/distance +4\.599\d* +W₂/);
  expect(stdout).toMatch(/No plan can cost less than 21\.154\d*: the potentials prove it/);
  expect(stdout).not.toContain("\u001b[");
  expect(existsSync(report)).toBe(true);
  expect(readFileSync(report, "utf8")).toContain("Why this answer is right");

  const proposals = [...stdout.matchAll(/^ {2}(npx .*)$/gm)].map(([, line]) => line);
  expect(proposals).toHaveLength(5);
  for (const line of proposals) {
    const { status, stdout, stderr } = spawnSync(line, { cwd: root, encoding: "utf8", shell: true });
    expect([line, status, stderr.includes("monge:")]).toEqual([line, 0, false]);
    expect(stdout.length).toBeGreaterThan(20);
  }
});
