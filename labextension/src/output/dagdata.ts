import { ReadonlyPartialJSONValue } from '@lumino/coreutils';

/** The MIME type under which a workflow's graph is put into a notebook's output. */
export const DAG_MIME_TYPE = 'application/vnd.colonies.dag+json';

/** The MIME type of the live widget that lies beside it in the same output. */
export const WIDGET_MIME_TYPE = 'application/vnd.jupyter.widget-view+json';

/** What the id of a workflow looks like. */
const WORKFLOW_ID = /^[0-9a-f]{64}$/;

/** One process of the workflow, as the table twin of the picture shows it. */
export interface IDagRow {
  nodename: string;
  state: string;
  funcname: string;
  executortype: string;
}

/** What was saved of a workflow's graph. */
export interface IDagData {
  /** The workflow's id; empty if it is none that a server can have given. */
  processgraphid: string;
  title: string;
  state: string;
  svg: string;
  table: IDagRow[];
}

/**
 * Read the saved data of a graph.
 *
 * A notebook file can hold anything, so each field is checked and whatever is
 * missing becomes an empty text.
 *
 * @param value - what the output holds under the MIME type of a DAG
 * @returns the data, or null if it is of a version that this extension does not know
 */
export function readDagData(value: ReadonlyPartialJSONValue | undefined): IDagData | null {
  const data = asObject(value);
  if (data.version !== 1) {
    return null;
  }
  const table = Array.isArray(data.table) ? data.table : [];
  return {
    processgraphid: WORKFLOW_ID.test(asText(data.processgraphid))
      ? asText(data.processgraphid)
      : '',
    title: asText(data.title),
    state: asText(data.state),
    svg: asText(data.svg),
    table: table.map(entry => {
      const row = asObject(entry);
      return {
        nodename: asText(row.nodename),
        state: asText(row.state),
        funcname: asText(row.funcname),
        executortype: asText(row.executortype)
      };
    })
  };
}

/**
 * Read which widget shows the graph live.
 *
 * @param value - what the output holds under the MIME type of a widget view
 * @returns the id of the widget's model, or an empty text if there is none
 */
export function readWidgetId(value: ReadonlyPartialJSONValue | undefined): string {
  return asText(asObject(value).model_id);
}

function asObject(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
