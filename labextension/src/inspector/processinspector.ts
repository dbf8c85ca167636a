import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { UUID } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import inspecting from '../../../jupyter_colonies/widgets/inspector/inspector.js';
import { IColony } from '../colony/colony';
import { PageModel } from '../page/model';
import { Documents } from '../server/connection';
import { NotReached, Refused } from '../server/failure';
import * as account from './account';
import { carryOut } from './actions';
import { errors } from './failing';
import { Following } from './following';
import { nameOf, Process } from './process';
import { RichValues } from './rich';
import { asJson, asPython, asYaml } from './speccode';
import { at, FILE, isObject, MORE, tree } from './tree';
import { named, Part, shown, table } from './values';

/** The command that shows a run of its own. */
const OPEN_RUN = 'jupyter-colonies:open-run';

/** What the inspector needs. */
export interface IInspected {
  colony: IColony;
  rendermime: IRenderMimeRegistry;
  commands: CommandRegistry;
  trans: TranslationBundle;
  /** The name of a process that is known where the inspector is shown. */
  nameOf?: (processid: string) => string | undefined;
}

/** What the page's script draws while there is nothing to be drawn. */
const NOTHING = {
  processid: '',
  chosen: '',
  told: {},
  trouble: '',
  head: {},
  times: {},
  facts: [],
  progress: {},
  spec: {},
  values: {},
  rich: {},
  errors: {},
  cell: {},
  attributes: [],
  relatives: {},
  tries: [],
  offers: [],
  logged: {}
};

/** Everything about one process, live, and what can be done with it; without a kernel. */
export class ProcessInspector extends Widget {
  constructor(private readonly _options: IInspected) {
    super();
    this.addClass('jp-ColoniesInspector');
    this._rich = new RichValues(_options.rendermime, _options.trans);
    this._model = new PageModel(NOTHING, message => this._hear(message));
    this._model.on('change:chosen', () => this._choose());
    const surface = document.createElement('div');
    this.node.append(surface);
    const script = inspecting({ drawBundle: this._rich.draw });
    script.initialize?.({ model: this._model });
    this._end = script.render({ model: this._model, el: surface }) ?? (() => undefined);
  }

  /** The id of another process that the reader wants to see: whoever shows this one decides. */
  get chosen(): ISignal<this, string> {
    return this._chosen;
  }

  /** The id of a workflow that "Run from here" made. */
  get newRun(): ISignal<this, string> {
    return this._newRun;
  }

  /** The name of the process that is shown, once it is known or when it is another one. */
  get named(): ISignal<this, string> {
    return this._named;
  }

  /** The id of the process that is shown; empty for none. */
  get processid(): string {
    return this._following?.processid ?? '';
  }

  /** Show a process of a run, or, for null, the invitation to choose one. */
  override show(node?: Documents['NodeChange'] | null): void {
    if (node === undefined) {
      super.show();
      return;
    }
    const [before, isOther] = [this._node, node?.processid !== this._node?.processid];
    this._node = node;
    if (isOther || (node && node.processid !== this.processid)) {
      this.inspect(node?.processid ?? '');
    } else if (node && before && standing(node) !== standing(before)) {
      void this._following?.refresh();
    }
  }

  /** Show a process by its id; none if that is empty. */
  inspect(processid: string): void {
    this._following?.dispose();
    this._following = null;
    this._keys.clear();
    this._drawn = [];
    this._model.update({ ...NOTHING, processid });
    if (processid) {
      const { colony, trans, nameOf = () => undefined } = this._options;
      this._following = new Following({ colony, processid, trans, nameOf });
      this._following.changed.connect(this._draw, this);
    }
    this._rich.sweep(this.node);
  }

  /** Say that what is shown was removed, with the workflow it belongs to. */
  leave(): void {
    this._following?.leave();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._following?.dispose();
    this._end();
    this._rich.dispose();
    super.dispose();
    Signal.clearData(this);
  }

  private _draw(following: Following): void {
    const { process, logbook, processid } = following;
    if (process) {
      this._drawProcess(process, following);
    }
    this._model.update({
      trouble: following.trouble,
      ...(following.removed ? { offers: [] } : {}),
      logged: {
        of: processid,
        total: logbook.total,
        sent: logbook.total,
        left_out: logbook.leftOut,
        live: following.live
      }
    });
  }

  /** Lines of the log come much oftener than anything else. */
  private _drawProcess(process: Process, following: Following): void {
    const { names, events, seen, fetched, removed } = following;
    const executorname = this._node?.executorname || following.executorname;
    const known = [process, names, events, seen, fetched, executorname, removed];
    if (known.every((each, index) => each === this._drawn[index])) {
      return;
    }
    this._drawn = known;
    const { trans } = this._options;
    const { spec } = process;
    this._named.emit(nameOf(process));
    this._model.update({
      head: account.head(process, trans),
      times: account.times(process),
      facts: account.facts(process, executorname, trans),
      progress: account.progress(process),
      spec: spec
        ? {
            facts: account.asked(process, trans),
            json: account.cut(asJson(spec), trans),
            python: asPython(spec),
            yaml: asYaml(spec),
            copied: asJson(spec)
          }
        : {},
      values: this._values(process, following),
      rich: Object.fromEntries(seen),
      errors: errors(process, trans),
      cell: account.cell(process),
      attributes: account.attributes(process, trans),
      relatives: account.relatives(process, names),
      tries: account.tries(events, trans),
      offers: removed ? [] : account.offers(process, trans)
    });
    this._rich.sweep(this.node);
  }

  /** The values by their parts, what was fetched in the place of what stands for it. */
  private _valuesOf(process: Process, following: Following): Record<Part, [string, unknown][]> {
    const whole = (value: unknown) => {
      const file = isObject(value) ? value[FILE] : undefined;
      return typeof file === 'string' && following.fetched.has(file)
        ? following.fetched.get(file)
        : value;
    };
    const found = named(process, this._rich.isRich, this._options.trans);
    const fill = (values: [string, unknown][]) =>
      values.map(([name, value]): [string, unknown] => [name, whole(value)]);
    return {
      output: fill(found.output),
      arguments: fill(found.arguments),
      input: fill(found.input)
    };
  }

  private _values(process: Process, following: Following): Record<string, unknown> {
    const found = Object.entries(this._valuesOf(process, following));
    return Object.fromEntries(
      found.map(([part, values]) => [
        part,
        values.map(([name, value]) => shown(name, value, this._rich.isRich))
      ])
    );
  }

  private _choose(): void {
    const processid = this._model.get<string>('chosen');
    if (!processid) {
      return;
    }
    this._model.set('chosen', '');
    if (this._node) {
      this._chosen.emit(processid);
    } else {
      this.inspect(processid);
    }
  }

  private _hear(message: Record<string, unknown>): void {
    const following = this._following;
    if (!following) {
      return;
    }
    switch (message.wish) {
      case 'lines':
        this._sendLines(following, Number(message.first));
        return;
      case 'more':
        this._sendMore(following, message);
        return;
      case 'look':
        void following.look(String(message.file));
        return;
      case 'fetch':
        void following.fetchValue(String(message.file));
        return;
      case 'act':
        void this._act(following, String(message.name));
        return;
      case 'open':
        this._open(message);
    }
  }

  private _sendLines(following: Following, from: number): void {
    const { first, lines } = following.logbook.from(from);
    const { processid, logbook } = following;
    this._model.tell({ lines, first, of: processid, left_out: logbook.leftOut });
  }

  private _sendMore(following: Following, message: Record<string, unknown>): void {
    const { part, index, path, first } = message;
    const { process } = following;
    if (!process || !isPart(part) || !Array.isArray(path)) {
      return;
    }
    const value = this._valuesOf(process, following)[part][Number(index)]?.[1];
    const where = { part, index, path, first };
    const from = Number(first);
    this._model.tell(
      message.rows
        ? { more: where, table: table(value, from) }
        : { more: where, node: tree(at(value, path as (string | number)[]), from, MORE) }
    );
  }

  private async _act(following: Following, name: string): Promise<void> {
    const { process } = following;
    const { colony, trans, commands } = this._options;
    const offer = process && account.offers(process, trans).find(each => each.name === name);
    if (!process || !offer) {
      return;
    }
    this._model.set('told', { text: trans.__('Asked the server …') });
    // Whoever got no answer and asks again wants the same, which may have been done.
    const key = this._keys.get(offer.name) ?? UUID.uuid4();
    this._keys.set(offer.name, key);
    try {
      const done = await carryOut(colony.connection, process, offer.name, key, trans);
      this._keys.delete(offer.name);
      const opens = done.processid || commands.hasCommand(OPEN_RUN);
      const run = done.workflowid || done.processid;
      this._say(following, { ...done, run, open: opens ? trans.__('Open') : '' });
      if (done.workflowid) {
        this._newRun.emit(done.workflowid);
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this._say(following, { text, refused: true });
      if (!(error instanceof NotReached)) {
        this._keys.delete(offer.name);
      }
      if (error instanceof Refused && error.status === 404) {
        void following.refresh();
      }
    }
  }

  private _say(following: Following, told: Record<string, unknown>): void {
    if (following === this._following) {
      this._model.set('told', told);
    }
  }

  private _open({ workflowid, processid }: Record<string, unknown>): void {
    if (workflowid) {
      void this._options.commands.execute(OPEN_RUN, { workflowid: String(workflowid) });
    } else if (processid) {
      this._node = null;
      this.inspect(String(processid));
    }
  }

  private readonly _model: PageModel;
  private readonly _rich: RichValues;
  private readonly _keys = new Map<string, string>();
  private readonly _end: () => void;
  private readonly _chosen = new Signal<this, string>(this);
  private readonly _named = new Signal<this, string>(this);
  private readonly _newRun = new Signal<this, string>(this);
  private _following: Following | null = null;
  private _node: Documents['NodeChange'] | null = null;
  private _drawn: unknown[] = [];
}

/** What of a node changes when more of its process has. */
function standing(node: Documents['NodeChange']): string {
  return JSON.stringify([node.state, node.retries, node.parents, node.children]);
}

function isPart(part: unknown): part is Part {
  return part === 'output' || part === 'arguments' || part === 'input';
}
