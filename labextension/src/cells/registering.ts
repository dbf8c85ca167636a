import { Dialog, showErrorMessage } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import { PathExt } from '@jupyterlab/coreutils';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { ISessionContextDialogs } from '@jupyterlab/apputils';
import { Kernel, KernelMessage } from '@jupyterlab/services';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { IEdit, IExecutorLine, readCell, taken, written } from './executorline';
import { IOffered, RegisterForm } from './registerform';
import { Seats } from './seats';

/** What registering and ending need of the application. */
export interface IRegisteringOptions {
  seats: Seats;
  trans: TranslationBundle;
  translator: ITranslator;
  dialogs: ISessionContextDialogs | null;
}

/** A cell of a notebook. */
export interface IPlace {
  panel: NotebookPanel;
  cell: CodeCell;
}

/** Makes cells executors, and ends that. */
export class Registering {
  constructor(private readonly _options: IRegisteringOptions) {}

  /** Ask what executor a cell is to be, write it into its first line, and run the cell. */
  async register({ panel, cell }: IPlace): Promise<boolean> {
    const { trans, seats } = this._options;
    const reason = await this._obstacle({ panel, cell });
    if (reason) {
      await showErrorMessage(trans.__('This cell can not become an executor'), reason);
      return false;
    }
    seats.follow();
    const found = readCell(cell.model.sharedModel.getSource());
    const line = found.kind === 'executor' ? found.line : newLine(panel);
    const wanted = await this._ask(panel, line, found.kind === 'executor' ? found.words : []);
    if (!wanted || cell.isDisposed) {
      return false;
    }
    edit(cell, written(cell.model.sharedModel.getSource(), wanted));
    await this.run({ panel, cell });
    return true;
  }

  /** Run a cell, in a kernel that knows the magic. */
  async run({ panel, cell }: IPlace): Promise<void> {
    const { dialogs, translator, trans } = this._options;
    const { content, sessionContext } = panel;
    const kernel = sessionContext.session?.kernel;
    if (kernel) {
      // The magic comes with the package, which the notebook may not have imported yet.
      const trouble = await carriedOut(kernel, LOAD);
      if (trouble) {
        await showErrorMessage(
          trans.__('The kernel has no %%colonies'),
          trans.__('Install jupyter-colonies where the kernel runs, and run the cell. %1', trouble)
        );
        return;
      }
    }
    await NotebookActions.runCells(
      content,
      [cell],
      sessionContext,
      dialogs ?? undefined,
      translator
    );
  }

  /** Take the line out of a cell, and end what is registered from it. */
  async end({ panel, cell }: IPlace): Promise<void> {
    const { trans, seats } = this._options;
    const kernel = panel.sessionContext.session?.kernel ?? null;
    const registered = kernel ? seats.at(kernel.id, cell.model.id) : [];
    const change = taken(cell.model.sharedModel.getSource());
    if (change && this._isWritable({ panel, cell })) {
      edit(cell, change);
    }
    for (const { executorname } of registered) {
      const trouble = kernel ? await stopped(kernel, executorname, cell.model.id) : '';
      if (trouble) {
        await showErrorMessage(trans.__('Executor %1 was not ended', executorname), trouble);
      }
    }
  }

  /** Why a cell can't be made an executor, in words; empty if it can. */
  private async _obstacle({ panel, cell }: IPlace): Promise<string> {
    const { trans } = this._options;
    if (!this._isWritable({ panel, cell })) {
      return trans.__('It can not be edited.');
    }
    const found = readCell(cell.model.sharedModel.getSource());
    if (found.kind === 'magic') {
      return trans.__('It begins with %1: a cell has one magic only.', found.magic);
    }
    const kernel = panel.sessionContext.session?.kernel;
    if (
      kernel &&
      found.kind === 'plain' &&
      this._options.seats.at(kernel.id, cell.model.id).length
    ) {
      return trans.__('Its functions are registered by their decorators already.');
    }
    if (!kernel || panel.sessionContext.hasNoKernel) {
      return trans.__('The notebook has no kernel. Choose one with Python, and try again.');
    }
    const { language_info: language } = await kernel.info;
    return language.name === 'python'
      ? ''
      : trans.__(
          'The kernel speaks %1, and executors in cells are written in Python. For other ' +
            'languages there are the SDKs.',
          language.name
        );
  }

  private _isWritable({ panel, cell }: IPlace): boolean {
    return !cell.readOnly && !panel.content.model?.readOnly;
  }

  private async _ask(
    panel: NotebookPanel,
    line: IExecutorLine,
    words: readonly string[]
  ): Promise<IExecutorLine | null> {
    const { trans } = this._options;
    const body = new RegisterForm({ trans, line, words, offered: this._offered(panel) });
    const result = await new Dialog({
      title: words.length ? trans.__('Change the Executor') : trans.__('Register as Executor'),
      body,
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Register and Run') })],
      focusNodeSelector: 'input'
    }).launch();
    return result.button.accept ? result.value : null;
  }

  /** The executors that exist, those of this notebook first. */
  private _offered(panel: NotebookPanel): IOffered[] {
    const kernel = panel.sessionContext.session?.kernel?.id;
    return [...this._options.seats.executors]
      .map(([name, { seats }]) => {
        return { name, foreign: !seats.some(seat => seat.kernel === kernel) };
      })
      .sort((one, other) => Number(one.foreign) - Number(other.foreign));
  }
}

const LOAD = 'get_ipython().extension_manager.load_extension("jupyter_colonies")';

/** Change the text of a cell as one step that can be undone, and that others see. */
function edit(cell: CodeCell, { start, end, text }: IEdit): void {
  cell.model.sharedModel.updateSource(start, end, text);
}

function newLine(panel: NotebookPanel): IExecutorLine {
  const stem = PathExt.basename(panel.context.localPath, PathExt.extname(panel.context.localPath));
  const name = stem.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^-+|-+$/g, '');
  return { name: name || 'executor', functions: [], concurrency: null, processes: null };
}

/** End what an executor serves from a cell; says what went wrong, and nothing if all went well. */
function stopped(
  kernel: Kernel.IKernelConnection,
  executorname: string,
  cell: string
): Promise<string> {
  const words = `executor stop ${quoted(executorname)} --cell ${quoted(cell)}`;
  return carriedOut(kernel, `get_ipython().run_line_magic("colonies", ${JSON.stringify(words)})`);
}

/** Let a kernel do something beside its notebook; says what went wrong. */
async function carriedOut(kernel: Kernel.IKernelConnection, code: string): Promise<string> {
  const request: KernelMessage.IExecuteRequestMsg['content'] = {
    code,
    silent: true,
    store_history: false,
    stop_on_error: false
  };
  const { content } = await kernel.requestExecute(request).done;
  return content.status === 'error' ? content.evalue : '';
}

function quoted(word: string): string {
  return `'${word.replace(/'/g, `'"'"'`)}'`;
}
