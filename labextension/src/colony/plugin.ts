import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { Connection } from '../server/connection';
import { Colony, IColony } from './colony';
import { ColonySettings, IColonySettings } from './settings';

/** Makes the colony of this Jupyter server known to the other plugins. */
export const colony: JupyterFrontEndPlugin<IColony> = {
  id: 'jupyter-colonies:colony',
  description: 'Finds the colony of this Jupyter server and follows what happens in it.',
  autoStart: true,
  provides: IColony,
  activate: (app: JupyterFrontEnd) => new Colony(new Connection(app.serviceManager.serverSettings))
};

/** Makes the settings known to the other plugins, and colours the states as they say. */
export const settings: JupyterFrontEndPlugin<IColonySettings> = {
  id: 'jupyter-colonies:settings',
  description: 'The settings of the Colonies extension.',
  autoStart: true,
  provides: IColonySettings,
  optional: [ISettingRegistry],
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const settings = new ColonySettings();
    const colour = () => {
      document.body.dataset.coloniesPalette = settings.current.palette;
    };
    settings.changed.connect(colour);
    colour();
    if (registry) {
      settings.follow(registry).catch((error: unknown) => {
        console.warn('The settings of Colonies can not be read, so the defaults hold.', error);
      });
    }
    return settings;
  }
};
