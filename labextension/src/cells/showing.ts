import { Widget } from '@lumino/widgets';

/** The class of a cell to which the reader's eye is led. */
const SHOWN = 'jp-ColoniesCell-shown';

/** As much of a notebook's panel as is needed to show a cell of it. */
export interface INotebook extends Widget {
  context: { path: string; ready: Promise<void> };
  content: Widget & {
    activeCellIndex: number;
    widgets: readonly { model: { id: string }; node: HTMLElement }[];
    scrollToItem?: (index: number, align?: 'center') => Promise<void>;
  };
}

/** Whether a widget is the panel of a notebook. */
export function isNotebook(widget: Widget): widget is INotebook {
  const content: unknown = 'content' in widget ? widget.content : null;
  return content instanceof Widget && 'activeCellIndex' in content && 'context' in widget;
}

/** Make a cell of a notebook the active one, scroll to it, and light it up for a moment. */
export async function showCell({ content }: INotebook, cellId: string): Promise<void> {
  const index = content.widgets.findIndex(cell => cell.model.id === cellId);
  if (index < 0) {
    return;
  }
  content.activeCellIndex = index;
  await content.scrollToItem?.(index, 'center');
  const { node } = content.widgets[index];
  node.classList.remove(SHOWN);
  // Asking for the width makes a browser take the class away before it is there again.
  void node.offsetWidth;
  node.classList.add(SHOWN);
  node.addEventListener('animationend', () => node.classList.remove(SHOWN), { once: true });
}
