import {
  autocompletion,
  Completion,
  CompletionContext,
  CompletionResult,
  snippet,
  startCompletion
} from '@codemirror/autocomplete';
import { Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Extension, Prec } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, tooltips } from '@codemirror/view';
import { TranslationBundle } from '@jupyterlab/translation';

import { Checker } from './checker';
import { IOption, optionsAt } from './completion';
import { Offers } from './offers';
import { placeInJson, placeInYaml } from './place';
import { FUNCTION_SPEC, schemaAt, WORKFLOW } from './schema';
import { IFault, IMember, Path, Value } from './tree';

/** How many faults are marked in a text: with more, nobody reads them one by one. */
const MOST_MARKS = 200;

/** What the editor of a workflow file is made with. */
export interface IToolsOptions {
  checker: Checker;
  offers: Offers;
  trans: TranslationBundle;
  /** Called with the place of the cursor after it was moved by whoever edits. */
  moved: (offset: number) => void;
}

/** What makes an editor know workflow files: completion, marks, explanations. */
export function toolsFor(options: IToolsOptions): Extension[] {
  const { trans, moved } = options;
  return [
    autocompletion({
      override: [context => complete(context, options)],
      icons: true,
      activateOnTyping: true,
      // The list only comes when nothing has been typed for a moment.
      interactionDelay: 0
    }),
    lintGutter(),
    Prec.high(keymap.of(lintKeymap)),
    hoverTooltip((_, offset) => explain(offset, options)),
    tooltips({ position: 'fixed', parent: document.body }),
    EditorView.contentAttributes.of({
      'aria-label': trans.__('Text of the workflow file'),
      'aria-multiline': 'true'
    }),
    EditorView.updateListener.of(({ selectionSet, state, transactions }) => {
      const byHand = transactions.some(each => each.isUserEvent('select') || each.docChanged);
      if (selectionSet && byHand) {
        moved(state.selection.main.head);
      }
    })
  ];
}

/** Mark what is wrong with a text in it. */
export function markFaults(view: EditorView, faults: readonly IFault[]): void {
  const { length } = view.state.doc;
  const marks: Diagnostic[] = faults.slice(0, MOST_MARKS).map(fault => ({
    from: Math.min(fault.from, length),
    to: Math.min(fault.to, length),
    severity: fault.severity,
    message: fault.message
  }));
  view.dispatch(setDiagnostics(view.state, marks));
}

async function complete(
  context: CompletionContext,
  { checker, offers, trans }: IToolsOptions
): Promise<CompletionResult | null> {
  const { pos, explicit, state } = context;
  const { language } = checker;
  const text = state.doc.toString();
  const place = (language === 'json' ? placeInJson : placeInYaml)(text, pos);
  const typed = place && (place.word !== '' || place.quoted || text[pos - 1] === '"');
  if (!place || (!explicit && !typed)) {
    return null;
  }
  const [said, known] = await Promise.all([checker.look(), offers.look()]);
  if (context.aborted) {
    return null;
  }
  const found = optionsAt(place, { language, said, offers: known, trans });
  // What is compared with the labels is the word, without the quote before it.
  const quote = text[place.from] === '"' ? 1 : 0;
  const options = found.map((option, index) => completion(option, quote, place.to, index));
  return options.length > 0 ? { from: place.from + quote, to: pos, options, filter: true } : null;
}

function completion(option: IOption, quote: number, to: number, index: number): Completion {
  const write = snippet(option.snippet);
  return {
    label: option.label,
    type: option.type,
    detail: option.detail,
    info: option.info,
    boost: Math.max(-99, -index),
    apply: (view, chosen, from, reached) => {
      // The cursor may have come further since; what stood behind it is replaced too.
      const behind = Math.max(reached, to);
      write(view, chosen, from - quote, behind);
      if (option.again) {
        startCompletion(view);
      }
    }
  };
}

/** What the field under the mouse means. */
function explain(offset: number, { checker }: IToolsOptions) {
  const { said, current } = checker;
  const found = said && current ? memberAt(said.root, offset, []) : null;
  if (!found || !said) {
    return null;
  }
  const list = said.list ?? [];
  const wrapped = found.path.slice(0, list.length).join() === list.join();
  const inner = said.list && wrapped ? found.path.slice(list.length + 1) : found.path;
  const whole = said.list !== null && inner.length === 0;
  const schema = schemaAt(whole ? WORKFLOW : FUNCTION_SPEC, whole ? found.path : inner);
  const words = schema?.description;
  if (!words) {
    return null;
  }
  return {
    pos: found.member.at.from,
    end: found.member.at.to,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'jp-ColoniesWorkflowFile-hover';
      dom.textContent = words;
      return { dom };
    }
  };
}

function memberAt(
  value: Value | null,
  offset: number,
  path: Path
): { member: IMember; path: Path } | null {
  if (!value || offset < value.from || offset > value.to) {
    return null;
  }
  if (value.kind === 'list') {
    const index = value.items.findIndex(({ from, to }) => from <= offset && offset <= to);
    return index < 0 ? null : memberAt(value.items[index], offset, [...path, index]);
  }
  for (const member of value.kind === 'object' ? value.members : []) {
    const way = [...path, member.key];
    if (member.at.from <= offset && offset <= member.at.to) {
      return { member, path: way };
    }
    const found = memberAt(member.value, offset, way);
    if (found) {
      return found;
    }
  }
  return null;
}
