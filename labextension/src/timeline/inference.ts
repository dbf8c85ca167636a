import { BEFORE, NodeChange, stepOf, Steps } from './history';
import { micros, NEVER } from './times';
import { isFinal } from '../colony/states';
import { RUNNING, WAITING } from '../graph/node';

/**
 * Add the steps that a process must have made since the last known one to be as it is now.
 *
 * @returns whether that is clear; if not, more may have happened than is added
 */
export function inferSteps(steps: Steps, node: NodeChange): boolean {
  if (node.keptfrom) {
    return true;
  }
  const last = steps.of(node.processid).at(-1) ?? BEFORE;
  const started = micros(node.starttime);
  const ended = micros(node.endtime);
  if (isFinal(last.state)) {
    return last.state === node.state;
  }
  const wasRunning = last.state === RUNNING;
  // What runs or ran began after whatever is known, or is what is known to run.
  const began = started > last.at;
  if (wasRunning && began) {
    return false;
  }
  if (node.state === WAITING) {
    if (!wasRunning) {
      return node.retries === last.retries;
    }
    // Its time was over: one that was taken from its executor has neither times nor a retry.
    const overdue = node.retries === last.retries + 1 && ended >= last.at;
    if (overdue) {
      steps.add(node.processid, stepOf(node, WAITING, node.endtime));
    }
    return overdue;
  }
  const clear = node.retries === last.retries;
  if (!wasRunning && began) {
    steps.add(node.processid, stepOf(node, RUNNING, node.starttime));
  }
  if (isFinal(node.state)) {
    if (ended === NEVER) {
      return false;
    }
    steps.add(node.processid, stepOf(node, node.state, node.endtime));
  }
  return clear && (wasRunning || began || isFinal(node.state));
}
