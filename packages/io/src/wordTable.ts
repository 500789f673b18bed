// A table of text with named columns: what files hold that are not numbers alone (names, classes, empty cells).
import { OtError } from "monge";
import { readAll } from "./bytes.ts";
import { parseNumber } from "./decimal.ts";
import { corrupt } from "./limits.ts";
import { type Source, withBytes } from "./source.ts";
import { decodeText } from "./text.ts";

/** A table of cells. */
export interface WordTable {
  readonly name: string;
  /** Of the first row, in the spelling of the file. */
  readonly columns: readonly string[];
  /** The other rows, blanks around cells removed. */
  readonly rows: readonly (readonly string[])[];
  /** Where row i stands, for errors: `FILE, line 12`. */
  place(row: number): string;
}

/** Options of {@link readWordTable}. */
export interface WordTableOptions {
  /** One character between cells, or `" "` for any run of blanks. Default: detected. */
  readonly delimiter?: string;
  /** Refuse what would take more bytes than this. Default 2 GiB (2^31). */
  readonly maxBytes?: number;
}

/**
 * Reads a CSV file whose first row names its columns. Blank lines and lines that start with # are passed over.
 *
 * Throws `OtError`: `CorruptFile` (empty, broken quotes), `InvalidShape` (ragged), `InvalidValue` (two columns of a name).
 */
export async function readWordTable(source: Source, options: WordTableOptions = {}): Promise<WordTable> {
  return withBytes(source, options.maxBytes, async (bytes) => {
    const { eachRow, guessDelimiter } = await import("./csv.ts");
    const text = decodeText(await readAll(bytes, options.maxBytes), bytes.name);
    const lines: number[] = [];
    const rows: string[][] = [];
    await eachRow(text, bytes.name, options.delimiter ?? guessDelimiter(text), (raw, line) => {
      const cells = raw.map((cell) => cell.trim());
      if (cells[0].startsWith("#") || (cells.length === 1 && cells[0] === "")) return;
      if (rows.length > 0 && cells.length !== rows[0].length) {
        throw new OtError(
          "InvalidShape",
          `${bytes.name}, line ${line} has ${cells.length} cells, the first row has ${rows[0].length}.`,
          { argument: `${bytes.name}, line ${line}`, seen: cells.length, cure: "Give every row as many cells." },
        );
      }
      rows.push(cells);
      lines.push(line);
    });
    if (rows.length < 2) throw corrupt(bytes.name, "holds no row below the names of its columns", rows.length);
    const [columns, ...rest] = rows;
    const twice = columns.find((column, k) => columns.indexOf(column) < k);
    if (twice !== undefined) {
      throw new OtError("InvalidValue", `${bytes.name} has two columns called ${JSON.stringify(twice)}.`, {
        argument: bytes.name,
        seen: twice,
        cure: "Give each a name of its own.",
      });
    }
    return { name: bytes.name, columns, rows: rest, place: (row) => `${bytes.name}, line ${lines[row + 1]}` };
  });
}

/** The place of a column. Throws `InvalidValue` with what there is. */
export function columnOf({ name, columns }: WordTable, wanted: string): number {
  const at = columns.indexOf(wanted);
  if (at >= 0) return at;
  throw new OtError("InvalidValue", `${name} has no column ${JSON.stringify(wanted)}.`, {
    argument: name,
    seen: wanted,
    cure: `Name one of ${columns.join(", ")}.`,
  });
}

/** The number in a cell. Throws `InvalidValue` with its place. */
export function numberIn(table: WordTable, row: number, column: number): number {
  const cell = table.rows[row][column];
  const value = parseNumber(cell);
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new OtError(
    "InvalidValue",
    `${table.place(row)}: ${table.columns[column]} is ${cell === "" ? "empty" : JSON.stringify(cell.slice(0, 40))}, not a number.`,
    { argument: table.place(row), seen: cell, cure: "Write a finite number there." },
  );
}
