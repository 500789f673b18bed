// The package as its users get it: packed, and unpacked into the node_modules of an empty project.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** An empty project with the packed `monge` installed; `remove` deletes it. */
export interface PackedProject {
  readonly folder: string;
  remove(): void;
}

/** Packs `monge` and unpacks it as an installer would, without a registry: it has no dependencies. */
export function packedProject(): PackedProject {
  const folder = mkdtempSync(join(tmpdir(), "monge-packed-"));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["pack", "--pack-destination", folder], { cwd: packageFolder, stdio: "pipe" });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack wrote no tarball");
  const target = join(folder, "node_modules/monge");
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, tarball), "-C", target, "--strip-components=1"]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
