// Tables of numbers as text: CSV, TSV, blanks; quoted cells by papaparse, everything else checked here.
// A first row without any number is the header; so is a last leading comment with as many cells (numpy.savetxt writes that).
import { OtError } from "monge";
import { type Bytes, readAll } from "./bytes.ts";
import { chooseColumns } from "./columns.ts";
import { isMissing, parseNumber } from "./decimal.ts";
import { corrupt } from "./limits.ts";
import { numberList } from "./numberList.ts";
import type { ParseOptions } from "./options.ts";
import type { Reader } from "./reader.ts";
import type { Table } from "./table.ts";
import { decodeText } from "./text.ts";

export const csvReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    const text = decodeText(await readAll(bytes, options.maxBytes), bytes.name);
    const rows = await readRows(text, bytes.name, options);
    const width = rows.columns?.length ?? rows.width;
    if (rows.lines.length === 0) throw corrupt(bytes.name, "holds no row of numbers", rows.lines.length);
    const { data } = rows;
    const place = (row: number): string => `${bytes.name}, line ${rows.lines[row]}`;
    const shared = { dtype: "text", nature: "points", delimiter: rows.delimiter, place } as const;
    if (rows.columns === undefined) {
      if (typeof options.weights === "string" || options.columns !== undefined) chooseColumns([], options, bytes.name);
      return { ...shared, data, shape: [rows.lines.length, width] };
    }
    const { coordinates, weights } = chooseColumns(rows.columns, options, bytes.name);
    const names = rows.columns;
    const unnamed = coordinates.find((k) => names[k] === "");
    if (unnamed !== undefined && !options.allColumns) throw unnamedColumn(bytes.name, unnamed, names);
    const columns = coordinates.map((k) => names[k]);
    const shape = [rows.lines.length, coordinates.length];
    const table = { ...shared, data: pick(data, width, coordinates), shape, columns };
    if (weights < 0) return table;
    return { ...table, weights: { name: names[weights], data: pick(data, width, [weights]) } };
  },
  peek: async () => null,
};

interface Rows {
  readonly data: Float64Array;
  /** Line of each row in the file, from 1. */
  readonly lines: readonly number[];
  readonly width: number;
  readonly columns: readonly string[] | undefined;
  readonly delimiter: string;
}

async function readRows(text: string, name: string, options: ParseOptions): Promise<Rows> {
  const delimiter = checkDelimiter(options.delimiter) ?? guessDelimiter(text);
  const numbers = numberList();
  const lines: number[] = [];
  let columns: string[] | undefined;
  let comment: string[] | undefined;
  let width = -1;
  await eachRow(text, name, delimiter, (raw, line) => {
    const cells = raw.map((cell) => cell.trim());
    if (cells.length === 1 && cells[0] === "") return;
    if (cells[0].startsWith("#")) {
      if (lines.length === 0) comment = [cells[0].slice(1).trim(), ...cells.slice(1)].filter((cell) => cell !== "");
      return;
    }
    if (lines.length === 0 && columns === undefined && isHeader(cells, name, line, options.header)) {
      columns = cells;
      width = cells.length;
      return;
    }
    if (width < 0) width = cells.length;
    if (cells.length !== width) throw ragged(name, line, cells.length, width);
    for (let k = 0; k < width; k++) numbers.push(cellValue(cells[k], columns?.[k] ?? `column ${k + 1}`, name, line));
    lines.push(line);
  });
  const named =
    options.header === undefined &&
    comment?.length === width &&
    comment.every((cell) => parseNumber(cell) === undefined);
  return { data: numbers.values(), lines, width, columns: columns ?? (named ? comment : undefined), delimiter };
}

/** Hands over the cells of each row with its line. */
export async function eachRow(
  text: string,
  name: string,
  delimiter: string,
  use: (cells: string[], line: number) => void,
): Promise<void> {
  let line = 1;
  const content = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  if (delimiter === " ") {
    for (const row of content.split("\n")) use(row.trim().split(/\s+/), line++);
    return;
  }
  const { default: papa } = await import("papaparse");
  papa.parse<string[]>(content, {
    delimiter,
    newline: "\n",
    step: ({ data, errors }) => {
      const quotes = errors.find((error) => error.type === "Quotes");
      if (quotes !== undefined)
        throw corrupt(`${name}, line ${line}`, "breaks its quotes", quotes.code, "Close every quoted cell.");
      use(data, line);
      line += 1 + data.reduce((count, cell) => count + (cell.includes("\n") ? cell.split("\n").length - 1 : 0), 0);
    },
  });
}

function checkDelimiter(delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || (delimiter.length === 1 && !/[\r\n"\ufeff\d.+-]/.test(delimiter))) return delimiter;
  throw new OtError("InvalidValue", `options.delimiter is ${JSON.stringify(delimiter)}.`, {
    argument: "options.delimiter",
    seen: delimiter,
    cure: "Pass one character that no number contains.",
  });
}

/**
 * From the first line with content: tab, semicolon, bar or comma, whichever it has first in this order, else blanks. A semicolon
 * goes before a comma, which may be decimal. (papaparse guesses too, but blank lines mislead it for two columns.)
 */
export function guessDelimiter(text: string): string {
  const first = /^(?![ \t]*(#|\r|\n|$)).*$/m.exec(text.slice(0, 1 << 16))?.[0] ?? "";
  const bare = first.replace(/"[^"]*"?/g, "");
  const found = ["\t", ";", "|", ","].find((delimiter) => bare.includes(delimiter));
  return found ?? (bare === first && /\S\s+\S/.test(first) ? " " : ",");
}

function isHeader(cells: readonly string[], name: string, line: number, asked: boolean | undefined): boolean {
  if (asked !== undefined) return asked;
  const words = cells.filter((cell) => cell !== "" && parseNumber(cell) === undefined);
  const numbers = cells.filter((cell) => parseNumber(cell) !== undefined && !isMissing(cell));
  if (words.length === 0 || numbers.length === 0) return words.length > 0;
  throw new OtError(
    "InvalidValue",
    `${name}, line ${line} mixes numbers and words (${JSON.stringify(words[0].slice(0, 40))}).`,
    {
      argument: `${name}, line ${line}`,
      seen: words[0],
      cure:
        decimalCure(words[0]) ??
        "Correct the word, or say with options.header whether the first row names the columns.",
    },
  );
}

function cellValue(cell: string, column: string, name: string, line: number): number {
  const value = parseNumber(cell);
  if (value !== undefined && !Number.isNaN(value)) return value;
  const shown = cell === "" ? "empty" : JSON.stringify(cell.slice(0, 40));
  throw new OtError("InvalidValue", `${name}, line ${line}: ${column} is ${shown}, not a number.`, {
    argument: `${name}, line ${line}`,
    seen: cell,
    cure: decimalCure(cell) ?? "Write a number there, or remove the row or the column.",
  });
}

function decimalCure(cell: string): string | undefined {
  return /^-?\d+,\d+$/.test(cell) ? "Write decimal points, not decimal commas." : undefined;
}

function ragged(name: string, line: number, seen: number, width: number): OtError {
  return new OtError("InvalidShape", `${name}, line ${line} has ${seen} cells, the rows before it have ${width}.`, {
    argument: `${name}, line ${line}`,
    seen,
    cure: "Give every row as many cells, or name the right options.delimiter.",
  });
}

function unnamedColumn(name: string, column: number, names: readonly string[]): OtError {
  return new OtError(
    "InvalidValue",
    `Column ${column + 1} of ${name} has no name: it may be an index or a coordinate.`,
    {
      argument: name,
      seen: "",
      cure: `Name it, or list the coordinates in options.columns (${names.filter((each) => each !== "").join(", ")}).`,
    },
  );
}

function pick(data: Float64Array, width: number, columns: readonly number[]): Float64Array {
  if (columns.length === width && columns.every((column, k) => column === k)) return data;
  const rows = data.length / width;
  const out = new Float64Array(rows * columns.length);
  for (let i = 0, k = 0; i < rows; i++) for (const column of columns) out[k++] = data[i * width + column];
  return out;
}
