import { depths, numbered } from './depths';
import { rounded } from './number';

/** Nodes of a part that are drawn one by one when it is opened; more would not be readable. */
const MOST_SINGLES = 30;

/** Pieces in a row that become one where there is no room for all. */
const SHORTEST_RUN = 3;

const MOST_CLASSES = 60;
const BLOCKS = [12, 6, 4, 3, 2];
const BANDS = [24, 19, 16, 12, 9, 6, 4, 3, 2];
const ROUNDS = 6;

/** Nodes that are drawn as one, by their numbers. */
export type Piece = number[];

/** A DAG with numbers for nodes: parents, children, layers, and which nodes are alike. */
export class Shape {
  /**
   * @param parents - the ids of each node's parents, in the order in which siblings appear; those
   *   that are no nodes themselves are ignored
   * @param kinds - what a node does (its function)
   * @throws Cycle
   */
  constructor(parents: ReadonlyMap<string, readonly string[]>, kinds: ReadonlyMap<string, string>) {
    this.ids = [...parents.keys()];
    this.numbers = new Map(this.ids.map((id, number) => [id, number]));
    this.parents = numbered(parents);
    this.children = this.ids.map(() => []);
    this.parents.forEach((above, node) => above.forEach(each => this.children[each].push(node)));
    this.layers = depths(this.parents);
    this._kinds = this.ids.map(id => kinds.get(id) ?? '');
    this.elements = this.parents.reduce((sum, above) => sum + above.length, this.ids.length);
    const rows = grouped(this.ids.keys(), this.layers);
    this.depth = rows.length;
    this.widest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  }

  /**
   * The class of each node, coarse to fine.
   *
   * At first those of one layer that do the same are alike; then also their parents and children
   * have to be, as far as one step, two steps, and so on.
   */
  get classes(): number[][] {
    this._classes ??= this._classified();
    return this._classes;
  }

  private _classified(): number[][] {
    const classes = [named(this.layers.map((layer, node) => `${layer} ${this._kinds[node]}`))];
    for (let round = 0; round < ROUNDS; round += 1) {
      const last = classes[classes.length - 1];
      const around = (nodes: readonly number[]) =>
        [...new Set(nodes.map(each => last[each]))].sort((one, other) => one - other).join();
      const finer = named(
        last.map(
          (own, node) => `${own}/${around(this.parents[node])}/${around(this.children[node])}`
        )
      );
      if (greatest(finer) === greatest(last)) {
        break;
      }
      classes.push(finer);
    }
    return classes;
  }

  readonly ids: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly parents: readonly (readonly number[])[];
  readonly children: readonly number[][];
  readonly layers: readonly number[];
  /** Number of nodes and edges. */
  readonly elements: number;
  /** Number of layers. */
  readonly depth: number;
  /** Number of nodes in the layer that has most. */
  readonly widest: number;
  private readonly _kinds: readonly string[];
  private _classes: number[][] | undefined;
}

/**
 * The ways to divide a part of several nodes, from the finest to the coarsest; the last one has
 * two pieces.
 *
 * Every way keeps what is drawn a DAG. Dividing never looks at states, so a picture keeps its form
 * while a run goes on.
 */
export function* ways(shape: Shape, members: readonly number[]): Generator<Piece[]> {
  if (members.length <= MOST_SINGLES) {
    yield members.map(node => [node]);
  }
  const rows = grouped(members, shape.layers).sort(
    (one, other) => shape.layers[one[0]] - shape.layers[other[0]]
  );
  if (rows.length === 1) {
    yield* waysOfALayer(shape, members);
    return;
  }
  for (const classes of [...shape.classes].reverse()) {
    const pieces = grouped(members, classes);
    yield pieces;
    const joined = runsJoined(shape, pieces);
    if (joined.length > 1 && joined.length < pieces.length) {
      yield joined;
    }
  }
  yield rows;
  for (const number of BANDS) {
    if (number < rows.length) {
      yield blocks(rows, number).map(band => band.flat());
    }
  }
}

/**
 * What remains of a part without one of its nodes: before it, beside it, and after it.
 *
 * A part of several layers must be cut at the node's layer, or paths could lead out of it to the
 * node and back into it.
 */
export function beside(shape: Shape, members: readonly number[], node: number): Piece[] {
  const layer = shape.layers[node];
  return [
    members.filter(each => shape.layers[each] < layer),
    members.filter(each => shape.layers[each] === layer && each !== node),
    members.filter(each => shape.layers[each] > layer)
  ].filter(piece => piece.length > 0);
}

function* waysOfALayer(shape: Shape, members: readonly number[]): Generator<Piece[]> {
  for (const classes of [...shape.classes].reverse()) {
    const pieces = grouped(members, classes);
    if (pieces.length > 1 && pieces.length <= MOST_CLASSES) {
      yield pieces;
    }
  }
  for (const number of BLOCKS) {
    if (number <= members.length) {
      yield blocks(members, number);
    }
  }
}

/** The pieces, those that follow each other without a branch made one. */
function runsJoined(shape: Shape, pieces: Piece[]): Piece[] {
  const place = new Map<number, number>();
  pieces.forEach((piece, number) => piece.forEach(node => place.set(node, number)));
  const ends = (piece: Piece, links: readonly (readonly number[])[]) =>
    new Set(piece.flatMap(node => links[node].map(each => place.get(each) ?? -1)));
  const before = pieces.map(piece => ends(piece, shape.parents));
  const follower = new Map<number, number>();
  pieces.forEach((piece, number) => {
    const [next = -1, ...others] = ends(piece, shape.children);
    if (next >= 0 && !others.length && before[next].size === 1) {
      follower.set(number, next);
    }
  });
  const later = new Set(follower.values());
  const joined: Piece[] = [];
  pieces.forEach((_, first) => {
    if (later.has(first)) {
      return;
    }
    const run = [first];
    let next = follower.get(first);
    while (next !== undefined) {
      run.push(next);
      next = follower.get(next);
    }
    const parts = run.map(number => pieces[number]);
    joined.push(...(run.length < SHORTEST_RUN ? parts : [parts.flat()]));
  });
  return joined;
}

/** So many blocks of neighbours, of sizes that differ by one at most. */
function blocks<T>(items: readonly T[], number: number): T[][] {
  const ends = Array.from({ length: number + 1 }, (_, end) =>
    rounded((items.length * end) / number)
  );
  return ends.slice(1).map((end, place) => items.slice(ends[place], end));
}

function grouped(members: Iterable<number>, keys: readonly number[]): Piece[] {
  const groups = new Map<number, Piece>();
  for (const node of members) {
    const group = groups.get(keys[node]);
    if (group) {
      group.push(node);
    } else {
      groups.set(keys[node], [node]);
    }
  }
  return [...groups.values()];
}

/** A number for each key, the same for the same one, in the order in which they appear. */
function named(keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return keys.map(key => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 0);
}
