// What every format provides; parsing ends at a Table, and everything after it is shared.
import type { Bytes } from "./bytes.ts";
import type { Pixels } from "./density.ts";
import type { Description } from "./description.ts";
import type { ParseOptions } from "./options.ts";
import type { Table } from "./table.ts";

export interface Reader {
  /** The numbers of a file, checked against its format but not yet against what they shall mean. */
  read(bytes: Bytes, options: ParseOptions): Promise<Table>;
  /** Shape and types from the header alone; `null` where only reading tells. */
  peek(bytes: Bytes, options: ParseOptions): Promise<Peek | null>;
  /** Images: samples with all their channels. */
  pixels?(bytes: Bytes, options: ParseOptions): Promise<Pixels>;
}

/** What a header tells. */
export type Peek = Pick<Description, "kind" | "shape" | "dtype" | "columns" | "entries" | "items" | "weights">;
