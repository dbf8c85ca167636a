import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, refreshIcon } from '@jupyterlab/ui-components';
import { ISignal, Signal } from '@lumino/signaling';

import { IFace } from './row';

/** What could not be done, why, and how to do it again. */
interface ITrouble {
  text: string;
  again: () => void;
}

/** What is asked before something is done that can't be undone. */
export interface IQuestion {
  title: string;
  body: string;
  accept: string;
}

/** Does what is asked for in a row, and shows there what went wrong with it. */
export class Doing {
  constructor(private readonly _trans: TranslationBundle) {}

  /** Told when something begins, is done, or fails. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /**
   * Do something with a row, once at a time.
   *
   * @param failed - what is said if it fails: `Not cancelled`
   */
  async perform(key: string, failed: string, act: () => Promise<void>): Promise<void> {
    if (this._busy.has(key)) {
      return;
    }
    this._busy.add(key);
    this._troubles.delete(key);
    this._changed.emit();
    try {
      await act();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const again = () => void this.perform(key, failed, act);
      this._troubles.set(key, { text: `${failed}: ${why}`, again });
    } finally {
      this._busy.delete(key);
      this._changed.emit();
    }
  }

  /** Do something once the reader has confirmed it. */
  async confirm(question: IQuestion, act: () => void): Promise<void> {
    const { title, body, accept } = question;
    const { button } = await showDialog({
      title,
      body,
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: accept })]
    });
    if (button.accept) {
      act();
    }
  }

  /** A face that also says what is being done with its row, or what went wrong. */
  over(key: string, face: IFace): IFace {
    const trouble = this._troubles.get(key);
    if (trouble) {
      const { text, again } = trouble;
      const acts = [
        {
          id: 'again',
          label: this._trans.__('Try again'),
          icon: refreshIcon,
          inline: true,
          run: again
        },
        {
          id: 'dismiss',
          label: this._trans.__('Dismiss'),
          icon: closeIcon,
          inline: true,
          run: () => {
            this._troubles.delete(key);
            this._changed.emit();
          }
        }
      ];
      return { ...face, detail: text, title: text, bar: [], acts, trouble: true };
    }
    if (this._busy.has(key)) {
      const unable = this._trans.__('something is being done already');
      return {
        ...face,
        detail: this._trans.__('One moment…'),
        acts: face.acts.map(each => (each.inline ? { ...each, unable } : each))
      };
    }
    return face;
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _troubles = new Map<string, ITrouble>();
  private readonly _busy = new Set<string>();
}
