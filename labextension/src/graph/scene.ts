import { Shape } from './division';
import { alike, Folder, IFold, IPart } from './fold';
import { heading, IHeading, IOpened } from './heading';
import type { Layout } from './layout';
import { ILimits, LIMITS, Room } from './limits';
import { counted, Node } from './node';
import { rounded } from './number';
import { countsText } from './palette';
import { Roll, Row } from './roll';
import { arranged, conspicuous, IElement, nodeElement, partTitle, Sketch, sketch } from './sketch';

const FULL =
  'There is no room to open this fold beside what it is connected with. The table lists its ' +
  'processes.';

/** Folds that are kept open; the one that was opened first is closed for another. */
const MOST_OPENED = 12;

type Parents = ReadonlyMap<string, readonly string[]>;

/** What somebody wants to see of the scene. */
export interface ISight {
  selected: string;
  details: boolean;
  unfolded: boolean;
}

/** What is to be on the screen; of the list, the rows that have changed, by their numbers. */
export interface IView {
  heading: IHeading;
  drawn: Sketch;
  rows: ReadonlyMap<number, Row>;
}

/**
 * The known state of one workflow and what of it is shown.
 *
 * Changes go in through `learn`, whenever they come; `view` gives what is to be on the screen now,
 * so that many changes become one picture. What has not changed is not made again.
 */
export class Scene {
  constructor(
    public processgraphid: string,
    public title: string,
    limits: ILimits = LIMITS
  ) {
    this.limits = limits;
  }

  /** Why the scene is not live, for the heading; an empty text if it is. */
  trouble = '';
  sight: ISight = { selected: '', details: false, unfolded: false };

  /** How much is drawn. */
  set limits(limits: ILimits) {
    this._room = new Room(limits);
    this._folder = null;
    this._formed = false;
  }

  /** Take a change in. */
  learn(nodes: readonly Node[]): void {
    if (this._anew) {
      this._anew = false;
      this._nodes = new Map();
      this._changed = null;
      this._formed = false;
    }
    for (const node of nodes) {
      const before = this._nodes.get(node.processid);
      this._nodes.set(node.processid, node);
      if (!before || !sameList(before.parents, node.parents)) {
        this._formed = false;
      }
      this._changed?.add(node.processid);
    }
  }

  /** What is learnt next is everything; until then what is known stays to be seen. */
  forget(): void {
    this._anew = true;
  }

  /**
   * Show these processes, those of another moment, in place of the known ones; null ends it.
   *
   * What is learnt meanwhile is kept and shown afterwards.
   */
  showStates(nodes: readonly Node[] | null): void {
    this._moment = nodes && new Map(nodes.map(node => [node.processid, node]));
    this._changed = null;
    this._formed = false;
  }

  /** Open a fold; if there is no room for all that are open, the oldest is closed. */
  open(part: string): void {
    const others = this._opened.filter(each => each !== part);
    this._opened = [...others, part].slice(-MOST_OPENED);
  }

  /** Close an opened fold, with all that was opened in it; an empty text closes all. */
  close(part: string): void {
    const inside = new Set(
      this._fold.opened.filter(each => this._around(each.within).includes(part)).map(({ id }) => id)
    );
    this._opened = this._opened.filter(each => part && each !== part && !inside.has(each));
  }

  /**
   * What is to be on the screen now.
   *
   * @throws Cycle if the processes depend on each other in a circle
   */
  view(): IView {
    const nodes = this._shown;
    this._arrange(nodes);
    const changed = this._changed ?? new Set([...nodes.keys(), ...this._seen]);
    this._changed = new Set();
    this._seen = [...nodes.keys()];
    const rows = this._roll.take(nodes, changed);
    const { details } = this.sight;
    const content = { nodes, rows: this._roll.numbers, details };
    if (this._drawnAs.fold !== this._fold || this._drawnAs.details !== details) {
      this._drawnAs = { fold: this._fold, details };
      this._drawn = sketch(this._fold, this._layout, content);
    } else if (changed.size) {
      const parts = new Map<string, IPart>();
      for (const each of changed) {
        const part = this._partOf.get(each);
        if (part) {
          parts.set(part.id, part);
        }
      }
      const drawn = new Map(this._drawn);
      parts.forEach((part, name) => {
        drawn.set(name, nodeElement(part, this._layout.place(name), content));
      });
      this._drawn = drawn;
    }
    return { heading: this.heading(), drawn: this._drawn, rows };
  }

  /** What stands above the graph, as it was arranged last. */
  heading(): IHeading {
    const nodes = this._shown;
    return {
      ...heading(this.title, this.processgraphid, nodes.values()),
      trouble: this.trouble,
      note: this._note,
      past: this._moment !== null,
      folded: this._fold.parts.some(part => part.members.length > 1),
      opened: this._fold.opened.map(part => openedAs(part, nodes)),
      shown: this._fold.parts.length,
      foldable: this._folder !== null && !this._folder.small,
      unfoldable: (this._folder?.elements ?? 0) <= this._room.unfolded
    };
  }

  /** The rows of all processes that were ever shown, in the order of their numbers. */
  get rows(): readonly Row[] {
    return this._roll.rows;
  }

  private get _shown(): ReadonlyMap<string, Node> {
    return this._moment ?? this._nodes;
  }

  /** Fold and lay out again what needs it: another form, other folds open, other failures. */
  private _arrange(nodes: ReadonlyMap<string, Node>): void {
    const folder = this._formedFolder(nodes);
    const { selected, unfolded } = this.sight;
    const apart = [...new Set([selected, ...conspicuous(nodes)])];
    const wish = JSON.stringify([unfolded, this._opened, apart]);
    if (wish === this._wish) {
      return;
    }
    this._wish = wish;
    const oneByOne = unfolded && folder.elements <= this._room.unfolded;
    const fold = oneByOne ? folder.unfolded() : folder.fold(this._opened, apart);
    const there = new Set(fold.opened.map(part => part.id));
    if (!this._moment && !oneByOne && this._opened.some(each => !there.has(each))) {
      this._note = there.has(this._opened[this._opened.length - 1]) ? '' : FULL;
      this._opened = this._opened.filter(each => there.has(each));
    } else {
      this._note = '';
    }
    if (!alike(fold, this._fold)) {
      this._layout = this._moved(arranged(fold));
      this._fold = fold;
      this._partOf = new Map(
        fold.parts.flatMap(part => part.members.map((each): [string, IPart] => [each, part]))
      );
    }
  }

  /** What folds the graph in its present form. */
  private _formedFolder(nodes: ReadonlyMap<string, Node>): Folder {
    if (this._folder && this._formed) {
      return this._folder;
    }
    const parents = new Map([...nodes].map(([id, node]) => [id, node.parents]));
    const functions = new Map([...nodes].map(([id, node]) => [id, node.funcname]));
    if (!this._folder || !this._formedAs(parents, functions)) {
      this._folder = new Folder(new Shape(parents, functions), this._room);
      this._form = { parents, functions };
      this._wish = '';
    }
    this._formed = true;
    return this._folder;
  }

  private _formedAs(parents: Parents, functions: ReadonlyMap<string, string>): boolean {
    const form = this._form;
    return (
      form.parents.size === parents.size &&
      [...parents].every(([id, above]) => {
        const before = form.parents.get(id);
        return (
          before !== undefined &&
          sameList(before, above) &&
          form.functions.get(id) === functions.get(id)
        );
      })
    );
  }

  /** A new layout, moved sideways so that most known nodes stay where they are. */
  private _moved(layout: Layout): Layout {
    const shifts = new Map<number, number>();
    for (const [node, { x }] of layout.places) {
      const before = this._layout.places.get(node);
      if (before) {
        const shift = rounded(before.x - x, 1);
        shifts.set(shift, (shifts.get(shift) ?? 0) + 1);
      }
    }
    let [aside, most] = [0, 0];
    shifts.forEach((count, shift) => {
      if (count > most) {
        [aside, most] = [shift, count];
      }
    });
    return layout.aside(aside);
  }

  /** A fold and those it came out of. */
  private _around(part: string): string[] {
    const within = this._fold.opened.find(each => each.id === part)?.within ?? '';
    return part ? [part, ...this._around(within)] : [];
  }

  private _room = new Room();
  private _nodes = new Map<string, Node>();
  private _moment: Map<string, Node> | null = null;
  private _anew = false;
  /** What may differ from the last view, in the order in which it came; null is everything. */
  private _changed: Set<string> | null = null;
  private _seen: string[] = [];
  private _formed = false;
  private _form: { parents: Parents; functions: ReadonlyMap<string, string> } = {
    parents: new Map(),
    functions: new Map()
  };
  private _folder: Folder | null = null;
  private _wish = '';
  private _opened: string[] = [];
  private _note = '';
  private _fold: IFold = { parts: [], edges: [], opened: [] };
  private _layout = arranged(this._fold);
  private _partOf: ReadonlyMap<string, IPart> = new Map();
  private readonly _roll = new Roll();
  private _drawn: ReadonlyMap<string, IElement> = new Map();
  private _drawnAs = { fold: this._fold, details: false };
}

function openedAs(part: IPart, nodes: ReadonlyMap<string, Node>): IOpened {
  const members = part.members.flatMap(each => nodes.get(each) ?? []);
  return {
    id: part.id,
    title: partTitle(part, members),
    counts: countsText(counted(members))
  };
}

function sameList(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each, place) => each === others[place]);
}
