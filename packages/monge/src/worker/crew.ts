// The workers of a pool and the queue before them: first come, first served; who does not answer in time or dies is replaced.
import { OtError } from "../errors/otError.ts";
import { type Builds, installedBuilds } from "../kernels/module.ts";
import type { Progress } from "../run/progress.ts";
import { fromFailure } from "./failure.ts";
import type { News } from "./messages.ts";
import type { Plain } from "./plain.ts";
import { type Lane, openLane, type WorkerLike } from "./platform.ts";

/** How a job ended. */
export type Outcome = { readonly answer: unknown } | { readonly error: unknown };

/** One job on its way. */
export interface Ticket {
  readonly id: number;
  readonly job: Plain;
  /** The last sign of life that nobody has taken yet. */
  progress: Progress | null;
  readonly outcome: Outcome | null;
  /** Settles when there is progress or an outcome. */
  news(): Promise<void>;
}

/** A queue with workers behind it. */
export interface Crew {
  submit(job: Plain): Ticket;
  /** Asks for the answer so far. */
  stop(ticket: Ticket): void;
  /** The ticket's owner is done with it: what is queued leaves the queue, what is under way is abandoned. */
  forget(ticket: Ticket): void;
  closed(): boolean;
  close(): Promise<void>;
}

interface OpenTicket extends Ticket {
  settle(outcome: Outcome): void;
  tell(progress: Progress): void;
}

/** A worker and what it is doing. */
interface Desk {
  lane: Lane;
  ticket: OpenTicket | null;
  /** The kernels that it was last told to use. */
  builds: Builds;
  /** Whether it has said anything. */
  heard: boolean;
  deadline?: ReturnType<typeof setTimeout>;
}

/** Milliseconds in which an abandoned worker must answer, between two chunks of its work. */
const graceMs = 500;
const builtIn: Builds = installedBuilds();

/** At most `threads` workers, each started by `start` when it is first needed. */
export function gatherCrew(threads: number, start: () => WorkerLike, closedPool: () => OtError): Crew {
  const queue: OpenTicket[] = [];
  const desks = new Set<Desk>();
  let ids = 0;
  let closing: Promise<void> | null = null;
  let settled = (): void => {};

  function pump(): void {
    while (queue.length > 0) {
      const idle = [...desks].find((desk) => desk.ticket === null);
      if (idle === undefined && desks.size >= threads) return;
      const ticket = queue.shift() as OpenTicket;
      try {
        dispatch(idle ?? open(), ticket);
      } catch (cause) {
        ticket.settle({ error: cause });
      }
    }
    if (closing !== null && [...desks].every((desk) => desk.ticket === null)) settled();
  }

  function open(): Desk {
    let worker: WorkerLike;
    try {
      worker = start();
    } catch (cause) {
      throw lost(false, cause);
    }
    const desk = { ticket: null, builds: builtIn, heard: false } as unknown as Desk;
    desk.lane = openLane(worker, {
      news: (news) => hear(desk, news),
      died: (cause) => dismiss(desk, cause),
    });
    desks.add(desk);
    return desk;
  }

  function dispatch(desk: Desk, ticket: OpenTicket): void {
    const builds = installedBuilds();
    const { id, job } = ticket;
    try {
      desk.lane.post({ type: "solve", id, job, ...(builds === desk.builds ? {} : { builds }) });
    } catch (cause) {
      throw uncloneable(job.name, cause);
    }
    desk.ticket = ticket;
    desk.builds = builds;
    desk.lane.hold(true);
  }

  function hear(desk: Desk, news: News): void {
    if (!desks.has(desk)) return;
    desk.heard = true;
    const { ticket } = desk;
    if (news.type === "ready" || ticket?.id !== news.id) return;
    if (news.type === "progress") {
      ticket.tell(news.progress);
      return;
    }
    clearTimeout(desk.deadline);
    desk.ticket = null;
    desk.lane.hold(false);
    if (news.type === "answer") ticket.settle({ answer: news.answer });
    else if (news.type === "failure") ticket.settle({ error: fromFailure(news.failure) });
    pump();
  }

  function dismiss(desk: Desk, cause: unknown): void {
    if (!desks.delete(desk)) return;
    clearTimeout(desk.deadline);
    desk.ticket?.settle({ error: lost(desk.heard, cause) });
    void desk.lane.end();
    pump();
  }

  const deskOf = (ticket: Ticket): Desk | undefined => [...desks].find((desk) => desk.ticket === ticket);

  return {
    submit(job) {
      const ticket = openTicket(++ids, job);
      queue.push(ticket);
      pump();
      return ticket;
    },
    stop(ticket) {
      deskOf(ticket)?.lane.post({ type: "stop", id: ticket.id });
    },
    forget(ticket) {
      const place = queue.indexOf(ticket as OpenTicket);
      if (place >= 0) queue.splice(place, 1);
      const desk = deskOf(ticket);
      if (desk === undefined) return;
      desk.lane.post({ type: "abandon", id: ticket.id });
      desk.deadline = setTimeout(() => dismiss(desk, new Error("It was abandoned and did not stop in time.")), graceMs);
    },
    closed: () => closing !== null,
    close() {
      if (closing !== null) return closing;
      closing = new Promise<void>((resolve) => {
        settled = resolve;
      }).then(async () => {
        const lanes = [...desks].map((desk) => desk.lane);
        desks.clear();
        await Promise.all(lanes.map((lane) => lane.end()));
      });
      for (const ticket of queue.splice(0)) ticket.settle({ error: closedPool() });
      pump();
      return closing;
    },
  };
}

function openTicket(id: number, job: Plain): OpenTicket {
  let wake = (): void => {};
  const ticket = {
    id,
    job,
    progress: null as Progress | null,
    outcome: null as Outcome | null,
    news(): Promise<void> {
      if (ticket.progress !== null || ticket.outcome !== null) return Promise.resolve();
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    settle(outcome: Outcome): void {
      ticket.outcome = outcome;
      wake();
    },
    tell(progress: Progress): void {
      ticket.progress = progress;
      wake();
    },
  };
  return ticket;
}

const ownWorker = 'new Worker(new URL("monge/worker-entry", import.meta.url), { type: "module" })';

function lost(started: boolean, cause: unknown): OtError {
  const [message, cure] = started
    ? [
        "The worker ended before it answered.",
        "Solve again: the pool has another worker. Where memory ran out, pass fewer atoms.",
      ]
    : [
        "The worker could not be started.",
        `Where the content security policy refuses inlined workers, pass worker: () => ${ownWorker}.`,
      ];
  return new OtError("KernelUnavailable", message, { argument: "options.pool", seen: cause, cause, cure });
}

function uncloneable(name: string, cause: unknown): OtError {
  return new OtError("Unsupported", `The arguments of ${name} cannot be copied to a worker.`, {
    argument: "options.pool",
    seen: cause,
    cause,
    cure: "Leave the pool out, or pass numbers, arrays and plain objects only.",
  });
}
