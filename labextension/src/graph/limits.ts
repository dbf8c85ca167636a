/** How much of a graph is drawn, in nodes and edges. */
export interface ILimits {
  /** Up to so many nothing is folded, however wide the picture becomes. */
  few: number;
  /** So many has a folded picture, at most. */
  most: number;
  /** So many are drawn one by one at most, where that is asked for. */
  unfolded: number;
}

export const LIMITS: ILimits = { few: 120, most: 399, unfolded: 3_000 };

/** With less there would be no room to open a part beside what it is connected with. */
const LEAST = 39;

/** The limits by which a DAG is folded; `core/fold.py` says what each of them is for. */
export class Room {
  constructor({ few, most, unfolded }: ILimits = LIMITS) {
    this.most = Math.max(LEAST, Math.floor(most));
    this.few = Math.min(Math.floor(few), this.most);
    this.base = Math.floor((this.most - 1) / 2);
    this.opened = Math.floor((3 * this.most) / 4);
    this.unfolded = Math.floor(unfolded);
  }

  /** Nodes and edges of a folded picture. */
  readonly most: number;
  /** Nodes and edges up to which nothing is folded. */
  readonly few: number;
  /**
   * Elements of the picture in which nothing was opened: any of its parts can be opened into two
   * at least, which adds a node and no more edges than there are.
   */
  readonly base: number;
  /** Elements up to which parts are opened as finely as possible; the rest is for failures. */
  readonly opened: number;
  /** Nodes and edges that are drawn one by one at most. */
  readonly unfolded: number;
}
