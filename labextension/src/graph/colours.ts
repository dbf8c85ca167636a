import type { StylesheetJson } from 'cytoscape';

import type { IHeading } from './heading';
import look from './look.json';
import type { ILook } from './palette';
import type { IElement } from './sketch';
import type { INews } from './stage';

/**
 * The colours of states as the reader has set them: what the rules draw with is changed to these.
 *
 * They stand in variables of the page's style; where there are none, the usual ones hold.
 */
export class Colours {
  private constructor(private readonly _fills: ReadonlyMap<string, string>) {}

  /** The colours that the reader has set now. */
  static now(): Colours {
    const style = getComputedStyle(document.body);
    const fills = look.looks.map(({ word, fill }): [string, string] => {
      const set = style.getPropertyValue(`--jp-colonies-${word.toLowerCase()}`).trim();
      return [fill, set || fill];
    });
    return new Colours(new Map(fills));
  }

  /** What changes something in other colours to something in these. */
  since(before: Colours): Colours {
    const fills = [...this._fills].map(([fill, now]): [string, string] => [
      before._fills.get(fill) ?? fill,
      now
    ]);
    return new Colours(new Map(fills));
  }

  /** Cytoscape's style. */
  get style(): StylesheetJson {
    const text = JSON.stringify(look.style, (_, value: unknown) => this._of(value));
    return JSON.parse(text) as StylesheetJson;
  }

  /** What has changed on the screen. */
  news(news: INews): INews {
    const data = Object.entries(news.data ?? {}).map(([id, each]) => [id, this._data(each)]);
    return {
      ...news,
      heading: this.heading(news.heading),
      ...(news.add ? { add: news.add.map(each => this.element(each)) } : {}),
      ...(news.data ? { data: Object.fromEntries(data) } : {})
    };
  }

  heading(heading: IHeading): IHeading {
    const looks = <T extends ILook>(each: T): T => ({ ...each, fill: this._of(each.fill) });
    return { ...heading, state: looks(heading.state), legend: heading.legend.map(looks) };
  }

  element(element: IElement): IElement {
    return { ...element, data: this._data(element.data) };
  }

  private _data(data: IElement['data']): IElement['data'] {
    const { fills } = data;
    return Array.isArray(fills) ? { ...data, fills: fills.map(each => this._of(each)) } : data;
  }

  private _of<T>(value: T): T {
    return typeof value === 'string' ? ((this._fills.get(value) as T | undefined) ?? value) : value;
  }
}
