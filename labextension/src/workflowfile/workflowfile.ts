import { EditorView } from '@codemirror/view';
import { nextDiagnostic } from '@codemirror/lint';
import { CodeEditorWrapper, IEditorServices } from '@jupyterlab/codeeditor';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { PathExt } from '@jupyterlab/coreutils';
import { DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Panel, SplitPanel, Widget } from '@lumino/widgets';

import { IColony } from '../colony/colony';
import { Refused } from '../server/failure';
import { Checker } from './checker';
import type { Language } from './completion';
import { Drawing } from './drawing';
import { Foot } from './foot';
import { hintsOf } from './hints';
import { Offers } from './offers';
import { RunList } from './runlist';
import { RunStore } from './runstore';
import { IWorkflowText } from './specs';
import { refusal, Submitter, wordsFor } from './submitter';
import { markFaults, toolsFor } from './tools';
import { IFault, mark, member } from './tree';

/** Where there is less room than this, the graph stands below the text, in pixels. */
const NARROW = 720;

/** What a workflow file is shown with. */
export interface IWorkflowFileOptions {
  context: DocumentRegistry.IContext<DocumentRegistry.ICodeModel>;
  services: IEditorServices;
  colony: IColony;
  offers: Offers;
  store: RunStore;
  trans: TranslationBundle;
  /** Show a run, or two beside each other. */
  openRun: (workflowid: string) => void;
  compare: (older: string, newer: string) => void;
}

/** The language of a file, by its name. */
export function languageOf(path: string): Language {
  return /\.ya?ml$/i.test(path) ? 'yaml' : 'json';
}

/** A workflow file: its text, the graph that it describes, and the runs submitted from it. */
export class WorkflowFile extends SplitPanel {
  constructor(options: IWorkflowFileOptions) {
    super({ orientation: 'horizontal', spacing: 1 });
    this._options = options;
    const { context, colony, store, trans } = options;
    this.addClass('jp-ColoniesWorkflowFile');
    // So that the editor leaves Ctrl+Enter to the shortcut that submits.
    this.node.dataset.jpCodeRunner = 'true';
    const { model } = context;
    this._checker = new Checker(
      { changed: model.contentChanged, get: () => model.sharedModel.getSource() },
      languageOf(context.path),
      trans
    );
    this._submitter = new Submitter(colony);
    this._foot = new Foot(trans, () => this._nextFault());
    this._editor = this._makeEditor();
    const text = new Panel();
    text.addClass('jp-ColoniesWorkflowFile-text');
    text.addWidget(this._editor);
    text.addWidget(this._foot);
    this._drawing = new Drawing(trans, titleOf(context.path));
    this._runs = new RunList({ colony, store, path: context.path, trans });
    this._side = new SplitPanel({ orientation: 'vertical', spacing: 1 });
    this._side.addClass('jp-ColoniesWorkflowFile-side');
    this._side.addWidget(this._drawing);
    this._side.addWidget(this._runs);
    this._side.setRelativeSizes([3, 2]);
    this.addWidget(text);
    this.addWidget(this._side);
    this.setRelativeSizes([1, 1]);
    this._connect();
  }

  /** Whether the graph and the runs are shown. */
  get showsGraph(): boolean {
    return !this._side.isHidden;
  }

  set showsGraph(shown: boolean) {
    this._side.setHidden(!shown);
  }

  /** Put the graph below the text instead of beside it, or the other way round. */
  turn(): void {
    this._turned = true;
    this.orientation = this.orientation === 'horizontal' ? 'vertical' : 'horizontal';
    this.setRelativeSizes([1, 1]);
  }

  /**
   * Submit the text as it is in the editor.
   *
   * What is wrong is shown at its place; nothing is thrown.
   */
  async submit(): Promise<void> {
    const { trans, context, store, openRun } = this._options;
    if (this._submitting) {
      return;
    }
    this._submitting = true;
    try {
      await context.ready;
      const said = await this._checker.look();
      if (!said.sound) {
        this._foot.say(trans.__('Not submitted: mend what is marked first.'), 'error');
        this._toFirstFault(said);
        return;
      }
      this._foot.say(trans.__('Submitting …'));
      const { processgraphid } = await this._submitter.submit(said);
      const run = { workflowid: processgraphid, submitted: Date.now(), nodes: said.specs.length };
      await store.add(context.path, run);
      this._foot.say(
        context.model.dirty
          ? trans.__('Submitted as it is here. The file has changes that are not saved.')
          : trans.__('Submitted.')
      );
      openRun(processgraphid);
    } catch (error) {
      await this._showRefusal(error);
    } finally {
      this._submitting = false;
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const { offers, colony, context } = this._options;
    offers.changed.disconnect(this._mark, this);
    colony.standingChanged.disconnect(this._learnOffers, this);
    context.pathChanged.disconnect(this._rename, this);
    this._checker.dispose();
    super.dispose();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this._editor.editor.focus();
  }

  protected override onResize(msg: Widget.ResizeMessage): void {
    if (!this._turned && msg.width > 0) {
      const wanted = msg.width < NARROW ? 'vertical' : 'horizontal';
      if (this.orientation !== wanted) {
        this.orientation = wanted;
      }
    }
    super.onResize(msg);
  }

  private _makeEditor(): CodeEditorWrapper {
    const { context, services, offers, trans } = this._options;
    const { model } = context;
    model.mimeType = services.mimeTypeService.getMimeTypeByFilePath(context.path);
    const editor = new CodeEditorWrapper({
      model,
      factory: services.factoryService.newDocumentEditor,
      editorOptions: {
        config: {
          lineNumbers: true,
          codeFolding: true,
          matchBrackets: true,
          autoClosingBrackets: true,
          highlightActiveLine: true,
          searchWithCM: true,
          indentUnit: '2',
          tabSize: 2,
          readOnly: model.readOnly
        },
        extensions: toolsFor({
          checker: this._checker,
          offers,
          trans,
          moved: offset => this._selectAt(offset)
        })
      }
    });
    editor.addClass('jp-ColoniesWorkflowFile-editor');
    return editor;
  }

  private _connect(): void {
    const { context, offers, colony, compare, openRun } = this._options;
    this._checker.checked.connect((_, said) => {
      this._refused = [];
      this._foot.say('');
      this._drawing.draw(said);
      this._mark();
      this._selectAt(this._view?.state.selection.main.head ?? 0);
    });
    this._drawing.chosen.connect((_, id) => this._showSpec(id));
    this._runs.opened.connect((_, workflowid) => openRun(workflowid));
    this._runs.compared.connect((_, [older, newer]) => compare(older, newer));
    offers.changed.connect(this._mark, this);
    colony.standingChanged.connect(this._learnOffers, this);
    context.pathChanged.connect(this._rename, this);
    void context.ready.then(() => {
      if (!this.isDisposed) {
        void this._checker.look();
        this._learnOffers();
      }
    });
  }

  private _learnOffers(): void {
    if (this._options.colony.standing === 'there') {
      void this._options.offers.look().then(() => this._mark());
    }
  }

  private _rename(): void {
    const { path } = this._options.context;
    this._runs.path = path;
    this._drawing.rename(titleOf(path));
  }

  /** Mark what is wrong in the text, and sum it up below. */
  private _mark(): void {
    const { said, current } = this._checker;
    if (this.isDisposed || !said || !current) {
      return;
    }
    const { offers, colony, trans } = this._options;
    const hints = said.sound ? hintsOf(said, offers.now, colony.here?.colonyname ?? '', trans) : [];
    const faults = [...said.faults, ...this._refused, ...hints];
    if (this._view) {
      markFaults(this._view, faults);
    }
    this._foot.sum(faults, said.specs.length);
  }

  private async _showRefusal(error: unknown): Promise<void> {
    const said = this._checker.said;
    this._foot.say(wordsFor(error, this._options.trans), 'error');
    if (error instanceof Refused && error.problem && error.status === 400 && said) {
      this._refused = refusal(error, said);
      this._mark();
      this._goTo(this._refused[0].from);
    }
  }

  private _toFirstFault({ faults }: IWorkflowText): void {
    const first = faults.find(({ severity }) => severity === 'error');
    if (first) {
      this._goTo(first.from);
    }
  }

  private _nextFault(): void {
    if (this._view) {
      this._view.focus();
      nextDiagnostic(this._view);
    }
  }

  /** Select the node in whose spec a place of the text is. */
  private _selectAt(offset: number): void {
    const { said, current } = this._checker;
    if (said?.drawable && current) {
      const spec = said.specs.find(({ value }) => value.from <= offset && offset <= value.to);
      this._drawing.select(spec?.id ?? '');
    }
  }

  /** Put the cursor into the spec of a node. */
  private _showSpec(id: string): void {
    const { said, current } = this._checker;
    const spec = current ? said?.specs.find(each => each.id === id) : null;
    if (spec) {
      const place = member(spec.value, 'nodename')?.value ?? spec.value;
      this._goTo(mark(place).from, false);
    }
  }

  private _goTo(offset: number, focus = true): void {
    const view = this._view;
    if (view) {
      const anchor = Math.min(offset, view.state.doc.length);
      const effects = EditorView.scrollIntoView(anchor, { y: 'center' });
      view.dispatch({ selection: { anchor }, effects });
      if (focus) {
        view.focus();
      }
    }
  }

  private get _view(): EditorView | null {
    const { editor } = this._editor;
    return editor instanceof CodeMirrorEditor && !editor.isDisposed ? editor.editor : null;
  }

  private readonly _options: IWorkflowFileOptions;
  private readonly _checker: Checker;
  private readonly _submitter: Submitter;
  private readonly _editor: CodeEditorWrapper;
  private readonly _foot: Foot;
  private readonly _drawing: Drawing;
  private readonly _runs: RunList;
  private readonly _side: SplitPanel;
  private _refused: IFault[] = [];
  private _submitting = false;
  private _turned = false;
}

/** A workflow file as a document of JupyterLab. */
export class WorkflowDocument extends DocumentWidget<WorkflowFile, DocumentRegistry.ICodeModel> {}

function titleOf(path: string): string {
  return PathExt.basename(path).replace(/(?:\.colony)?\.(?:json|ya?ml)$/i, '');
}
