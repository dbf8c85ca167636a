import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { IAct } from './row';

/** Open a menu with what can be done with a row; the focus comes back to where it was. */
export function openMenu(acts: readonly IAct[], x: number, y: number): void {
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  for (const { id, label, icon, unable, run } of acts) {
    commands.addCommand(id, {
      label,
      caption: unable ?? '',
      icon: icon.bindprops({ stylesheet: 'menuItem' }),
      isEnabled: () => !unable,
      execute: run,
      describedBy: { args: null }
    });
    menu.addItem({ command: id });
  }
  menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose()));
  menu.open(x, y);
}
