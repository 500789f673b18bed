// Allocation problems in tables. One table: a row a supply, a column a demand, the costs between them, amounts in the last column and the last row;
// an empty cell is a forbidden lane, `4 <= 10` a cost of 4 with room for 10. Or three: lanes, supplies and demands.
import { type AllocationProblem, type Demand, type Lane, OtError, type Supply } from "monge";
import type { Source } from "./source.ts";
import { columnOf, numberIn, readWordTable, type WordTable, type WordTableOptions } from "./wordTable.ts";

/** Files of an allocation problem as lists. */
export interface AllocationLists {
  /** Columns `from,to,cost`, perhaps `capacity`. */
  readonly lanes: Source;
  /** Columns `name,amount`. */
  readonly supplies: Source;
  /** Columns `name,amount`, perhaps `unmet_cost`. */
  readonly demands: Source;
}

/**
 * Reads an allocation problem from one table, or from three lists.
 *
 * The table: its first cell names nothing, the other names of columns are demands but for the last, `supply`; each row is a supply with its costs and
 * its amount; the row `demand` holds what is wanted, and a row `unmet cost`, if there is one, what a missing unit costs (empty: it must come).
 *
 * Throws `OtError`: as {@link readWordTable}, and `InvalidValue` for cells that are neither numbers nor empty, with their line.
 */
export async function readAllocation(
  from: Source | AllocationLists,
  options: WordTableOptions = {},
): Promise<AllocationProblem> {
  if (typeof from === "object" && "lanes" in from) {
    const [lanes, supplies, demands] = await Promise.all(
      [from.lanes, from.supplies, from.demands].map((source) => readWordTable(source, options)),
    );
    return { lanes: lanesOf(lanes), supplies: sitesOf(supplies), demands: demandsOf(demands) };
  }
  return tableau(await readWordTable(from, options));
}

function sitesOf(table: WordTable): Supply[] {
  const [name, amount] = [columnOf(table, "name"), columnOf(table, "amount")];
  return table.rows.map((cells, row) => ({ name: cells[name], amount: numberIn(table, row, amount) }));
}

function demandsOf(table: WordTable): Demand[] {
  const cost = table.columns.indexOf("unmet_cost");
  return sitesOf(table).map((site, row) =>
    cost < 0 || table.rows[row][cost] === "" ? site : { ...site, unmetCost: numberIn(table, row, cost) },
  );
}

function lanesOf(table: WordTable): Lane[] {
  const [from, to, cost] = ["from", "to", "cost"].map((name) => columnOf(table, name));
  const capacity = table.columns.indexOf("capacity");
  return table.rows.map((cells, row) => ({
    from: cells[from],
    to: cells[to],
    cost: numberIn(table, row, cost),
    ...(capacity >= 0 && cells[capacity] !== "" && { capacity: numberIn(table, row, capacity) }),
  }));
}

const [supplyWord, demandWord, unmetWord] = ["supply", "demand", "unmet cost"];

function tableau(table: WordTable): AllocationProblem {
  const { columns, rows, name } = table;
  const last = columns.length - 1;
  const rowOf = (word: string): number =>
    rows.findIndex(([first]) => first.toLowerCase().replaceAll("_", " ") === word);
  const wanted = rowOf(demandWord);
  if (columns[last].toLowerCase() !== supplyWord || wanted < 0) {
    throw new OtError("InvalidValue", `${name} is no table of supplies and demands.`, {
      argument: name,
      seen: columns[last],
      cure: `Call its last column ${supplyWord} and one row ${demandWord}, or give lanes, supplies and demands as files of their own.`,
    });
  }
  const unmet = rowOf(unmetWord);
  const places = columns.slice(1, last);
  const demands = places.map((place, k) => ({
    name: place,
    amount: numberIn(table, wanted, k + 1),
    ...(unmet >= 0 && rows[unmet][k + 1] !== "" && { unmetCost: numberIn(table, unmet, k + 1) }),
  }));
  const supplies: Supply[] = [];
  const lanes: Lane[] = [];
  rows.forEach((cells, row) => {
    if (row === wanted || row === unmet) return;
    supplies.push({ name: cells[0], amount: numberIn(table, row, last) });
    places.forEach((to, k) => {
      const lane = laneIn(table, row, k + 1);
      if (lane !== null) lanes.push({ from: cells[0], to, ...lane });
    });
  });
  return { supplies, demands, lanes };
}

/** `4`, `4 <= 10`, or nothing. */
function laneIn(table: WordTable, row: number, column: number): { cost: number; capacity?: number } | null {
  const cell = table.rows[row][column];
  if (cell === "") return null;
  const found = /^(.+?)<=(.+)$/.exec(cell);
  if (found === null) return { cost: numberIn(table, row, column) };
  const [cost, capacity] = [Number(found[1]), Number(found[2])];
  if (Number.isFinite(cost) && Number.isFinite(capacity)) return { cost, capacity };
  throw new OtError("InvalidValue", `${table.place(row)}: ${table.columns[column]} is ${JSON.stringify(cell)}.`, {
    argument: table.place(row),
    seen: cell,
    cure: "Write a cost, a cost and a capacity (4 <= 10), or nothing for a forbidden lane.",
  });
}
