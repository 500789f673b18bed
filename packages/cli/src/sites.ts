// The sites of images from a table: a column `site`, rows in the order of the images, or matched by a column `name`.
import { readFile } from "node:fs/promises";
import { UsageError } from "./exit.ts";

/** The site of each image. */
export async function readSites(path: string, names: readonly string[]): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError(`--site ${path} cannot be read.`, "Name a .csv file with a column site.");
  });
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  const head = (rows[0] ?? []).map((cell) => cell.toLowerCase());
  const [atSite, atName] = [head.indexOf("site"), head.indexOf("name")];
  if (atSite < 0) throw new UsageError(`--site ${path} has no column site.`, "Name the column in the first row.");
  const body = rows.slice(1);
  if (atName < 0) {
    if (body.length === names.length) return body.map((row) => row[atSite] ?? "");
    throw new UsageError(
      `--site ${path} has ${body.length} rows for ${names.length} images.`,
      "Give one row for each image, those of the first group first, or a column name.",
    );
  }
  const sites = new Map(body.map((row) => [row[atName], row[atSite] ?? ""]));
  return names.map((name) => {
    const site = sites.get(name);
    if (site !== undefined) return site;
    throw new UsageError(`--site ${path} has no row for ${name}.`, "Give the site of each image.");
  });
}
