import { Clipboard } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { button, element } from './element';
import { exact, short } from './when';

/** What enables the colony in a Jupyter server. */
const ENABLE = 'jupyter server extension enable jupyter_colonies';

/** Says why what the panel shows is not live, since when, and what can be done about it. */
export class Banner extends Widget {
  constructor(
    private readonly _colony: IColony,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesBanner');
    this.node.setAttribute('role', 'status');
    _colony.standingChanged.connect(this._show, this);
    this._show();
  }

  private _show(): void {
    const { standing } = this._colony;
    if (standing === 'there') {
      this._since = 0;
    } else if (standing !== 'looking' && !this._since) {
      this._since = Date.now();
    }
    const parts = this._parts();
    this.setHidden(!parts.length);
    this.node.dataset.standing = standing;
    this.node.replaceChildren(...parts);
  }

  private _parts(): HTMLElement[] {
    const trans = this._trans;
    const { standing, trouble } = this._colony;
    const retry = button(trans.__('Try again'), () => this._colony.retry());
    switch (standing) {
      case 'away': {
        const title = element('strong', '', trans.__('No connection since %1', short(this._since)));
        title.title = exact(this._since);
        const text = trans.__('What you see is from then. It goes on by itself.');
        return [title, element('p', '', text), this._why(trouble), this._ways(retry)];
      }
      case 'refused': {
        const title = element('strong', '', trans.__('You are not signed in any more'));
        const text = trans.__(
          'The session with the Jupyter server has expired, or your right to this colony has ended. Sign in in a new tab, then come back and try again.'
        );
        return [
          title,
          element('p', '', text),
          this._why(trouble),
          this._ways(this._login(), retry)
        ];
      }
      case 'absent': {
        const title = element('strong', '', trans.__('This Jupyter server has no colony'));
        const text = trans.__(
          'Enable the extension in a terminal, and restart the Jupyter server:'
        );
        const code = element('code', '', ENABLE);
        const copy = button(trans.__('Copy'), () => Clipboard.copyToSystem(ENABLE));
        return [title, element('p', '', text), code, this._ways(copy, retry)];
      }
      default:
        return [];
    }
  }

  private _why(trouble: string): HTMLElement {
    return element('p', 'jp-ColoniesBanner-why', trouble);
  }

  private _ways(...ways: HTMLElement[]): HTMLElement {
    const node = element('div', 'jp-ColoniesBanner-ways');
    node.append(...ways);
    return node;
  }

  /** Where to sign in: Jupyter's own page, which leads to the hub's if there is one. */
  private _login(): HTMLElement {
    const { baseUrl } = this._colony.connection.settings;
    const link = element('a', 'jp-ColoniesPanel-button', this._trans.__('Sign in'));
    link.href = URLExt.join(baseUrl, 'login');
    link.target = '_blank';
    link.rel = 'noopener';
    return link;
  }

  private _since = 0;
}
