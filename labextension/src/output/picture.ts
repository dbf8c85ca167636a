import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { IDagData, IDagRow } from './dagdata';

/** The theme variables that a picture may use: an image does not inherit them from the page. */
const THEME_VARIABLES = [
  '--jp-layout-color0',
  '--jp-layout-color1',
  '--jp-layout-color2',
  '--jp-layout-color3',
  '--jp-ui-font-color0',
  '--jp-ui-font-color1',
  '--jp-ui-font-color2',
  '--jp-ui-font-color3',
  '--jp-ui-font-family',
  '--jp-border-color0',
  '--jp-border-color1',
  '--jp-border-color2',
  '--jp-brand-color1',
  '--jp-success-color1',
  '--jp-warn-color1',
  '--jp-error-color1',
  '--jp-info-color1'
];

/**
 * The saved picture of a workflow's graph: the SVG, and the same content as a table.
 *
 * The SVG is shown as an image, where neither scripts nor links nor requests of its own work.
 */
export class Picture extends Widget {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-ColoniesDag-picture');
    this._trans = trans;
    this._image.className = 'jp-ColoniesDag-image';
    this._details.className = 'jp-ColoniesDag-table';
    this.node.append(this._image, this._details);
  }

  /** Show other data; an open table stays open. */
  draw(data: IDagData): void {
    this._data = data;
    this.redraw();
    this._fillTable(data.table);
  }

  /** Draw the image again with the colours of the page's present theme. */
  redraw(): void {
    const svg = this._data ? withTheme(this._data.svg, this.node) : null;
    this._image.hidden = svg === null;
    if (svg !== null && this._data) {
      this._image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(svg);
      this._image.alt = this._description(this._data);
    }
  }

  private _description(data: IDagData): string {
    const counts = new Map<string, number>();
    for (const row of data.table) {
      counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
    }
    const states = Array.from(counts, ([state, count]) => `${count} ${state}`).join(', ');
    return this._trans.__(
      'Graph of %1, %2. Processes: %3',
      data.title || this._trans.__('a workflow'),
      data.state,
      states || '0'
    );
  }

  private _fillTable(rows: IDagRow[]): void {
    const trans = this._trans;
    const summary = document.createElement('summary');
    summary.textContent = trans._n(
      'The process as a table',
      'The %1 processes as a table',
      rows.length
    );
    const table = document.createElement('table');
    const head = table.createTHead().insertRow();
    for (const title of [
      trans.__('Node'),
      trans.__('State'),
      trans.__('Function'),
      trans.__('Executor type')
    ]) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = title;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const { nodename, state, funcname, executortype } of rows) {
      const line = body.insertRow();
      for (const text of [nodename, state, funcname, executortype]) {
        line.insertCell().textContent = text;
      }
    }
    this._details.replaceChildren(summary, table);
  }

  private readonly _trans: TranslationBundle;
  private readonly _image = document.createElement('img');
  private readonly _details = document.createElement('details');
  private _data: IDagData | null = null;
}

/** Give an SVG the values of the page's theme, or null if the text is no SVG. */
function withTheme(svg: string, element: HTMLElement): string | null {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  if (!(root instanceof SVGSVGElement)) {
    return null;
  }
  const style = getComputedStyle(element);
  for (const variable of THEME_VARIABLES) {
    const value = style.getPropertyValue(variable).trim();
    if (value) {
      root.style.setProperty(variable, value);
    }
  }
  return new XMLSerializer().serializeToString(root);
}
