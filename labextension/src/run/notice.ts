import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { linkTo } from './links';
import { RunSession } from './runsession';

/** One line that says why a run is not followed at present, and what can be done. */
export class RunNotice extends Widget {
  constructor(
    private readonly _session: RunSession,
    private readonly _page: string,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesRun-notice');
    this.node.setAttribute('role', 'status');
    _session.standingChanged.connect(this._draw, this);
    this._draw();
  }

  private _draw(): void {
    const said = this._said();
    this.node.dataset.standing = this._session.standing;
    if (said.join() !== this._told) {
      this._told = said.join();
      this.node.replaceChildren(...said.filter(Boolean).map(words => paragraph(words)));
      if (said.length) {
        this.node.append(...this._ways());
      }
    }
    this.node.hidden = !said.length;
  }

  /** What to say, and what the server said; nothing while all is well. */
  private _said(): string[] {
    const trans = this._trans;
    const { standing, trouble, nodes } = this._session;
    switch (standing) {
      case 'removed':
        return nodes.size
          ? [trans.__('This run was removed from the server. You see how it was at last.')]
          : [trans.__('The server has no such run: it was removed, or belongs to another server.')];
      case 'refused':
        return [
          trans.__('The server no longer tells you about this run: your session has expired.'),
          trans.__('Sign in again in another tab, and this view goes on by itself.')
        ];
      case 'away':
        return [
          trans.__('The server is away: you see what was known last, and it goes on by itself.'),
          trouble
        ];
      case 'over':
        return [trans.__('Not live at the moment: trying again.'), trouble];
      default:
        return [];
    }
  }

  private _ways(): HTMLElement[] {
    const { standing, workflowid } = this._session;
    if (standing === 'refused') {
      const link = document.createElement('a');
      link.href = linkTo(this._page, { workflowid, processid: '' });
      link.target = '_blank';
      link.rel = 'noopener';
      link.textContent = this._trans.__('Sign in');
      return [link];
    }
    if (standing === 'removed') {
      return [];
    }
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-ColoniesRun-link';
    button.textContent = this._trans.__('Try now');
    button.addEventListener('click', () => this._session.retry());
    return [button];
  }

  private _told = '';
}

function paragraph(words: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = words;
  return element;
}
