import { counted, Node, stateOf } from './node';
import { finishedOf, ILook, LOOKS, progressText } from './palette';

/** An opened fold, as the heading lists it. */
export interface IOpened {
  id: string;
  title: string;
  counts: string;
}

/** What the workflow is and how far: title, state, progress, and the legend with its counts. */
export interface ITitle {
  title: string;
  id: string;
  state: ILook;
  progress: string;
  finished: number;
  total: number;
  legend: (ILook & { count: number })[];
}

/** What stands above a graph. */
export interface IHeading extends ITitle {
  /** Why the graph is not live; empty if it is. */
  trouble: string;
  /** What the reader should know of the last wish; empty for nothing. */
  note: string;
  /** Whether another moment is shown. */
  past: boolean;
  folded: boolean;
  opened: IOpened[];
  /** Number of nodes of the picture. */
  shown: number;
  foldable: boolean;
  unfoldable: boolean;
  /** Number of rows of the list of all processes. */
  rows?: number;
}

/** Title, state, progress and legend of a workflow with these processes. */
export function heading(title: string, id: string, nodes: Iterable<Node>): ITitle {
  const counts = counted(nodes);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    title,
    id,
    state: LOOKS[stateOf(counts)],
    progress: progressText(counts),
    finished: finishedOf(counts),
    total,
    legend: LOOKS.map((look, state) => ({ ...look, count: counts[state] }))
  };
}
