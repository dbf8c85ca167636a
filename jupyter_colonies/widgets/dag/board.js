// What stands above a graph, and what it does with the graph.

import { make } from "../page/elements.js";
import { Folds, Heading } from "./heading.js";
import { Keys } from "./keys.js";
import { Ledger } from "./painter.js";
import { Relief } from "./relief.js";
import { Register, Roll } from "./roll.js";
import { Search } from "./search.js";
import { Sight } from "./sight.js";
import { Table } from "./table.js";

export default {
  initialize({ model }) {
    const ledger = new Ledger(model);
    const register = new Register(model);
    const hear = (message) => {
      if (message.rows) {
        const roll = model.get("roll");
        message.rows.forEach((row, place) => {
          roll.rows[message.from + place] = row;
        });
      }
    };
    model.on("msg:custom", hear);
    return () => {
      model.off("msg:custom", hear);
      ledger.dispose();
      register.dispose();
    };
  },

  render({ model, el }) {
    el.classList.add("colonies-board");
    const sight = new Sight(model, el);
    const roll = new Roll(model);
    const heading = new Heading(model, sight);
    const folds = new Folds(model);
    const relief = new Relief(model, sight, roll);
    const search = new Search(model, sight, roll);
    const table = new Table(model, sight, roll);
    const keys = new Keys(sight, () => search.clear());
    sight.leave = (node) => folds.leave(node);
    sight.attended = (cy, container) => keys.attend(container);
    sight.painted = () => {
      keys.refresh();
      relief.draw();
    };
    heading.row.append(make("span", { className: "tools" }, [search.element, table.opener]));
    el.append(heading.element, folds.element, table.element, keys.voice);
    const parts = [heading, folds, relief, search, table, keys, sight, roll];
    return () => parts.forEach((part) => part.dispose());
  },
};
