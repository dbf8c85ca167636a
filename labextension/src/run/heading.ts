import { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { duration, moment } from '../../../jupyter_colonies/widgets/page/elements.js';
import { isFinal, lookOf, milliseconds, STATES, tally } from '../colony/states';
import { Documents } from '../server/connection';
import { RunSession } from './runsession';

type NodeChange = Documents['NodeChange'];

/** Name, state and progress of a run, and where it came from. */
export class RunHeading extends Widget {
  constructor(
    private readonly _session: RunSession,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesRun-heading');
    this._build();
    _session.changed.connect(this._wish, this);
    _session.restarted.connect(this._wish, this);
    _session.standingChanged.connect(this._wish, this);
    _session.nameChanged.connect(this._wish, this);
    this._draw();
  }

  /** The reader wants to see another run: the one that this one repeats. */
  get wanted(): ISignal<this, string> {
    return this._wanted;
  }

  /** Show the run as it was at an earlier moment; null for as it is. */
  showStates(nodes: NodeChange[] | null): void {
    this._past = nodes;
    this._wish();
  }

  override dispose(): void {
    window.cancelAnimationFrame(this._due);
    Signal.clearData(this);
    super.dispose();
  }

  private _build(): void {
    const { _trans: trans, _session: session } = this;
    this._id.textContent = session.workflowid.slice(0, 8);
    this._id.title = session.workflowid;
    this._state.className = 'jp-ColoniesRun-state';
    this._track.className = 'jp-ColoniesRun-track';
    this._track.setAttribute('role', 'progressbar');
    this._track.setAttribute('aria-label', trans.__('Finished processes'));
    this._track.setAttribute('aria-valuemin', '0');
    this._counts.className = 'jp-ColoniesRun-counts';
    this._then.className = 'jp-ColoniesRun-past';
    this._then.textContent = trans.__('At an earlier moment');
    this._about.className = 'jp-ColoniesRun-about';
    this._original.type = 'button';
    this._original.className = 'jp-ColoniesRun-link';
    this._original.addEventListener('click', () => {
      this._wanted.emit(session.progress?.original ?? '');
    });
    const [first, second] = [document.createElement('div'), document.createElement('div')];
    first.append(this._name, this._id, this._state, this._track, this._counts, this._then);
    second.append(this._about, this._original);
    this.node.append(first, second);
  }

  private _wish(): void {
    this._due ||= window.requestAnimationFrame(() => {
      this._due = 0;
      this._draw();
    });
  }

  private _draw(): void {
    const { _trans: trans, _session: session } = this;
    const nodes = this._past ?? [...session.nodes.values()];
    const known = nodes.length > 0;
    const counts = tally(nodes);
    const state = this._past ? stateOf(counts) : session.state;
    const { glyph, word, fill } = lookOf(state, trans);
    const finished = counts[2] + counts[3] + counts[4];
    this._name.textContent = session.name;
    this._id.hidden = session.name.includes(session.workflowid.slice(0, 8));
    this._state.hidden = this._track.hidden = !known;
    this._state.textContent = `${glyph} ${word}`;
    this._state.style.background = fill;
    this._track.setAttribute('aria-valuemax', String(nodes.length));
    this._track.setAttribute('aria-valuenow', String(finished));
    this._track.replaceChildren(
      ...([2, 3, 4, 1] as const)
        .filter(each => counts[each])
        .map(each => part(lookOf(each, trans).fill, counts[each] / nodes.length))
    );
    this._counts.textContent = known
      ? trans.__('%1 of %2 finished', finished.toLocaleString(), nodes.length.toLocaleString())
      : session.standing === 'removed'
        ? ''
        : trans.__('Loading …');
    this._counts.title = STATES.filter(each => counts[each])
      .map(each => `${counts[each].toLocaleString()} ${lookOf(each, trans).word.toLowerCase()}`)
      .join(', ');
    this._then.hidden = !this._past;
    this._describe();
  }

  /** Who submitted it, when, and how long it took. */
  private _describe(): void {
    const { _trans: trans, _session: session } = this;
    const { progress, state } = session;
    const parts: (string | Node)[] = [];
    if (progress) {
      parts.push(
        trans.__('Submitted by %1', progress.initiatorname || trans.__('somebody')),
        ' · '
      );
      parts.push(moment(milliseconds(progress.submissiontime)));
      const took = isFinal(state) ? span(session.nodes.values()) : 0;
      if (took) {
        parts.push(' · ', trans.__('took %1', duration(took / 1000)));
      }
    }
    this._about.replaceChildren(...parts);
    const original = progress?.original ?? '';
    this._original.hidden = !original;
    this._original.textContent = trans.__('runs %1 again', original.slice(0, 8));
  }

  private readonly _wanted = new Signal<this, string>(this);
  private readonly _name = document.createElement('h2');
  private readonly _id = document.createElement('code');
  private readonly _state = document.createElement('span');
  private readonly _track = document.createElement('span');
  private readonly _counts = document.createElement('span');
  private readonly _then = document.createElement('span');
  private readonly _about = document.createElement('span');
  private readonly _original = document.createElement('button');
  private _past: NodeChange[] | null = null;
  private _due = 0;
}

/** The state of a whole whose parts are in these states, as the server has it. */
function stateOf(counts: Record<Documents['State'], number>): Documents['State'] {
  if (counts[1] || (counts[0] && counts[2] + counts[3] + counts[4])) {
    return 1;
  }
  return counts[0] ? 0 : counts[3] ? 3 : counts[4] ? 4 : 2;
}

function part(fill: string, share: number): HTMLElement {
  const element = document.createElement('span');
  element.style.background = fill;
  element.style.width = `${100 * share}%`;
  return element;
}

/** Milliseconds from the first start to the last end. */
function span(nodes: Iterable<NodeChange>): number {
  let [begin, end] = [Infinity, 0];
  for (const { starttime, endtime, keptfrom } of nodes) {
    const started = milliseconds(starttime);
    if (started && !keptfrom) {
      begin = Math.min(begin, started);
      end = Math.max(end, milliseconds(endtime));
    }
  }
  return Math.max(0, end - begin);
}
