// From the runs of one case to its row: spreads, ratios, and whether the row's requirement is met.
import { type BenchCase, type BenchResult, isProved, type OurRun, type PeerRun, type Proof, spread } from "./bench.ts";

/** Everything that was measured of one case. */
export interface Measured {
  readonly first: OurRun;
  readonly oursRuns: readonly OurRun[];
  readonly peerRuns: readonly PeerRun[];
  /** CPU seconds after which the peer was cut, or null. */
  readonly cut: number | null;
  /** Whether `cut` is what the peer would have taken, at the rate it had when it was cut. */
  readonly extrapolated: boolean;
  /** Null where single iterations are measured. */
  readonly proof: Proof | null;
  readonly memory: { readonly wasmBytes: number; readonly rssBytes: number };
  readonly load: readonly number[];
  readonly peer: string | null;
  readonly tried: BenchRow["tried"];
}

type BenchRow = NonNullable<BenchResult["peer"]>;

export function summarise({ name, title, require, options }: BenchCase, measured: Measured): BenchResult {
  const { first, oursRuns, peerRuns, cut, extrapolated, tried, proof, memory, load } = measured;
  const { status, method, backend, iterations, why } = first;
  const tolerance = options?.["tolerance"] as number | undefined;
  const ours = spread(oursRuns.map(({ cpu }) => cpu));
  const peerSeconds = [...peerRuns.map(({ cpu }) => cpu), ...(cut === null ? [] : [cut])];
  const theirs = peerSeconds.length === 0 ? null : spread(peerSeconds);
  const reference = peerRuns[0]?.value ?? undefined;
  const certified = proof === null ? null : isProved(proof, status, tolerance);
  const ratio = theirs === null ? null : theirs.median / ours.median;
  const pairedRatio = theirs === null ? null : spread(peerSeconds.map((cpu, k) => cpu / oursRuns[k].cpu)).median;
  const row: Omit<BenchResult, "verdict" | "met"> = {
    name,
    title,
    require,
    date: new Date().toISOString().slice(0, 10),
    load: load.map((value) => Math.round(100 * value) / 100),
    ours: { ...ours, runs: oursRuns.length, first: first.cpu, status, method, backend, iterations, why },
    value: first.value,
    ...memory,
    proof,
    certified,
    peer:
      theirs === null || measured.peer === null
        ? null
        : {
            name: measured.peer,
            ...theirs,
            runs: peerSeconds.length,
            rssBytes: peerRuns[0]?.rssBytes ?? 0,
            value: reference ?? 0,
            difference: reference === undefined ? 0 : relativeDifference(first.value, reference),
            optimal: peerRuns.every(({ optimal }) => optimal !== false),
            cut: cut !== null,
            extrapolated,
            tried,
          },
    ratio,
    pairedRatio,
  };
  const verdicts = judge(row);
  return { ...row, verdict: verdicts.map(({ text }) => text), met: verdicts.every(({ met }) => met) };
}

function relativeDifference(p: number, q: number): number {
  return p === q ? 0 : Math.abs(p - q) / Math.max(Math.abs(p), Math.abs(q));
}

/** One sentence a requirement; an aim is said, and always counts as met. */
function judge(row: Omit<BenchResult, "verdict" | "met">): { met: boolean; text: string }[] {
  const { require, ratio, peer, ours, wasmBytes, rssBytes, proof, certified } = row;
  const verdicts: { met: boolean; text: string }[] = [];
  if (require.notWorse === true && peer !== null && !peer.cut) {
    const met = row.value <= peer.value * (1 + 1e-6);
    verdicts.push({ met, text: `value ${row.value} ${met ? "is not above" : "IS ABOVE"} the peer's ${peer.value}` });
  }
  if (proof !== null) {
    verdicts.push(
      certified === true
        ? { met: true, text: `certified: ${proofText(proof)}` }
        : { met: false, text: `NOT CERTIFIED (${ours.status}): ${proofText(proof)}` },
    );
  }
  const bound = peer?.extrapolated ? "extrapolated " : peer?.cut ? "at least " : "";
  if (require.ratio !== undefined) {
    const met = ratio !== null && ratio >= require.ratio;
    const said = ratio === null ? "no peer was run" : `${bound}${ratio.toFixed(2)}x`;
    verdicts.push({
      met,
      text: `required ${require.ratio}x: ${met ? "met" : bound === "" ? "not met" : "not shown"} (${said})`,
    });
  }
  if (require.aimRatio !== undefined && ratio !== null) {
    verdicts.push({ met: true, text: `aim ${require.aimRatio}x: ${ratio >= require.aimRatio ? "reached" : "missed"}` });
  }
  if (require.aimSeconds !== undefined) {
    const said = `${ours.median <= require.aimSeconds ? "reached" : "missed"} (${seconds(ours.median)} s)`;
    verdicts.push({ met: true, text: `aim ${require.aimSeconds} s: ${said}` });
  }
  if (require.seconds !== undefined) {
    const met = ours.median <= require.seconds;
    verdicts.push({
      met,
      text: `required ${require.seconds} s: ${met ? "met" : "not met"} (${seconds(ours.median)} s)`,
    });
  }
  if (require.rssMegabytes !== undefined) {
    const met = rssBytes <= require.rssMegabytes * 1e6;
    verdicts.push({
      met,
      text: `required ${require.rssMegabytes} MB in all: ${met ? "met" : "not met"} (${megabytes(rssBytes)} MB)`,
    });
  }
  if (require.wasmMegabytes !== undefined) {
    const met = wasmBytes <= require.wasmMegabytes * 1e6;
    verdicts.push({
      met,
      text: `required ${require.wasmMegabytes} MB of wasm memory: ${met ? "met" : "not met"} (${megabytes(wasmBytes)} MB)`,
    });
  }
  if (peer !== null && !peer.cut && proof !== null) {
    // Exact values agree to rounding; transport costs of entropic plans to their marginal errors.
    const met = peer.difference <= (proof.primalResidual > 1e-12 ? 1e-6 : 1e-9);
    const doubt = peer.optimal ? "" : "; the peer did not report an optimum";
    verdicts.push({
      met: met || !peer.optimal,
      text: `value ${met ? "agrees" : "DISAGREES"} with the peer to ${peer.difference.toExponential(1)}${doubt}`,
    });
  }
  return verdicts;
}

function proofText({ primalResidual, dualInfeasibility, largestCost, relativeGap, cpu }: Proof): string {
  const relative = largestCost > 0 ? dualInfeasibility / largestCost : dualInfeasibility;
  const e = (value: number): string => value.toExponential(1);
  return `primal ${e(primalResidual)}, dual ${e(relative)} max|C|, gap ${e(relativeGap)}, in ${seconds(cpu)} s`;
}

export function seconds(value: number): string {
  return value < 0.01 ? value.toFixed(4) : value < 10 ? value.toFixed(3) : value.toFixed(1);
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

const columns: readonly (readonly [title: string, width: number])[] = [
  ["case", 26],
  ["ours median (min, max)", 26],
  ["peer median (min, max)", 26],
  ["ratio", 8],
  ["paired", 8],
  ["wasm MB", 8],
  ["RSS MB", 7],
  ["load", 5],
  ["method", 20],
];

export const heading: string = columns.map(([title, width]) => title.padEnd(width)).join(" ");

/** The row as one line of the printed table. */
export function row({ name, ours, peer, ratio, pairedRatio, wasmBytes, rssBytes, load }: BenchResult): string {
  const range = ({ median, min, max }: { median: number; min: number; max: number }): string =>
    `${seconds(median)} (${seconds(min)}, ${seconds(max)})`;
  const bound = peer?.cut ? ">" : "";
  const cells = [
    name,
    range(ours),
    peer === null ? "-" : bound + range(peer),
    ratio === null ? "-" : `${bound}${ratio.toFixed(2)}`,
    pairedRatio === null ? "-" : `${bound}${pairedRatio.toFixed(2)}`,
    megabytes(wasmBytes),
    megabytes(rssBytes),
    load[0].toFixed(1),
    ours.method,
  ];
  return cells.map((cell, k) => cell.padEnd(columns[k][1])).join(" ");
}
