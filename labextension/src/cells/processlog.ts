import { Dialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { Documents } from '../server/connection';
import { Feed } from '../server/feed';

/** The characters of a log that are shown at most: its end. */
const MOST = 200_000;

/** Show the log of a process in a dialog; it grows as long as the process runs. */
export async function showLog(
  colony: IColony,
  processid: string,
  title: string,
  trans: TranslationBundle
): Promise<void> {
  await new Dialog({
    title,
    body: new ProcessLog(colony, processid, trans),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  }).launch();
}

/** The lines that the executor of a process wrote, newest at the end. */
class ProcessLog extends Widget {
  constructor(
    colony: IColony,
    processid: string,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ColoniesCell-log');
    this._lines.tabIndex = 0;
    this._lines.setAttribute('role', 'log');
    this._lines.setAttribute('aria-label', _trans.__('Log'));
    this._said.textContent = _trans.__('Nothing was written yet.');
    this._said.setAttribute('role', 'status');
    this.node.append(this._lines, this._said);
    this._feed = new Feed(colony.connection, '/processes/{processid}/log/events', { processid });
    this._feed.told.connect((_, told) => {
      if (told.event === 'reset') {
        this._lines.textContent = '';
      } else if (told.event === 'notes') {
        this._add(told.data as Documents['Notes']);
      }
    });
    this._feed.stateChanged.connect((_, state) => {
      if (state === 'away') {
        this._said.textContent = _trans.__('The server is away: the log goes on when it is back.');
      } else if (state === 'over' && !this._ended) {
        this._said.textContent = this._feed.reason;
      }
    });
  }

  override dispose(): void {
    this._feed.dispose();
    super.dispose();
  }

  protected override onBeforeDetach(msg: Message): void {
    this._feed.dispose();
    super.onBeforeDetach(msg);
  }

  private _add({ lines, ended }: Documents['Notes']): void {
    const pane = this._lines;
    const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 4;
    const text = (pane.textContent ?? '') + lines.map(each => each.message).join('');
    pane.textContent = text.slice(-MOST);
    if (atEnd) {
      pane.scrollTop = pane.scrollHeight;
    }
    this._ended = this._ended || ended;
    this._said.textContent = this._ended
      ? text
        ? this._trans.__('The process has ended.')
        : this._trans.__('The process has ended and wrote nothing.')
      : text
        ? ''
        : this._trans.__('Nothing was written yet.');
  }

  private readonly _lines = document.createElement('pre');
  private readonly _said = document.createElement('p');
  private readonly _feed: Feed;
  private _ended = false;
}
