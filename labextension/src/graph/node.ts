import type { Documents } from '../server/connection';

/** A process as a display needs it. */
export type Node = Documents['NodeChange'];

/** The number by which the protocol knows a state. */
export type State = Documents['State'];

export const WAITING: State = 0;
export const RUNNING: State = 1;
export const SUCCESS: State = 2;
export const FAILED: State = 3;
export const CANCELLED: State = 4;

export const STATES: readonly State[] = [WAITING, RUNNING, SUCCESS, FAILED, CANCELLED];

/** Whether nothing can follow a state. */
export function finished(state: State): boolean {
  return state >= SUCCESS;
}

/** What a process is called: as a node of its workflow, or by its function. */
export function nameOf(node: Node): string {
  return node.nodename || node.funcname;
}

/** So many processes in each state, by the numbers of these. */
export type Counts = readonly number[];

/** Number of nodes in each state. */
export function counted(nodes: Iterable<Node>): Counts {
  const counts = STATES.map(() => 0);
  for (const node of nodes) {
    counts[node.state] += 1;
  }
  return counts;
}

/** State of a graph from the number of its processes in each state (protocol part 02, 5.7). */
export function stateOf(counts: Counts): State {
  if (counts[FAILED]) {
    return FAILED;
  }
  if (counts[CANCELLED]) {
    return CANCELLED;
  }
  if (counts[SUCCESS] && !counts[WAITING] && !counts[RUNNING]) {
    return SUCCESS;
  }
  return counts[SUCCESS] || counts[RUNNING] ? RUNNING : WAITING;
}
