import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { make } from '../../../jupyter_colonies/widgets/page/elements.js';
import { IFault } from './tree';

/** The line below a text: how many nodes it has, what is wrong with it, and what was last done. */
export class Foot extends Widget {
  /**
   * @param next - goes to the next place where something is wrong
   */
  constructor(
    private readonly _trans: TranslationBundle,
    next: () => void
  ) {
    super();
    this.addClass('jp-ColoniesWorkflowFile-foot');
    this._faults.title = _trans.__('Go to the next one (F8)');
    this._faults.onclick = next;
    this._faults.hidden = true;
    this.node.append(this._count, this._faults, this._said);
  }

  /** Sum up what is wrong; what was said of the last submission stays until the text changes. */
  sum(faults: readonly IFault[], nodes: number): void {
    const trans = this._trans;
    const of = (wanted: string) => faults.filter(({ severity }) => severity === wanted).length;
    const [errors, warnings, hints] = [of('error'), of('warning'), of('info')];
    const parts = [
      errors > 0 ? `✗ ${trans._n('%1 error', '%1 errors', errors)}` : '',
      warnings > 0 ? `⚠ ${trans._n('%1 warning', '%1 warnings', warnings)}` : '',
      hints > 0 ? `• ${trans._n('%1 hint', '%1 hints', hints)}` : ''
    ];
    this._faults.textContent = parts.filter(Boolean).join('  ');
    this._faults.hidden = faults.length === 0;
    this._faults.dataset.severity = errors > 0 ? 'error' : 'info';
    this._count.textContent = trans._n('%1 node', '%1 nodes', nodes);
  }

  /** Say what became of a submission. */
  say(words: string, kind: 'error' | 'info' = 'info'): void {
    this._said.dataset.kind = kind;
    this._said.textContent = words;
  }

  private readonly _count = make('span', { className: 'count' });
  private readonly _faults = make('button', { type: 'button' });
  private readonly _said = make('span', { className: 'said', role: 'status' });
}
