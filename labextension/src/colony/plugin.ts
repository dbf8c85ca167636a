import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { Connection } from '../server/connection';
import { Colony, IColony } from './colony';

/** Makes the colony of this Jupyter server known to the other plugins. */
export const colony: JupyterFrontEndPlugin<IColony> = {
  id: 'jupyter-colonies:colony',
  description: 'Finds the colony of this Jupyter server and follows what happens in it.',
  autoStart: true,
  provides: IColony,
  activate: (app: JupyterFrontEnd) => new Colony(new Connection(app.serviceManager.serverSettings))
};
