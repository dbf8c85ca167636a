import { edgeData } from './edge';
import type { IFold, IPart } from './fold';
import { layered, Layout, IPlace } from './layout';
import { known, microseconds } from './moment';
import { counted, Counts, FAILED, nameOf, Node, RUNNING, stateOf, SUCCESS } from './node';
import { fixed, grouped, rounded } from './number';
import {
  BY_PROGRESS,
  countsText,
  DONE,
  glyphsText,
  LOOKS,
  NAME_COLUMNS,
  saidOf,
  shareOf,
  stateText,
  statusText
} from './palette';
import { short } from './words';

/** Up to so many failed processes are shown each, also those that failed because of another. */
const FEW_FAILURES = 60;

/** What is drawn of an element; the fields are described in `core/sketch.py`. */
export type Data = Record<string, unknown>;

/** A node or an edge in the form that cytoscape takes; nodes have positions. */
export interface IElement {
  group: 'nodes' | 'edges';
  data: Data;
  position?: IPlace;
}

/** The elements of a graph by their ids. */
export type Sketch = ReadonlyMap<string, IElement>;

/** What turns one sketch into another; what is empty is left out. */
export interface IChanges {
  /** Whole elements, nodes before the edges that need them. */
  add?: IElement[];
  /** Ids, edges first. */
  remove?: string[];
  /** The changed fields of elements by their ids; one that is gone is null. */
  data?: Record<string, Data>;
  /** The new positions of nodes. */
  move?: Record<string, IPlace | undefined>;
}

/** Where the parts of a fold are drawn. */
export function arranged({ parts, edges }: IFold): Layout {
  const above = new Map<string, string[]>(parts.map(part => [part.id, []]));
  edges.forEach(({ source, target }) => above.get(target)?.push(source));
  return layered(above);
}

/**
 * The processes that must not be hidden in a fold: those that failed by themselves come first.
 *
 * When one fails, everything unfinished of its workflow does; all of them are shown only if they
 * are few.
 */
export function conspicuous(nodes: ReadonlyMap<string, Node>): string[] {
  const failed = [...nodes.values()].filter(node => node.state === FAILED);
  const causes = failed.filter(node =>
    node.parents.every(parent => (nodes.get(parent)?.state ?? SUCCESS) === SUCCESS)
  );
  const others = failed.length <= FEW_FAILURES ? failed : [];
  return [...new Set([...causes, ...others].map(node => node.processid))];
}

/** What a sketch is made of besides the fold and the layout. */
export interface IContent {
  /** The processes by their ids. */
  nodes: ReadonlyMap<string, Node>;
  /** Their numbers in the list of all. */
  rows: ReadonlyMap<string, number>;
  /** Whether each process says which executor has it and since when. */
  details: boolean;
}

/** The elements of a graph by their ids. */
export function sketch(fold: IFold, layout: Layout, content: IContent): Map<string, IElement> {
  const drawn = new Map<string, IElement>();
  for (const part of fold.parts) {
    drawn.set(part.id, nodeElement(part, layout.place(part.id), content));
  }
  for (const { source, target, count } of fold.edges) {
    const data = edgeData(layout, source, target);
    drawn.set(String(data.id), { group: 'edges', data: { ...data, count } });
  }
  return drawn;
}

/** One node of a sketch. */
export function nodeElement(part: IPart, position: IPlace, content: IContent): IElement {
  const { nodes, rows, details } = content;
  const members = part.members.map(member => nodes.get(member)).filter(isThere);
  const data = members.length === 1 ? nodeData(members[0], details) : foldData(part, members);
  const places = part.members.map(member => rows.get(member));
  return { group: 'nodes', data: { ...data, rows: places, within: part.within }, position };
}

function isThere(node: Node | undefined): node is Node {
  return node !== undefined;
}

/** What turns one sketch into another. */
export function changes(before: Sketch, after: Sketch): IChanges {
  const gone = [...before.keys()].filter(name => !after.has(name));
  const edges = gone.filter(name => before.get(name)?.group === 'edges');
  const remove = [...edges, ...gone.filter(name => before.get(name)?.group === 'nodes')];
  const add: IElement[] = [];
  const data: [string, Data][] = [];
  const move: [string, IPlace | undefined][] = [];
  for (const [name, element] of after) {
    const former = before.get(name);
    if (!former) {
      add.push(element);
    } else if (former !== element) {
      const fields = changed(former.data, element.data);
      if (fields.length) {
        data.push([name, Object.fromEntries(fields)]);
      }
      if (!same(former.position, element.position)) {
        move.push([name, element.position]);
      }
    }
  }
  return {
    ...(add.length ? { add } : {}),
    ...(remove.length ? { remove } : {}),
    ...(data.length ? { data: Object.fromEntries(data) } : {}),
    ...(move.length ? { move: Object.fromEntries(move) } : {})
  };
}

/** The fields that differ; one that is gone is null. */
function changed(before: Data, after: Data): [string, unknown][] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter(name => !same(before[name], after[name]))
    .map(name => [name, after[name] ?? null]);
}

/** Whether two values of a sketch, which have no more than one level inside, are equal. */
function same(one: unknown, other: unknown): boolean {
  if (one === other || typeof one !== 'object' || typeof other !== 'object' || !one || !other) {
    return one === other;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, place) => each === other[place]);
  }
  const mine = Object.entries(one);
  const theirs: Data = { ...other };
  return (
    mine.length === Object.keys(theirs).length &&
    mine.every(([name, value]) => theirs[name] === value)
  );
}

/** What is drawn of a process. */
export function nodeData(node: Node, details: boolean): Data {
  const called = nameOf(node);
  const lines = [short(called, NAME_COLUMNS), statusText(node)];
  const said = saidOf(node);
  const about = `${called}: ${stateText(node)}; function ${node.funcname}`;
  const data: Data = {
    id: node.processid,
    kind: 'process',
    name: called,
    state: LOOKS[node.state].word,
    members: 1,
    failed: node.state === FAILED ? 1 : 0,
    about: said ? `${about}; ${said}` : about
  };
  if (details) {
    lines.push(short(node.executorname, NAME_COLUMNS) || 'no executor yet');
    data.tall = true;
    if (node.state === RUNNING && known(node.starttime)) {
      data.since = rounded((microseconds(node.starttime) / 1e6) * 1000);
    }
  }
  const share = shareOf(node);
  if (share !== null) {
    const done = `${fixed(100 * share, 0)}%`;
    const { fill } = LOOKS[node.state];
    data.fills = [DONE, DONE, fill, fill];
    data.stops = ['0%', done, done, '100%'];
  }
  return { ...data, label: lines.join('\n') };
}

/** What is drawn of several processes that are one node. */
export function foldData(part: IPart, members: readonly Node[]): Data {
  const counts = counted(members);
  const title = partTitle(part, members);
  const lines = [short(title, NAME_COLUMNS + 4), glyphsText(counts)];
  const spread = namesText(part, members);
  if (counts[FAILED]) {
    lines.push(`${LOOKS[FAILED].glyph} ${grouped(counts[FAILED])} failed`);
  } else if (spread) {
    lines.push(short(spread, NAME_COLUMNS + 6));
  }
  const found = LOOKS.map(({ word }, state) => [word, counts[state]]);
  return {
    id: part.id,
    kind: 'fold',
    name: title,
    label: lines.join('\n'),
    about: `Fold of ${grouped(members.length)} processes: ${title}; ${countsText(counts)}`,
    state: LOOKS[stateOf(counts)].word,
    members: members.length,
    failed: counts[FAILED],
    counts: Object.fromEntries(found.filter(([, count]) => count)),
    ...shares(counts)
  };
}

/** What a fold is called: `1,000 × map`, `12 in a row · step`, `300 · 4 functions`. */
export function partTitle(part: IPart, members: readonly Node[]): string {
  const [first, ...others] = new Set(members.map(node => node.funcname));
  const what = others.length ? `${others.length + 1} functions` : first;
  if (part.depth === members.length) {
    return `${grouped(members.length)} in a row · ${what}`;
  }
  if (part.depth > 1) {
    const tail = others.length ? '' : ` · ${what}`;
    return `${grouped(members.length)} in ${grouped(part.depth)} layers${tail}`;
  }
  return `${grouped(members.length)} × ${what}`;
}

/** The first and the last name of a fold that came out of another one, to tell them apart. */
function namesText(part: IPart, members: readonly Node[]): string {
  if (!part.within) {
    return '';
  }
  const first = nameOf(members[0]);
  const last = nameOf(members[members.length - 1]);
  return first === last ? first : `${short(first, 11)} … ${short(last, 11)}`;
}

/** Colours and where they begin and end, in percent, in the proportions of the states. */
function shares(counts: Counts): { fills: string[]; stops: string[] } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const fills: string[] = [];
  const stops: string[] = [];
  let soFar = 0;
  for (const state of BY_PROGRESS) {
    if (counts[state]) {
      fills.push(LOOKS[state].fill, LOOKS[state].fill);
      const from = fixed((100 * soFar) / total, 2);
      soFar += counts[state];
      stops.push(`${from}%`, `${fixed((100 * soFar) / total, 2)}%`);
    }
  }
  return { fills, stops };
}
