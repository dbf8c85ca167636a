// A graph by itself, for whoever draws one without a run.

import { Keys } from "./keys.js";
import { Ledger } from "./painter.js";
import { Sight } from "./sight.js";

export default {
  initialize({ model }) {
    const ledger = new Ledger(model);
    return () => ledger.dispose();
  },

  render({ model, el }) {
    const sight = new Sight(model, el);
    const keys = new Keys(sight);
    el.append(keys.voice);
    sight.attended = (cy, container) => keys.attend(container);
    sight.painted = () => keys.refresh();
    return () => {
      keys.dispose();
      sight.dispose();
    };
  },
};
