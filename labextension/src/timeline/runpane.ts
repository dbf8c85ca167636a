import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { IPageModel, IPageScript } from '../page/model';
import { RunSession } from '../run/runsession';
import { Pace } from '../graph/pace';
import { Chronicle } from './chronicle';

/** What a part of a run's view is made of. */
export interface IPaneOptions {
  colony: IColony;
  session: RunSession;
  trans: TranslationBundle;
}

/**
 * A part of a run's view that shows its history with a script of the kernel's widgets.
 *
 * The history is read when the pane is seen first. While nobody can see it, it does nothing.
 */
export abstract class RunPane extends Widget {
  constructor({ colony, session, trans }: IPaneOptions) {
    super();
    this.colony = colony;
    this.session = session;
    this.trans = trans;
    this._note.setAttribute('role', 'status');
    this._note.className = 'jp-ColoniesTimeline-note';
    this.node.append(this._note);
    session.restarted.connect(this._restart, this);
    session.standingChanged.connect(this.knock, this);
    document.addEventListener('visibilitychange', this._look);
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('visibilitychange', this._look);
    this._pace.dispose();
    this.unmount();
    this._chronicle?.changed.disconnect(this.knock, this);
    this._chronicle?.dispose();
    this.session.restarted.disconnect(this._restart, this);
    this.session.standingChanged.disconnect(this.knock, this);
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._appear();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._appear();
  }

  /** Show what is known of the run now. */
  protected abstract paint(chronicle: Chronicle): Promise<void> | void;

  /** Forget what was shown: the run begins anew. */
  protected abstract restart(): void;

  /** There may be something else to show. */
  protected knock(): void {
    this._pace.knock();
  }

  /** Why what is shown may not be up to date, in words; empty if it is. */
  protected get trouble(): string {
    const read = this._chronicle?.trouble ?? '';
    return this.session.trouble || (read && this.trans.__('Not up to date: %1', read));
  }

  /** What happened in the run; null until the pane was seen. */
  protected get chronicle(): Chronicle | null {
    return this._chronicle;
  }

  protected get isMounted(): boolean {
    return this._unmount !== null;
  }

  /** Let a script draw into the pane, in place of the note. */
  protected mount(script: IPageScript, model: IPageModel): void {
    const el = document.createElement('div');
    const ends = [script.initialize?.({ model })];
    this._note.hidden = true;
    this.node.append(el);
    ends.push(script.render({ model, el }));
    this._unmount = () => {
      ends.reverse().forEach(end => end?.());
      el.remove();
    };
  }

  protected unmount(): void {
    this._unmount?.();
    this._unmount = null;
  }

  protected readonly colony: IColony;
  protected readonly session: RunSession;
  protected readonly trans: TranslationBundle;

  private _appear(): void {
    if (!this.isVisible) {
      return;
    }
    if (!this._chronicle) {
      this._chronicle = Chronicle.of(this.colony, this.session);
      this._chronicle.changed.connect(this.knock, this);
    }
    this._pace.knock();
  }

  private readonly _look = (): void => this._pace.look();

  private async _paint(): Promise<void> {
    if (!this._chronicle) {
      return;
    }
    if (this._chronicle.isReady) {
      await this.paint(this._chronicle);
    } else {
      this._say(this.trouble || this.trans.__('Reading what happened…'));
    }
  }

  private _say(words: string): void {
    if (!this.isMounted) {
      this._note.hidden = false;
      this._note.textContent = words;
    }
  }

  private _restart(): void {
    this.unmount();
    this.restart();
    this.knock();
  }

  private readonly _note = document.createElement('p');
  private readonly _pace = new Pace(
    () => this._paint(),
    () => this.isVisible && !document.hidden
  );
  private _chronicle: Chronicle | null = null;
  private _unmount: (() => void) | null = null;
}
