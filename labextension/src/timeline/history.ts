import { isFinal } from '../colony/states';
import { RUNNING, WAITING, State } from '../graph/node';
import { Documents } from '../server/connection';
import { micros, NEVER, NEVER_TEXT } from './times';

export type NodeChange = Documents['NodeChange'];
export type ProcessEvent = Documents['ProcessEvent'];

/** A process entered a state: when, on which executor, and after how many retries. */
export interface IStep {
  /** Microseconds since 1970. */
  at: number;
  /** The same as the document has it. */
  text: string;
  state: State;
  executorname: string;
  retries: number;
}

const NONE: readonly IStep[] = [];

/** The steps of processes, taken from events in their order. */
export class Steps {
  /** Processes that were put between their parent and that one's children. */
  readonly inserted = new Set<string>();

  /** The steps that the times of the processes tell of, which leaves earlier tries out. */
  static ofTimes(nodes: Iterable<NodeChange>): Steps {
    const steps = new Steps();
    for (const node of nodes) {
      if (node.keptfrom) {
        continue;
      }
      if (node.starttime !== NEVER_TEXT) {
        steps.add(node.processid, stepOf(node, RUNNING, node.starttime));
      }
      // One that waits again after its time was over has the start and end of the try before.
      if (node.state !== RUNNING && node.endtime !== NEVER_TEXT) {
        steps.add(node.processid, stepOf(node, node.state, node.endtime));
      }
    }
    return steps;
  }

  /** The steps of a process in their order; none while it waits for the first time. */
  of(processid: string): readonly IStep[] {
    return this._steps.get(processid) ?? NONE;
  }

  take(event: ProcessEvent): void {
    if (event.inserted) {
      this.inserted.add(event.processid);
    }
    const { at, state, executorname, retries } = event;
    this.add(event.processid, { at: micros(at), text: at, state, executorname, retries });
  }

  /** Put a step behind the others, unless the state is the one that the process had. */
  add(processid: string, step: IStep): void {
    const steps = this._steps.get(processid);
    // A process is also told of when its place changes: its state stays what it was.
    if (step.state === (steps?.[steps.length - 1].state ?? WAITING)) {
      return;
    }
    if (steps) {
      steps.push(step);
    } else {
      this._steps.set(processid, [step]);
    }
  }

  /** Forget the last steps of a process, so that so many are left. */
  cut(processid: string, count: number): void {
    if (count === 0) {
      this._steps.delete(processid);
    } else {
      this._steps.get(processid)?.splice(count);
    }
  }

  private readonly _steps = new Map<string, IStep[]>();
}

/** The step by which a process came into a state. */
export function stepOf(node: NodeChange, state: State, text: string): IStep {
  const { executorname, retries } = node;
  return { at: micros(text), text, state, executorname, retries };
}

/** What a step begins from where there is none. */
export const BEFORE: IStep = {
  at: NEVER,
  text: NEVER_TEXT,
  state: WAITING,
  executorname: '',
  retries: 0
};

/** Whether any of the processes has not ended. */
export function isGoing(nodes: Iterable<NodeChange>): boolean {
  for (const { state } of nodes) {
    if (!isFinal(state)) {
      return true;
    }
  }
  return false;
}

/**
 * The processes of a run as last known, and the steps that led each of them there.
 *
 * All moments are microseconds since 1970. What was kept from an earlier run has the times that it
 * had there; in this run it is there from the beginning.
 */
export class History {
  /**
   * @param steps - the server's own events; null if it has none: then `exact` is false, and the
   *   steps are those that the times of the processes tell of
   */
  constructor(nodes: ReadonlyMap<string, NodeChange>, steps: Steps | null) {
    this.nodes = new Map(nodes);
    this.exact = steps !== null;
    this._steps = steps ?? Steps.ofTimes(nodes.values());
    let begin = Infinity;
    let first = Infinity;
    let submitted = NEVER;
    let last = NEVER;
    for (const node of this.nodes.values()) {
      const at = node.keptfrom ? NEVER : micros(node.submissiontime);
      if (at > NEVER) {
        begin = Math.min(begin, at);
        submitted = Math.max(submitted, at);
      }
      const steps = this._steps.of(node.processid);
      if (steps.length) {
        first = Math.min(first, steps[0].at);
        last = Math.max(last, steps[steps.length - 1].at);
      }
    }
    this.begin = begin < Infinity ? begin : first < Infinity ? first : NEVER;
    this.end = Math.max(last, submitted > NEVER ? submitted : this.begin);
  }

  readonly nodes: ReadonlyMap<string, NodeChange>;

  /** Whether the steps are the server's own events. */
  readonly exact: boolean;

  /** When the run was submitted. */
  readonly begin: number;

  /** When anything happened last. */
  readonly end: number;

  /** Whether anything has not ended. */
  get going(): boolean {
    return isGoing(this.nodes.values());
  }

  /** Processes that were put between their parent and that one's children. */
  get inserted(): ReadonlySet<string> {
    return this._steps.inserted;
  }

  /** The steps of a process in their order; none while it waits for the first time. */
  steps(processid: string): readonly IStep[] {
    return this._steps.of(processid);
  }

  /** How many of the steps had been made at a moment. */
  stepsUntil(processid: string, moment: number): number {
    const steps = this._steps.of(processid);
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle].at <= moment) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** When a process came into the run. */
  submitted(node: NodeChange): number {
    return node.keptfrom ? this.begin : Math.max(micros(node.submissiontime), this.begin);
  }

  /** Every moment at which something changed, from the submission on, each once, in order. */
  moments(): number[] {
    const changed = new Set([this.begin]);
    for (const node of this.nodes.values()) {
      changed.add(this.submitted(node));
      for (const { at } of this._steps.of(node.processid)) {
        changed.add(at);
      }
    }
    changed.delete(NEVER);
    return [...Float64Array.from(changed).sort()];
  }

  private readonly _steps: Steps;
}
