import { heading, IHeading } from './heading';
import type { ILimits } from './limits';
import type { Node } from './node';
import type { Row } from './roll';
import { ISight, IView, Scene } from './scene';
import { changes, IChanges, Sketch } from './sketch';

/** Rows up to which the list of all processes goes to the page unasked. */
const SHORT_ROLL = 2_000;

/** What the page tells the stage, and asks it for. */
export type Wish =
  | { wish: 'name'; id?: string; title?: string }
  | { wish: 'limit'; limits: ILimits }
  | { wish: 'learn'; nodes: readonly Node[] }
  | { wish: 'forget' }
  | { wish: 'moment'; nodes: readonly Node[] | null }
  | { wish: 'look'; sight: ISight }
  | { wish: 'open' | 'close'; part: string }
  | { wish: 'tell'; trouble: string }
  | { wish: 'roll' }
  | { wish: 'view' };

/** What has changed on the screen, as the scripts of the kernel's widgets take it. */
export interface INews extends IChanges {
  heading: IHeading;
  rows?: Record<string, Row>;
}

/** What the stage answers. */
export type Answer =
  | { answer: 'ready' }
  | { answer: 'news'; news: INews; elements: number }
  | { answer: 'roll'; rows: readonly Row[] };

/** Keeps a scene and tells what of its picture has changed: all that is done off the page. */
export class Stage {
  /** Take what the page says; what it asked for, or null where it only told something. */
  take(wish: Wish): Answer | null {
    const scene = this._scene;
    switch (wish.wish) {
      case 'name':
        scene.processgraphid = wish.id ?? scene.processgraphid;
        scene.title = wish.title ?? scene.title;
        return null;
      case 'limit':
        scene.limits = wish.limits;
        return null;
      case 'learn':
        scene.learn(wish.nodes);
        return null;
      case 'forget':
        scene.forget();
        return null;
      case 'moment':
        scene.showStates(wish.nodes);
        return null;
      case 'look':
        scene.sight = wish.sight;
        return null;
      case 'open':
        scene.open(wish.part);
        return null;
      case 'close':
        scene.close(wish.part);
        return null;
      case 'tell':
        scene.trouble = wish.trouble;
        return null;
      case 'roll':
        this._listing = true;
        return { answer: 'roll', rows: scene.rows };
      case 'view':
        return this._view();
    }
  }

  private _view(): Answer {
    const { heading: top, drawn, rows } = this._seen();
    const before = this._drawn;
    this._drawn = drawn;
    const total = this._scene.rows.length;
    this._listing ||= total <= SHORT_ROLL;
    const news: INews = { heading: { ...top, rows: total }, ...changes(before, drawn) };
    if (this._listing && rows.size) {
      news.rows = Object.fromEntries(rows);
    }
    return { answer: 'news', news, elements: drawn.size };
  }

  /** What can't be drawn is said in place of the picture. */
  private _seen(): IView {
    try {
      return this._scene.view();
    } catch (error) {
      const { title, processgraphid } = this._scene;
      const trouble = error instanceof Error ? error.message : String(error);
      const nothing = { note: '', past: false, folded: false, opened: [], shown: 0 };
      const top = { ...heading(title, processgraphid, []), ...nothing, trouble };
      const drawn: Sketch = new Map();
      return {
        heading: { ...top, foldable: false, unfoldable: false },
        drawn,
        rows: new Map()
      };
    }
  }

  private readonly _scene = new Scene('', '');
  private _drawn: Sketch = new Map();
  private _listing = false;
}
