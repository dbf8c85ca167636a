import { beside, Piece, Shape, ways } from './division';
import type { IFold, IPart } from './fold';
import { Room } from './limits';

/** Nodes of a part that is not worth folding as long as there is room. */
const SMALL = 4;

/** Edges for each node from which on a picture of more than a few nodes could not be read. */
const DENSEST = 3;

/** Nodes between which there may be any number of edges. */
const FEW = 6;

/** Ends of links are numbers of cells; two of them make one number. */
const ENDS = 2 ** 26;

/** A part while the picture is made. */
interface ICell {
  key: string;
  members: Piece;
  within: string;
  depth: number;
}

/** Where a cell came from when it takes another's place. */
interface IOrigin {
  within: string;
  depth: number;
  /** The piece that the key of the former cell goes to. */
  keep?: Piece;
}

/** A division of all nodes into cells, with the links between these. */
export class Cut {
  private constructor(
    private readonly _shape: Shape,
    private readonly _room: Room,
    private readonly _cells: Map<number, ICell>,
    private readonly _at: number[],
    private readonly _links: Map<number, number>,
    private readonly _wereOpened: Map<string, { part: IPart; within: string }>
  ) {}

  /** One cell with all nodes. */
  static uncut(shape: Shape, room: Room): Cut {
    const members = shape.ids.map((_, node) => node);
    const cells = new Map([[0, { key: '', members, within: '', depth: -1 }]]);
    return new Cut(
      shape,
      room,
      cells,
      members.map(() => 0),
      new Map(),
      new Map()
    );
  }

  /** Another one like this, which can be changed without changing this. */
  copy(): Cut {
    const cells = new Map([...this._cells].map(([number, cell]) => [number, { ...cell }]));
    const links = new Map(this._links);
    return new Cut(this._shape, this._room, cells, [...this._at], links, this._wereOpened);
  }

  /** Nodes and edges of the picture. */
  get elements(): number {
    return this._cells.size + this._links.size;
  }

  /** Divide a cell as finely as `room` elements allow; the new cells, none if nothing fits. */
  divide(number: number, room: number): number[] {
    const cell = this._cell(number);
    if (cell.members.length < 2) {
      return [];
    }
    for (const pieces of ways(this._shape, cell.members)) {
      if (pieces.length > room) {
        continue;
      }
      const elements = this._elementsWith(number, pieces);
      const added = elements - this.elements - pieces.length;
      const tangled = pieces.length > FEW && added > DENSEST * pieces.length;
      if (elements <= room && !tangled) {
        return this._replace(number, pieces, { within: cell.key, depth: cell.depth + 1 });
      }
    }
    return [];
  }

  /** Draw the nodes of small cells one by one as long as there is room. */
  spread(numbers: readonly number[], room: number): void {
    const size = (number: number) => this._cell(number).members.length;
    const small = numbers.filter(each => size(each) > 1 && size(each) <= SMALL);
    for (const number of small.sort((one, other) => size(one) - size(other))) {
      const { members, within, depth } = this._cell(number);
      const pieces = members.map(node => [node]);
      // A small band may have edges of its own, and is divided as a DAG all the same.
      if (this._elementsWith(number, pieces) <= room) {
        this._replace(number, pieces, { within, depth });
      }
    }
  }

  /** Divide the cell of this key; whether there is one, and it could be. */
  open(key: string): boolean {
    const number = key ? this._numberOf(key) : undefined;
    if (number === undefined || this._cell(number).members.length < 2) {
      return false;
    }
    const cell = this._cell(number);
    const part = this._part(cell);
    let pieces = this.divide(number, this._room.opened);
    if (!pieces.length) {
      pieces = this.divide(number, this._room.most);
    }
    if (pieces.length) {
      this._wereOpened.set(key, { part, within: cell.within });
      this.spread(pieces, this._room.opened);
    }
    return pieces.length > 0;
  }

  /** The keys of the opened cells that a cell came out of. */
  around(key: string): string[] {
    const number = this._numberOf(key);
    const cell = number === undefined ? undefined : this._cell(number);
    const within = this._wereOpened.get(key)?.within ?? cell?.within ?? '';
    return within ? [within, ...this.around(within)] : [];
  }

  /** Give a node a cell of its own if there is room for it. */
  takeOut(node: number): void {
    const number = this._at[node];
    const cell = this._cell(number);
    if (cell.members.length === 1) {
      return;
    }
    const { within, depth } = cell;
    const rest = beside(this._shape, cell.members, node);
    const { layers } = this._shape;
    if (cell.members.some(each => layers[each] !== layers[node])) {
      const pieces = [[node], ...rest];
      if (this._elementsWith(number, pieces) <= this._room.most) {
        this._replace(number, pieces, { within, depth, keep: rest[0] });
      }
      return;
    }
    const alone = this._new({ key: '', members: [node], within, depth });
    this._move(node, alone);
    if (this.elements > this._room.most) {
      this._move(node, number);
      this._cells.delete(alone);
    } else {
      cell.members = rest[0];
    }
  }

  /** The picture. */
  fold(): IFold {
    const parts = new Map([...this._cells].map(([number, cell]) => [number, this._part(cell)]));
    const first = (number: number) => this._cell(number).members[0];
    const order = [...parts].sort(([one], [other]) => first(one) - first(other));
    const id = (number: number) => parts.get(number)?.id ?? '';
    return {
      parts: order.map(([, part]) => part),
      edges: [...this._links].map(([link, count]) => {
        const [above, below] = ends(link);
        return { source: id(above), target: id(below), count };
      }),
      opened: [...this._wereOpened.values()].map(({ part }) => part)
    };
  }

  private _cell(number: number): ICell {
    const cell = this._cells.get(number);
    if (!cell) {
      throw new Error(`There is no cell ${number} in this picture.`);
    }
    return cell;
  }

  private _numberOf(key: string): number | undefined {
    for (const [number, cell] of this._cells) {
      if (cell.key === key) {
        return number;
      }
    }
    return undefined;
  }

  private _part({ key, members, within }: ICell): IPart {
    const { ids, layers } = this._shape;
    return {
      id: members.length === 1 ? ids[members[0]] : key,
      members: members.map(node => ids[node]),
      depth: new Set(members.map(node => layers[node])).size,
      within
    };
  }

  /** How many elements there would be with these pieces in the place of a cell. */
  private _elementsWith(number: number, pieces: readonly Piece[]): number {
    // The cells that stay get the numbers after those of the pieces.
    const place = new Map<number, number>();
    pieces.forEach((piece, at) => piece.forEach(node => place.set(node, at)));
    const where = (node: number) => place.get(node) ?? pieces.length + this._at[node];
    const links = new Set<number>();
    for (const [node, piece] of place) {
      for (const parent of this._shape.parents[node]) {
        const above = where(parent);
        if (above !== piece) {
          links.add(above * ENDS + piece);
        }
      }
      for (const child of this._shape.children[node]) {
        if (!place.has(child)) {
          links.add(piece * ENDS + where(child));
        }
      }
    }
    const former = this._linksOf(number).length;
    return this.elements - 1 - former + pieces.length + links.size;
  }

  /** Put pieces in the place of a cell. */
  private _replace(number: number, pieces: readonly Piece[], origin: IOrigin): number[] {
    const { within, depth, keep } = origin;
    const former = this._cell(number);
    this._cells.delete(number);
    this._linksOf(number).forEach(link => this._links.delete(link));
    const numbers = pieces.map(piece => {
      const first = this._shape.ids[piece[0]];
      const fresh = keep ? `${depth}+:${first}` : `${depth}:${first}`;
      const key = piece === keep ? former.key : fresh;
      const cell = this._new({ key, members: piece, within, depth });
      piece.forEach(node => (this._at[node] = cell));
      return cell;
    });
    const added = new Set(numbers);
    for (const node of former.members) {
      const here = this._at[node];
      for (const parent of this._shape.parents[node]) {
        const above = this._at[parent];
        if (above !== here) {
          this._count(above * ENDS + here, 1);
        }
      }
      for (const child of this._shape.children[node]) {
        const below = this._at[child];
        if (!added.has(below)) {
          this._count(here * ENDS + below, 1);
        }
      }
    }
    return numbers;
  }

  /** Bring a node that has no edges to others of its cell to another cell. */
  private _move(node: number, to: number): void {
    const from = this._at[node];
    this._at[node] = to;
    for (const parent of this._shape.parents[node]) {
      this._count(this._at[parent] * ENDS + to, 1);
      this._count(this._at[parent] * ENDS + from, -1);
    }
    for (const child of this._shape.children[node]) {
      this._count(to * ENDS + this._at[child], 1);
      this._count(from * ENDS + this._at[child], -1);
    }
  }

  private _count(link: number, more: number): void {
    const count = (this._links.get(link) ?? 0) + more;
    if (count) {
      this._links.set(link, count);
    } else {
      this._links.delete(link);
    }
  }

  private _linksOf(number: number): number[] {
    return [...this._links.keys()].filter(link => ends(link).includes(number));
  }

  private _new(cell: ICell): number {
    const number = [...this._cells.keys()].reduce((most, each) => Math.max(most, each), -1) + 1;
    this._cells.set(number, cell);
    return number;
  }
}

function ends(link: number): [number, number] {
  return [Math.floor(link / ENDS), link % ENDS];
}
