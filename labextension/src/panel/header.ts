import { Clipboard } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import { Documents } from '../server/connection';
import { element, setText } from './element';

/** Which colony it is, how many of its runs run, and where its own port is. */
export class Header extends Widget {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('jp-ColoniesHeader');
    this._live.setAttribute('role', 'status');
    const copy = element('button', 'jp-ColoniesRow-act');
    copy.type = 'button';
    copyIcon.element({ container: copy, elementPosition: 'center', stylesheet: 'menuItem' });
    copy.title = _trans.__('Copy the address of the colony’s own port');
    copy.setAttribute('aria-label', copy.title);
    copy.addEventListener('click', () => {
      Clipboard.copyToSystem(this._address.textContent ?? '');
      setText(this._live, _trans.__('The address is copied'));
    });
    this._place.append(this._address, copy);
    const line = element('div', 'jp-ColoniesHeader-line');
    line.append(this._name, this._live);
    this.node.append(line, this._place);
    this._place.hidden = true;
  }

  /** What the server says of itself, and whether its address is shown. */
  describe(here: Documents['Here'] | null, address: boolean): void {
    setText(this._name, here ? this._trans.__('Colony %1', here.colonyname) : '');
    setText(this._address, here?.address ?? '');
    this._address.title = here
      ? this._trans.__('For SDKs and executors outside of Jupyter; version %1', here.version)
      : '';
    this._place.hidden = !here?.address || !address;
  }

  /** How many runs run. */
  set running(running: number) {
    const text = running
      ? this._trans.__('%1 running', running.toLocaleString())
      : this._trans.__('nothing runs');
    setText(this._live, text);
  }

  private readonly _name = element('h2', 'jp-ColoniesHeader-name');
  private readonly _live = element('span', 'jp-ColoniesHeader-live');
  private readonly _place = element('div', 'jp-ColoniesHeader-place');
  private readonly _address = element('code', 'jp-ColoniesHeader-address');
}
