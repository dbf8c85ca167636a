import { ABCWidgetFactory, DocumentRegistry } from '@jupyterlab/docregistry';

import { IWorkflowFileOptions, WorkflowDocument, WorkflowFile } from './workflowfile';

/** Under which name the editor of workflow files is chosen. */
export const FACTORY = 'Workflow';

/** The file types of workflow files. */
export const JSON_TYPE = 'colonies-workflow-json';
export const YAML_TYPE = 'colonies-workflow-yaml';

/** Makes the documents of workflow files. */
export class WorkflowFileFactory extends ABCWidgetFactory<
  WorkflowDocument,
  DocumentRegistry.ICodeModel
> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<WorkflowDocument>,
    private readonly _given: Omit<IWorkflowFileOptions, 'context'>
  ) {
    super(options);
  }

  protected override createNewWidget(
    context: DocumentRegistry.IContext<DocumentRegistry.ICodeModel>
  ): WorkflowDocument {
    const content = new WorkflowFile({ ...this._given, context });
    return new WorkflowDocument({ content, context, translator: this.translator });
  }
}
