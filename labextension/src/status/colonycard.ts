import { Clipboard } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { RunningCount } from './running';
import { IOrigin, sayingOf } from './saying';

/** What the card of the colony needs. */
export interface IColonyCardOptions {
  colony: IColony;
  running: RunningCount;
  origin: IOrigin;
  trans: TranslationBundle;
  openPanel: (() => void) | null;
  /** Called when the reader has done what they came for. */
  done: () => void;
}

/** What there is to know of the colony of this Jupyter server, and what can be done if it is away. */
export class ColonyCard extends Widget {
  constructor(private readonly _options: IColonyCardOptions) {
    super();
    const { colony, running, trans } = _options;
    this.addClass('jp-ColoniesStatus-card');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', trans.__('Colony of this Jupyter server'));
    this._said.setAttribute('role', 'status');
    this.node.append(this._said, this._command, this._facts, this._ways);
    colony.standingChanged.connect(this._draw, this);
    running.changed.connect(this._draw, this);
    this._draw();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    (this.node.querySelector<HTMLElement>('button, a') ?? this.node).focus();
  }

  private _draw(): void {
    const { colony, running, origin, trans } = this._options;
    const { long, command } = sayingOf(colony.standing, running.count, origin, trans);
    const isThere = colony.standing === 'there' || colony.standing === 'resting';
    this._said.textContent = long;
    this._command.hidden = !command;
    this._command.textContent = command;
    this._drawFacts(isThere ? '' : colony.trouble);
    this._drawWays(isThere, command);
  }

  private _drawFacts(trouble: string): void {
    const { colony, trans } = this._options;
    const { here } = colony;
    const facts: [string, string][] = [
      [trans.__('Colony'), here?.colonyname ?? ''],
      [trans.__('Own port'), here?.address ?? ''],
      [trans.__('You are'), here?.jupyteruser ?? ''],
      [trans.__('Version'), here?.version ?? ''],
      [trans.__('Said last'), trouble]
    ];
    this._facts.replaceChildren(
      ...facts
        .filter(([, value]) => value)
        .flatMap(([name, value]) => {
          const [term, text] = [document.createElement('dt'), document.createElement('dd')];
          [term.textContent, text.textContent] = [name, value];
          return [term, text];
        })
    );
    this._facts.hidden = !this._facts.children.length;
  }

  /** The buttons; one that has the focus keeps it as long as it is there. */
  private _drawWays(isThere: boolean, command: string): void {
    const { colony, trans, openPanel, done } = this._options;
    const ways: [string, () => void][] = [];
    if (!isThere) {
      ways.push([trans.__('Try Now'), () => colony.retry()]);
    }
    if (command) {
      ways.push([
        trans.__('Copy the Command'),
        () => Clipboard.copyToSystem(this._command.textContent ?? '')
      ]);
    }
    const address = colony.here?.address ?? '';
    if (isThere && address) {
      ways.push([
        trans.__('Copy the Address'),
        () => Clipboard.copyToSystem(colony.here?.address ?? '')
      ]);
    }
    if (openPanel) {
      ways.push([trans.__('Open the Panel'), () => (openPanel(), done())]);
    }
    const shown: HTMLElement[] = ways.map(
      ([label, act]) => this._buttons.get(label) ?? button(label, act)
    );
    this._buttons = new Map(ways.map(([label], index) => [label, shown[index]]));
    if (colony.standing === 'refused') {
      shown.push(signIn(colony.connection.settings.baseUrl, trans.__('Sign In')));
    }
    const hadFocus = this._ways.contains(document.activeElement);
    this._ways.className = 'jp-ColoniesStatus-ways';
    [...this._ways.children]
      .filter(each => !shown.some(one => one === each))
      .forEach(each => each.remove());
    shown.forEach((each, index) => {
      if (this._ways.children[index] !== each) {
        this._ways.insertBefore(each, this._ways.children[index] ?? null);
      }
    });
    if (hadFocus && !this._ways.contains(document.activeElement)) {
      (this._ways.querySelector<HTMLElement>('button, a') ?? this.node).focus();
    }
  }

  private readonly _said = document.createElement('p');
  private readonly _command = document.createElement('code');
  private readonly _facts = document.createElement('dl');
  private readonly _ways = document.createElement('div');
  private _buttons = new Map<string, HTMLElement>();
}

function button(label: string, act: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'jp-mod-styled jp-mod-minimal';
  element.textContent = label;
  element.addEventListener('click', act);
  return element;
}

/** Whoever opens JupyterLab without being known is asked to sign in, wherever that happens. */
function signIn(baseUrl: string, label: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = URLExt.join(baseUrl, 'lab');
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = label;
  return link;
}
