import { Signal } from '@lumino/signaling';

import { IColony, Standing } from '../colony/colony';
import { Connection, Documents } from '../server/connection';
import { ITold } from '../server/feed';

/** A colony that is as the test says. */
export class ToldColony implements IColony {
  constructor(
    readonly connection: Connection,
    readonly ready: Promise<Documents['Here']> = Promise.resolve({} as Documents['Here'])
  ) {}

  readonly here = {} as Documents['Here'];
  standing: Standing = 'there';
  trouble = '';
  readonly standingChanged: Signal<IColony, Standing> = new Signal<IColony, Standing>(this);
  readonly told: Signal<IColony, ITold> = new Signal<IColony, ITold>(this);

  retry(): void {
    this.become('looking');
  }

  become(standing: Standing): void {
    this.standing = standing;
    this.standingChanged.emit(standing);
  }
}
