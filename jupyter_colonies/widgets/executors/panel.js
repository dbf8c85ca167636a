// The page's half of the panel of executors.

import { button, follow, make } from "../page/elements.js";
import { Section } from "../page/section.js";

export default {
  render({ model, el }) {
    el.classList.add("colonies-surface", "colonies-executors");
    el.setAttribute("role", "region");
    el.setAttribute("aria-label", "Executors of this kernel");
    const list = new Section(model, {
      name: "executors",
      title: "Executors of this kernel",
      empty:
        "No executor runs in this kernel. Start a function below, or write a cell that begins " +
        "with %%colonies executor NAME.",
      columns: [
        ["Executor", (row) => row.name],
        ["Type", (row) => row.type],
        ["Functions", (row) => row.functions.join(", ")],
        ["State", (row) => row.state],
        ["Running", (row) => row.running],
        ["Done", (row) => `${row.done}`],
        ["Failed", (row) => `${row.failed}`],
      ],
      actions: (row) => [{ text: "Stop", wish: { wish: "stop", id: row.id } }],
    });
    const told = make("p", { className: "told", role: "status" });
    const start = new Starting(model);
    el.append(list.element, start.element, told);
    const end = follow(model, ["told"], () => {
      const { text = "", failed } = model.get("told");
      told.textContent = text;
      told.classList.toggle("wrong", Boolean(failed));
    });
    return () => {
      list.dispose();
      start.dispose();
      end();
    };
  },
};

let panelCount = 0;

/** The forms by which a function, or the shell, becomes an executor. */
class Starting {
  constructor(model) {
    panelCount += 1;
    const fields = {
      funcname: make("input", { type: "text", placeholder: "a function of this notebook" }),
      name: make("input", { type: "text", placeholder: "as the function" }),
      executortype: make("input", { type: "text", placeholder: "as the executor" }),
      together: make("input", { type: "number", min: 1, max: 1000, value: 1 }),
    };
    const offered = make("datalist", { id: `colonies-functions-${panelCount}` });
    fields.funcname.setAttribute("list", offered.id);
    const titles = {
      funcname: "Function",
      name: "Executor",
      executortype: "Type",
      together: "At a time",
    };
    const form = make("form", { className: "bar", noValidate: true }, [
      ...Object.entries(titles).map(([name, title]) =>
        make("label", {}, [`${title} `, fields[name]]),
      ),
      offered,
      make("button", { type: "submit", textContent: "Start" }),
    ]);
    form.onsubmit = (event) => {
      event.preventDefault();
      const values = Object.entries(fields).map(([name, field]) => [name, field.value]);
      model.send({ wish: "start", ...Object.fromEntries(values) });
    };
    // Keys pressed in a field are not commands of the notebook.
    form.addEventListener("keydown", (event) => event.stopPropagation());
    const trusted = make("input", { type: "checkbox" });
    const shell = button("Start shell executor", () => {
      model.send({ wish: "shell", trusted: trusted.checked });
    });
    shell.disabled = true;
    trusted.onchange = () => {
      shell.disabled = !trusted.checked;
    };
    const warning = make("p", { className: "trouble", role: "note" });
    warning.textContent = model.get("warning");
    this.element = make("div", {}, [
      make("h4", { textContent: "Let a function work" }),
      form,
      make("h4", { textContent: "Run shell commands" }),
      warning,
      make("div", { className: "bar" }, [
        make("label", {}, [trusted, " I trust everyone who may submit to this colony"]),
        shell,
      ]),
    ]);
    this.dispose = follow(model, ["functions"], () => {
      const options = model.get("functions").map((value) => make("option", { value }));
      offered.replaceChildren(...options);
    });
  }
}
