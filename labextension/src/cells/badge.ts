import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { Condition, IBadge } from './condition';

/** What stands before the words, so that no state is told by its colour alone. */
const GLYPHS: Record<Condition, string> = {
  idle: '○',
  running: '▶\ufe0e',
  failed: '✗',
  stale: '✎\ufe0e',
  gone: '–',
  elsewhere: '↗\ufe0e',
  unknown: '?'
};

/** The line below the code of an executor cell that says how its executors are. */
export class BadgeLine extends Widget {
  /**
   * @param chosen - called when somebody wants to know more of a badge, with the button they used
   */
  constructor(
    trans: TranslationBundle,
    private readonly _chosen: (badge: IBadge, button: HTMLElement) => void
  ) {
    super();
    this.addClass('jp-ColoniesCell-line');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('Executors of this cell'));
  }

  /** Show these badges; a button stays the same as long as its executor does. */
  draw(badges: readonly IBadge[]): void {
    const buttons = [...this.node.children].filter(each => each instanceof HTMLButtonElement);
    badges.forEach((badge, index) => {
      const button = buttons[index] ?? this.node.appendChild(this._newButton());
      this._badges.set(button, badge);
      this._draw(button, badge);
    });
    buttons.slice(badges.length).forEach(button => button.remove());
  }

  /** Open what there is to know of the first badge, as if it were clicked. */
  open(): void {
    this.node.querySelector('button')?.click();
  }

  protected override onBeforeAttach(msg: Message): void {
    super.onBeforeAttach(msg);
    // The notebook takes clicks and keys for itself otherwise: it would select and edit the cell.
    for (const type of ['mousedown', 'keydown']) {
      this.node.addEventListener(type, kept);
    }
  }

  protected override onAfterDetach(msg: Message): void {
    for (const type of ['mousedown', 'keydown']) {
      this.node.removeEventListener(type, kept);
    }
    super.onAfterDetach(msg);
  }

  private _newButton(): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-ColoniesCell-badge';
    button.setAttribute('aria-haspopup', 'menu');
    for (const part of ['glyph', 'name', 'words']) {
      const element = document.createElement('span');
      element.className = `jp-ColoniesCell-${part}`;
      button.append(element);
    }
    button.firstElementChild?.setAttribute('aria-hidden', 'true');
    button.addEventListener('click', () => {
      const badge = this._badges.get(button);
      if (badge) {
        this._chosen(badge, button);
      }
    });
    return button;
  }

  private _draw(button: HTMLElement, badge: IBadge): void {
    const { condition, executorname, words, title } = badge;
    const texts = [GLYPHS[condition], `${executorname}: `, words];
    texts.forEach((text, index) => {
      const element = button.children[index];
      if (element.textContent !== text) {
        element.textContent = text;
      }
    });
    button.dataset.condition = condition;
    button.title = title;
  }

  private readonly _badges = new WeakMap<Element, IBadge>();
}

/** Clicks and the keys that press a button are for the badge; all others are the notebook's. */
function kept(event: Event): void {
  const isKey = event instanceof KeyboardEvent;
  if (!isKey || ['Enter', ' '].includes(event.key)) {
    event.stopPropagation();
  }
}
