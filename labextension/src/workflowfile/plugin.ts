import {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  createToolbarFactory,
  ICommandPalette,
  IToolbarWidgetRegistry,
  Notification,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import { addFileCommands, FileCommands } from './commands';
import { compareRuns } from './comparison';
import { FACTORY, JSON_TYPE, WorkflowFileFactory, YAML_TYPE } from './factory';
import { Filing } from './filing';
import { workflowFileIcon } from './icon';
import { Offers } from './offers';
import { RunStore } from './runstore';
import { wordsFor } from './submitter';
import { WorkflowDocument } from './workflowfile';

/** The schema with the toolbar, the menus and the shortcuts. */
const ID = 'jupyter-colonies:workflow-file';

/** The command that shows a run. */
const OPEN_RUN = 'jupyter-colonies:open-run';

/** Opens workflow files beside their graph, submits them, and makes new ones. */
export const workflowFile: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Workflow files: an editor beside the graph, submitting, new files.',
  autoStart: true,
  requires: [IColony, IEditorServices, IDocumentManager],
  optional: [
    ISettingRegistry,
    IToolbarWidgetRegistry,
    ITranslator,
    ICommandPalette,
    IFileBrowserFactory,
    ILauncher,
    ILayoutRestorer,
    ILabShell
  ],
  activate: (
    app: JupyterFrontEnd,
    colony: IColony,
    services: IEditorServices,
    documents: IDocumentManager,
    settings: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    browsers: IFileBrowserFactory | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null
  ) => {
    const language = translator ?? nullTranslator;
    const trans = language.load('jupyter_colonies');
    addFileTypes(app, trans.__('Workflow (JSON)'), trans.__('Workflow (YAML)'));
    const store = new RunStore(settings);
    store.follow(documents.services.contents);
    const offers = new Offers(colony);
    const openRun = (workflowid: string) => {
      if (app.commands.hasCommand(OPEN_RUN)) {
        void app.commands.execute(OPEN_RUN, { workflowid });
      }
    };
    const compare = (older: string, newer: string) => {
      compareRuns(colony, [older, newer], trans).catch((error: unknown) => {
        Notification.error(wordsFor(error, trans));
      });
    };
    const factory = new WorkflowFileFactory(
      {
        name: FACTORY,
        label: trans.__('Workflow'),
        fileTypes: [JSON_TYPE, YAML_TYPE, 'json', 'yaml'],
        defaultFor: [JSON_TYPE, YAML_TYPE],
        translator: language,
        toolbarFactory:
          toolbars && settings
            ? createToolbarFactory(toolbars, settings, FACTORY, ID, language)
            : undefined
      },
      { services, colony, offers, store, trans, openRun, compare }
    );
    const tracker = new WidgetTracker<WorkflowDocument>({ namespace: 'colonies-workflow-file' });
    factory.widgetCreated.connect((_, widget) => {
      widget.title.icon = workflowFileIcon;
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    app.docRegistry.addWidgetFactory(factory);
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: ({ context }) => ({ path: context.path, factory: FACTORY }),
      name: ({ context }) => context.path
    });
    const filing = new Filing({
      colony,
      contents: documents.services.contents,
      store,
      trans,
      openRun,
      open: path => app.commands.execute('docmanager:open', { path, factory: FACTORY })
    });
    addFileCommands({ app, tracker, filing, browsers, palette, trans });
    labShell?.currentChanged.connect(() => {
      app.commands.notifyCommandChanged(FileCommands.submit);
    });
    launcher?.add({
      command: FileCommands.create,
      category: trans.__('Colonies'),
      args: { isLauncher: true },
      rank: 1
    });
  }
};

function addFileTypes(app: JupyterFrontEnd, inJson: string, inYaml: string): void {
  const common = { icon: workflowFileIcon, contentType: 'file', fileFormat: 'text' } as const;
  app.docRegistry.addFileType({
    ...common,
    name: JSON_TYPE,
    displayName: inJson,
    extensions: ['.colony.json'],
    mimeTypes: ['application/json']
  });
  app.docRegistry.addFileType({
    ...common,
    name: YAML_TYPE,
    displayName: inYaml,
    extensions: ['.colony.yaml', '.colony.yml'],
    mimeTypes: ['text/x-yaml']
  });
}
