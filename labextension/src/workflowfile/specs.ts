import { TranslationBundle } from '@jupyterlab/translation';

import { closest } from './closest';
import { FUNCTION_SPEC, SchemaCheck, WORKFLOW } from './schema';
import { IFault, IListValue, IReading, ISpan, mark, member, Path, textOf, Value } from './tree';

/** A node of a workflow as its text says it. */
export interface ISpec {
  /** The name, or where there is none or another one has it too, something that tells it apart. */
  id: string;
  nodename: string;
  funcname: string;
  executortype: string;
  /** Ids of the nodes it waits for, each once; only those that are there. */
  dependencies: string[];
  value: Value;
}

/** What a text says: the nodes, and everything that is wrong. */
export interface IWorkflowText extends IReading {
  specs: ISpec[];
  /** The way to the list of specs; none where the text is one spec. */
  list: Path | null;
  /** Whether the nodes form a graph that can be drawn. */
  drawable: boolean;
  /** Whether it can be submitted. */
  sound: boolean;
}

/** A dependency, and where it stands. */
interface IWaiting {
  name: string;
  at: ISpan;
}

/** Read what a text says as a workflow, by the rules by which the server would take it. */
export function specsOf(reading: IReading, trans: TranslationBundle): IWorkflowText {
  return new SpecReader(reading, trans).read();
}

class SpecReader {
  constructor(
    private readonly _reading: IReading,
    private readonly _trans: TranslationBundle
  ) {
    this._faults = [...this._reading.faults];
    this._broken = this._faults.length > 0;
  }

  read(): IWorkflowText {
    const { root } = this._reading;
    const { values, list } = this._find(root);
    const specs = values.map((value, index) => specOf(value, index));
    const waiting = values.map(value => waitingOf(value));
    let drawable = !this._broken && specs.length > 0;
    // What a broken text seems to say of its nodes would only hide what is broken.
    if (!this._broken && specs.length > 0) {
      drawable = this._names(specs) && drawable;
      drawable = this._dependencies(specs, waiting) && drawable;
    }
    const sound = !this._faults.some(({ severity }) => severity === 'error');
    const faults = this._faults.sort((one, other) => one.from - other.from);
    return { root, faults, specs, list, drawable: drawable && specs.length > 0, sound };
  }

  /** The values that are specs, after they and what they stand in have been looked at. */
  private _find(root: Value | null): { values: Value[]; list: Path | null } {
    const trans = this._trans;
    const check = new SchemaCheck(trans, this._broken ? [] : this._faults);
    if (!root) {
      if (!this._broken) {
        this._refuse({ from: 0, to: 0 }, this._empty());
      }
      return { values: [], list: [] };
    }
    if (root.kind === 'list') {
      return { values: this._items(root, check), list: [] };
    }
    if (root.kind === 'object') {
      const wrapped = member(root, 'functionspecs');
      const known = Object.keys(FUNCTION_SPEC.properties ?? {});
      if (!wrapped && root.members.length > 0 && !known.some(key => member(root, key))) {
        if (!this._broken) {
          this._refuse(mark(root), this._none());
        }
        return { values: [], list: null };
      }
      if (!wrapped || member(root, 'funcname')) {
        check.check(root, FUNCTION_SPEC, trans.__('the function spec'));
        return { values: [root], list: null };
      }
      check.check(root, WORKFLOW, trans.__('the workflow'));
      const inner = wrapped.value;
      if (inner?.kind === 'list' && inner.items.length > 0) {
        const values = inner.items.filter(({ kind }) => kind === 'object');
        return { values, list: ['functionspecs'] };
      }
      if (inner?.kind === 'list') {
        this._refuse(mark(inner), this._empty());
      }
      return { values: [], list: ['functionspecs'] };
    }
    if (!this._broken) {
      this._refuse(mark(root), this._none());
    }
    return { values: [], list: [] };
  }

  private _items(root: IListValue, check: SchemaCheck): Value[] {
    if (root.items.length === 0 && !this._broken) {
      this._refuse(mark(root), this._empty());
    }
    for (const item of root.items) {
      check.check(item, FUNCTION_SPEC, this._trans.__('the function spec'));
    }
    return root.items.filter(({ kind }) => kind === 'object');
  }

  private _none(): string {
    return this._trans.__(
      'This is no workflow: expected a list of function specs, [ { "funcname": … } ].'
    );
  }

  private _empty(): string {
    return this._trans.__(
      'There are no function specs: a workflow is a list of at least one, [ { "funcname": … } ].'
    );
  }

  /** Whether each node has a name of its own; a single one needs none. */
  private _names(specs: ISpec[]): boolean {
    const trans = this._trans;
    const first = new Map<string, ISpec>();
    let fine = true;
    for (const [index, spec] of specs.entries()) {
      const at = member(spec.value, 'nodename')?.value ?? spec.value;
      const before = first.get(spec.nodename);
      if (!spec.nodename && specs.length > 1) {
        const words = trans.__(
          "Nodename is missing: function spec %1 ('%2') has no nodename",
          index + 1,
          spec.funcname
        );
        this._refuse(mark(at), words);
        fine = false;
      } else if (before) {
        const words = trans.__(
          'Duplicate nodename: %1. Function spec %2 has this name already.',
          spec.nodename,
          specs.indexOf(before) + 1
        );
        this._refuse(mark(at), words);
        fine = false;
      } else {
        first.set(spec.nodename, spec);
        spec.id = spec.nodename || spec.id;
      }
    }
    return fine;
  }

  /** Whether everything that is waited for is there, and nothing waits for itself. */
  private _dependencies(specs: ISpec[], waiting: IWaiting[][]): boolean {
    const trans = this._trans;
    const names = new Set(specs.map(({ nodename }) => nodename).filter(Boolean));
    let fine = true;
    for (const [index, spec] of specs.entries()) {
      const known = new Set<string>();
      for (const { name, at } of waiting[index]) {
        if (!names.has(name)) {
          const near = closest(name, names);
          const words = trans.__(
            "Invalid dependency: node '%1' depends on '%2', which is not in the workflow",
            spec.nodename,
            name
          );
          this._refuse(at, near ? trans.__("%1: did you mean '%2'?", words, near) : words);
          fine = false;
        } else if (known.has(name)) {
          const words = trans.__('This dependency is there already: once is enough.');
          this._faults.push({ severity: 'info', message: words, from: at.from, to: at.to });
        }
        known.add(name);
      }
      spec.dependencies = [...known].filter(name => names.has(name));
    }
    return this._cycles(specs, waiting) && fine;
  }

  private _cycles(specs: ISpec[], waiting: IWaiting[][]): boolean {
    const cycle = cycleOf(specs);
    if (!cycle) {
      return true;
    }
    const closed = [...cycle, cycle[0]];
    const words = this._trans.__(
      'The dependencies contain a cycle: %1. Remove one of these dependencies.',
      closed.map(({ nodename }) => nodename).join(' → ')
    );
    // Each waits for the one behind it.
    for (const [index, spec] of cycle.entries()) {
      const wanted = closed[index + 1].nodename;
      const found = waiting[specs.indexOf(spec)].find(({ name }) => name === wanted);
      this._refuse(found?.at ?? mark(spec.value), words);
    }
    return false;
  }

  private _refuse(span: ISpan, message: string): void {
    this._faults.push({ severity: 'error', message, from: span.from, to: span.to });
  }

  private readonly _faults: IFault[];
  private readonly _broken: boolean;
}

function specOf(value: Value, index: number): ISpec {
  const conditions = member(value, 'conditions')?.value;
  return {
    id: `#${index + 1}`,
    nodename: textOf(value, 'nodename') ?? '',
    funcname: textOf(value, 'funcname') ?? '',
    executortype: textOf(conditions, 'executortype') ?? '',
    dependencies: [],
    value
  };
}

function waitingOf(value: Value): IWaiting[] {
  const list = member(member(value, 'conditions')?.value, 'dependencies')?.value;
  const waiting: IWaiting[] = [];
  for (const item of list?.kind === 'list' ? list.items : []) {
    if (item.kind === 'scalar' && typeof item.value === 'string') {
      waiting.push({ name: item.value, at: { from: item.from, to: item.to } });
    }
  }
  return waiting;
}

/** Nodes of which each waits for the next and the last one for the first; none if nothing does. */
function cycleOf(specs: ISpec[]): ISpec[] | null {
  const left = new Map(specs.map(spec => [spec.nodename, spec]));
  const waitsFor = new Map(specs.map(spec => [spec, spec.dependencies.length]));
  const children = new Map<string, ISpec[]>();
  for (const spec of specs) {
    for (const name of spec.dependencies) {
      const known = children.get(name) ?? [];
      known.push(spec);
      children.set(name, known);
    }
  }
  const free = specs.filter(({ dependencies }) => dependencies.length === 0);
  for (let spec = free.pop(); spec; spec = free.pop()) {
    left.delete(spec.nodename);
    for (const child of children.get(spec.nodename) ?? []) {
      const count = (waitsFor.get(child) ?? 0) - 1;
      waitsFor.set(child, count);
      if (count === 0) {
        free.push(child);
      }
    }
  }
  // Whatever is left waits for something that is left: following that must come round.
  const way = new Set<ISpec>();
  let spec: ISpec | undefined = left.values().next().value;
  while (spec && !way.has(spec)) {
    way.add(spec);
    const next: string | undefined = spec.dependencies.find(name => left.has(name));
    spec = next === undefined ? undefined : left.get(next);
  }
  const passed = [...way];
  return spec ? passed.slice(passed.indexOf(spec)) : null;
}
