import { Popup, showPopup } from '@jupyterlab/statusbar';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { ColonyCard } from './colonycard';
import { RunningCount } from './running';
import { IOrigin, sayingOf } from './saying';

/** What the item of the status bar needs. */
export interface IStatusItemOptions {
  colony: IColony;
  running: RunningCount;
  origin: IOrigin;
  trans: TranslationBundle;
  /** Opens the panel of the colony; null where there is none. */
  openPanel: () => (() => void) | null;
}

/** The item of the status bar that says how the server is; more of that is behind it. */
export class StatusItem extends Widget {
  constructor(private readonly _options: IStatusItemOptions) {
    super();
    const { colony, running } = _options;
    this.addClass('jp-ColoniesStatus');
    this._button.type = 'button';
    this._button.className = 'jp-ColoniesStatus-button';
    this._button.setAttribute('aria-haspopup', 'dialog');
    this._button.setAttribute('aria-expanded', 'false');
    this._glyph.setAttribute('aria-hidden', 'true');
    this._glyph.className = 'jp-ColoniesStatus-glyph';
    this._button.append(this._glyph, this._words);
    this._button.addEventListener('click', () => this._toggle());
    this.node.append(this._button);
    colony.standingChanged.connect(this._draw, this);
    running.changed.connect(this._draw, this);
    this._draw();
  }

  private _draw(): void {
    const { colony, running, origin, trans } = this._options;
    const { short, long, glyph } = sayingOf(colony.standing, running.count, origin, trans);
    const words = trans.__('Colony: %1', short);
    if (this._words.textContent !== words) {
      this._words.textContent = words;
    }
    this._glyph.textContent = glyph;
    this._button.title = long;
    this.node.dataset.standing = colony.standing;
  }

  private _toggle(): void {
    if (this._popup && !this._popup.isDisposed) {
      this._popup.dispose();
      return;
    }
    const { openPanel, ...options } = this._options;
    const body = new ColonyCard({
      ...options,
      openPanel: openPanel(),
      done: () => this._popup?.dispose()
    });
    this._popup = showPopup({ body, anchor: this, align: 'left', hasDynamicSize: true });
    this._button.setAttribute('aria-expanded', 'true');
    this._popup.disposed.connect(() => {
      this._button.setAttribute('aria-expanded', 'false');
      this._button.focus();
    });
    body.activate();
  }

  private readonly _button = document.createElement('button');
  private readonly _glyph = document.createElement('span');
  private readonly _words = document.createElement('span');
  private _popup: Popup | null = null;
}
