import { Cut } from './cut';
import { Shape } from './division';
import { Room } from './limits';

/** Nodes side by side, and layers, up to which a picture of more than a few elements is not folded. */
const WIDEST = 20;
const DEEPEST = 40;

/** Nodes that are taken out of the parts in which they would be hidden. */
const MOST_APART = 150;

/** A node of the picture: one process, whose id it has, or several that are drawn as one. */
export interface IPart {
  id: string;
  /** The ids of its processes. */
  members: readonly string[];
  /** The number of layers they are in. */
  depth: number;
  /** The id of the opened part it came out of, or an empty text. */
  within: string;
}

/** So many edges between two parts. */
export interface ILink {
  source: string;
  target: string;
  count: number;
}

/** A DAG as it is drawn; each process is in exactly one part. */
export interface IFold {
  parts: readonly IPart[];
  edges: readonly ILink[];
  /** The parts that were opened, as they were before, outermost first. */
  opened: readonly IPart[];
}

/** Whether two folds are drawn alike. */
export function alike(one: IFold, other: IFold): boolean {
  if (one.edges.length !== other.edges.length) {
    return false;
  }
  const key = ({ source, target }: ILink) => `${source.length}:${source}${target}`;
  const counts = new Map(one.edges.map(edge => [key(edge), edge.count]));
  return (
    other.edges.every(edge => counts.get(key(edge)) === edge.count) &&
    sameParts(one.parts, other.parts) &&
    sameParts(one.opened, other.opened)
  );
}

function sameParts(some: readonly IPart[], others: readonly IPart[]): boolean {
  return (
    some.length === others.length &&
    some.every((part, place) => {
      const other = others[place];
      return (
        part.id === other.id &&
        part.depth === other.depth &&
        part.within === other.within &&
        part.members.length === other.members.length &&
        part.members.every((member, number) => member === other.members[number])
      );
    })
  );
}

/** Folds one DAG again and again; what does not depend on what is opened is done once. */
export class Folder {
  constructor(
    private readonly _shape: Shape,
    private readonly _room: Room
  ) {}

  /** Nodes and edges of the DAG. */
  get elements(): number {
    return this._shape.elements;
  }

  /** Whether the DAG is drawn as it is. */
  get small(): boolean {
    const { elements, widest, depth } = this._shape;
    return (
      elements <= this._room.few ||
      (elements <= this._room.most && widest <= WIDEST && depth <= DEEPEST)
    );
  }

  /**
   * Fold the DAG into a picture of bounded size.
   *
   * @param opened - the ids of parts to be opened, the last one being the one that matters most:
   *   if not all can be, those before it stay closed
   * @param apart - ids of processes that are to be drawn on their own, the most important one
   *   first; as many are as fit
   */
  fold(opened: readonly string[] = [], apart: readonly string[] = []): IFold {
    if (this.small) {
      return this.unfolded();
    }
    const cut = this._opened([...new Set(opened)]).copy();
    for (const processid of apart.slice(0, MOST_APART)) {
      const node = this._shape.numbers.get(processid);
      if (node !== undefined) {
        cut.takeOut(node);
      }
    }
    return cut.fold();
  }

  /** The DAG as it is, each process a part of its own. */
  unfolded(): IFold {
    const { ids, parents } = this._shape;
    return {
      parts: ids.map(id => ({ id, members: [id], depth: 1, within: '' })),
      edges: parents.flatMap((above, node) =>
        above.map(parent => ({ source: ids[parent], target: ids[node], count: 1 }))
      ),
      opened: []
    };
  }

  private _opened(opened: readonly string[]): Cut {
    const key = JSON.stringify(opened);
    if (this._last?.key !== key) {
      this._last = { key, cut: cutOpen(this._shape, this._room, [...opened]) };
    }
    return this._last.cut;
  }

  private _last: { key: string; cut: Cut } | undefined;
}

/** The picture in which these cells are open; the first ones give way if there is no room. */
function cutOpen(shape: Shape, room: Room, wanted: string[]): Cut {
  for (;;) {
    const cut = Cut.uncut(shape, room);
    cut.spread(cut.divide(0, room.base), room.base);
    const missed = wanted.filter(each => !cut.open(each));
    const last = wanted[wanted.length - 1];
    if (!missed.length || missed[missed.length - 1] !== last) {
      return cut;
    }
    // What the last one is in stays open for it.
    const keep = new Set([...missed, ...cut.around(last)]);
    const spare = wanted.findIndex(each => !keep.has(each));
    if (spare < 0) {
      return cut;
    }
    wanted.splice(spare, 1);
  }
}
