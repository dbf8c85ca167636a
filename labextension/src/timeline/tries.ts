import { RUNNING, SUCCESS, WAITING, State } from '../graph/node';
import { History, NodeChange } from './history';
import { NEVER } from './times';
import { STRIDE, Work } from './turns';

/** One try of a process; its moments are microseconds since 1970. */
export interface ITry {
  node: NodeChange;
  /** Which of the tries of its process it is, counted from 1. */
  number: number;
  executorname: string;
  /** When it could have been taken. */
  ready: number;
  /** Never for one that waits and has not been taken yet. */
  start: number;
  /** Never for one that has not ended. */
  end: number;
  /** What became of it; waiting means that the process went back to the queue. */
  state: State;
}

/** Whether an executor took it. */
export function isBegun(each: ITry): boolean {
  return each.start > NEVER;
}

/** When it ended, or `now` if it has not. */
export function endOf(each: ITry, now: number): number {
  return each.end > NEVER ? each.end : Math.max(now, each.start, each.ready);
}

/**
 * All tries in the order in which they began, then what waits and may be taken.
 *
 * A process whose result was kept from an earlier run was not tried in this one.
 */
export function* tries(history: History): Work<ITry[]> {
  const found: ITry[] = [];
  let count = 0;
  for (const node of history.nodes.values()) {
    addTriesOf(history, node, found);
    if ((count += 1) % STRIDE === 0) {
      yield;
    }
  }
  return found.sort(
    (a, b) => Number(!isBegun(a)) - Number(!isBegun(b)) || a.start - b.start || a.ready - b.ready
  );
}

/** When all that a process waits for had succeeded; never if it has not. */
export function readyTime(history: History, node: NodeChange): number {
  let ready = history.submitted(node);
  for (const parentid of node.parents) {
    const parent = history.nodes.get(parentid);
    if (!parent || parent.keptfrom) {
      continue;
    }
    const steps = history.steps(parentid);
    const last = steps[steps.length - 1];
    if (last?.state !== SUCCESS) {
      return NEVER;
    }
    ready = Math.max(ready, last.at);
  }
  return ready;
}

function addTriesOf(history: History, node: NodeChange, found: ITry[]): void {
  if (node.keptfrom) {
    return;
  }
  const released = readyTime(history, node);
  let ready = released;
  let count = 0;
  let running: ITry | null = null;
  for (const step of history.steps(node.processid)) {
    if (step.state === RUNNING) {
      count += 1;
      running = {
        node,
        number: count,
        executorname: step.executorname,
        // A retry that is known by its times only began after the process was ready.
        ready: ready > NEVER ? Math.min(ready, step.at) : step.at,
        start: step.at,
        end: NEVER,
        state: RUNNING
      };
      found.push(running);
      continue;
    }
    if (running) {
      running.end = step.at;
      running.state = step.state;
      running = null;
    }
    // What was given back may wait for a parent that was inserted since.
    ready = step.state === WAITING ? Math.max(step.at, released) : NEVER;
  }
  if (!running && ready > NEVER && released > NEVER && node.state === WAITING) {
    found.push({
      node,
      number: count + 1,
      executorname: '',
      ready,
      start: NEVER,
      end: NEVER,
      state: WAITING
    });
  }
}
