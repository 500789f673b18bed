/** The AssemblyScript source with its multiply-adds contracted. */
export function fuse(source: string): string;
