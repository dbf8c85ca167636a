import { depths, numbered } from './depths';
import { rounded } from './number';
import { ordered } from './ordering';
import { placed } from './placing';

const NODE_WIDTH = 168;
const NODE_HEIGHT = 46;
const GAP = 26;
const LAYER_GAP = 48;
const LAYER_HEIGHT = NODE_HEIGHT + LAYER_GAP;

const SLOT_WIDTH = 10;
const SLOT_WEIGHT = 4;

/** Above this many slots long edges are drawn straight: they would cost more than they show. */
const MOST_SLOTS = 4_000;

/** A point in pixels; y grows downwards. */
export interface IPlace {
  readonly x: number;
  readonly y: number;
}

/** Room that an edge takes in a layer which it only passes, between two nodes by their numbers. */
interface ISlot {
  source: number;
  target: number;
}

/**
 * What stands in the layers, by numbers: first the nodes, then the slots.
 */
export interface IRanks {
  rows: number[][];
  uppers: number[][];
  lowers: number[][];
  /** Whether this number is that of a slot. */
  slot(item: number): boolean;
  width(item: number): number;
  weight(item: number): number;
  /** The least room between two in a row, in pixels. */
  gap: number;
}

/** A drawing: the centre of each node, and the points that long edges pass. */
export class Layout {
  constructor(
    readonly places: ReadonlyMap<string, IPlace>,
    private readonly _bends: ReadonlyMap<string, ReadonlyMap<string, readonly IPlace[]>>
  ) {}

  /** The same drawing, moved so many pixels to the right. */
  aside(distance: number): Layout {
    if (!distance) {
      return this;
    }
    const moved = ({ x, y }: IPlace) => ({ x: rounded(x + distance, 1), y });
    const places = new Map([...this.places].map(([node, place]) => [node, moved(place)]));
    const bends = new Map(
      [...this._bends].map(([source, ways]) => [
        source,
        new Map([...ways].map(([target, points]) => [target, points.map(moved)]))
      ])
    );
    return new Layout(places, bends);
  }

  /** Where a node is. */
  place(node: string): IPlace {
    const place = this.places.get(node);
    if (!place) {
      throw new Error(`There is no node ${node} in this drawing.`);
    }
    return place;
  }

  /**
   * Control points of an edge that leaves its source below and enters its target above.
   *
   * Between two control points the line passes their middle, so that it is a chain of quadratic
   * curves. It bends half-way between two layers only.
   */
  curve(source: string, target: string): IPlace[] {
    const bends = this._bends.get(source)?.get(target) ?? [];
    const stops = [this.place(source), ...bends, this.place(target)];
    return stops.slice(1).flatMap((lower, number) => {
      const upper = stops[number];
      const middle = (upper.y + lower.y) / 2;
      return [
        { x: upper.x, y: middle },
        { x: lower.x, y: middle }
      ];
    });
  }
}

/**
 * Lay out a DAG given as the parents of each node, in the order in which siblings appear.
 *
 * A node's layer is the length of the longest path that leads to it; an edge that skips layers
 * passes through a narrow slot in each of them. The same graph gives the same drawing. Parents
 * that are no nodes themselves are ignored.
 *
 * @throws Cycle
 */
export function layered(parents: ReadonlyMap<string, readonly string[]>): Layout {
  const ids = [...parents.keys()];
  const above = numbered(parents);
  const depth = depths(above);
  const rows: number[][] = [];
  depth.forEach((layer, node) => {
    (rows[layer] ??= []).push(node);
  });
  const { uppers, slots } = connected(above, depth, rows);
  const lowers: number[][] = uppers.map(() => []);
  uppers.forEach((near, item) => near.forEach(upper => lowers[upper].push(item)));
  const slot = (item: number) => item >= ids.length;
  const ranks: IRanks = {
    rows,
    uppers,
    lowers,
    slot,
    width: item => (slot(item) ? SLOT_WIDTH : NODE_WIDTH),
    weight: item => (slot(item) ? SLOT_WEIGHT : 1),
    gap: GAP
  };
  ranks.rows = ordered(ranks);
  return drawn(ids, slots, ranks, placed(ranks));
}

/** Neighbours above each item; slots for long edges are added to the rows. */
function connected(
  parents: readonly number[][],
  depth: readonly number[],
  rows: number[][]
): { uppers: number[][]; slots: ISlot[] } {
  const passed = (node: number, parent: number) => depth[node] - depth[parent] - 1;
  const skipped = parents.reduce(
    (sum, above, node) => above.reduce((so, parent) => so + passed(node, parent), sum),
    0
  );
  const uppers: number[][] = parents.map(() => []);
  const slots: ISlot[] = [];
  parents.forEach((above, target) => {
    for (const source of above) {
      let last = source;
      for (
        let layer = depth[source] + 1;
        skipped <= MOST_SLOTS && layer < depth[target];
        layer += 1
      ) {
        const item = parents.length + slots.length;
        slots.push({ source, target });
        rows[layer].push(item);
        uppers[item] = [last];
        last = item;
      }
      uppers[target].push(last);
    }
  });
  return { uppers, slots };
}

function drawn(
  ids: readonly string[],
  slots: readonly ISlot[],
  { rows, width }: IRanks,
  xs: readonly number[]
): Layout {
  const left = rows
    .flat()
    .reduce((least, item) => Math.min(least, xs[item] - width(item) / 2), Infinity);
  const places = new Map<string, IPlace>();
  const bends = new Map<string, Map<string, IPlace[]>>();
  rows.forEach((row, layer) => {
    for (const item of row) {
      const y = layer * LAYER_HEIGHT + NODE_HEIGHT / 2;
      const place = { x: rounded(xs[item] - left, 1), y };
      if (item < ids.length) {
        places.set(ids[item], place);
      } else {
        const { source, target } = slots[item - ids.length];
        const ways = bends.get(ids[source]) ?? new Map<string, IPlace[]>();
        bends.set(ids[source], ways);
        ways.set(ids[target], [...(ways.get(ids[target]) ?? []), place]);
      }
    }
  });
  return new Layout(places, bends);
}
