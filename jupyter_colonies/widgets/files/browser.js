// The page's half of the file browser. Names and contents come from anybody in the colony: they
// are only ever set as text, and pictures are shown as images, in which nothing runs.

import { button, make } from "../page/elements.js";

/** Bytes of a piece on its way up; one is under way at a time. */
const PIECE = 1 << 20;

/** Milliseconds between pieces on their way down: Jupyter drops what a kernel sends too fast. */
const PAUSE = 350;

export default {
  render({ model, el }) {
    el.classList.add("colonies-surface", "colonies-files");
    const parts = [new Uploads(model), new Listing(model), new Details(model)];
    const [uploads, listing, details] = parts;
    const columns = make("div", { className: "parts" }, [listing.element, details.element]);
    const told = make("p", { className: "told", role: "status" });
    const tell = () => {
      told.textContent = model.get("told");
    };
    model.on("change:told", tell);
    tell();
    const bar = make("div", { className: "bar" }, [listing.path, uploads.button, uploads.input]);
    el.setAttribute("role", "region");
    el.setAttribute("aria-label", `Files of ${model.get("colonyname")}`);
    el.append(bar, columns, uploads.element, told);
    uploads.watch(el);
    return () => {
      model.off("change:told", tell);
      parts.forEach((part) => part.dispose());
    };
  },
};

/** Folders and files of the label that is open, and the way up. */
class Listing {
  constructor(model) {
    this._model = model;
    this.path = make("ol", { className: "path", "aria-label": "Label" });
    this.element = make("div", { className: "list", role: "group", "aria-label": "Files" });
    this._draw = () => this.draw();
    model.on("change:content change:label change:details", this._draw);
    this.draw();
  }

  dispose() {
    this._model.off("change:content change:label change:details", this._draw);
  }

  draw() {
    const label = this._model.get("label");
    const { folders = [], files = [], more = 0 } = this._model.get("content");
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement.textContent
      : null;
    const names = label.split("/").filter(Boolean);
    const steps = [this._model.get("colonyname"), ...names].map((name, depth) => {
      const above = `/${names.slice(0, depth).join("/")}`;
      const properties = { className: "plain", "aria-current": String(depth === names.length) };
      return make("li", {}, [button(name, () => this._open(above), properties)]);
    });
    this.path.replaceChildren(...steps);
    const begin = label === "/" ? "/" : `${label}/`;
    const chosen = this._model.get("details").name;
    const rows = [
      ...folders.map((name) =>
        make("li", {}, [
          button(`${name}/`, () => this._open(begin + name), { className: "plain" }),
        ]),
      ),
      ...files.map(({ name, size }) =>
        make("li", {}, [
          button(name, () => this._model.send({ wish: "choose", name }), {
            className: "plain",
            "aria-current": String(name === chosen),
          }),
          make("span", { className: "size", textContent: size }),
        ]),
      ),
    ];
    const empty = make("p", { className: "note", textContent: "No files: drop some here" });
    this.element.replaceChildren(rows.length ? make("ul", {}, rows) : empty);
    if (more) {
      this.element.append(make("p", { className: "note", textContent: `and ${more} more` }));
    }
    if (focused !== null) {
      const buttons = [...this.element.querySelectorAll("button")];
      const again = buttons.find((each) => each.textContent === focused) ?? buttons[0];
      again?.focus();
    }
  }

  _open(label) {
    this._model.send({ wish: "open", label });
  }
}

/** The file that was chosen: revisions, preview, and what can be done with it. */
class Details {
  constructor(model) {
    this._model = model;
    this.element = make("div", { className: "details" });
    this._link = "";
    this._download = null;
    this._draw = () => this.draw();
    this._hear = (message, buffers) => this._take(message, buffers);
    model.on("change:details", this._draw);
    model.on("msg:custom", this._hear);
    this.draw();
  }

  dispose() {
    this._model.off("change:details", this._draw);
    this._model.off("msg:custom", this._hear);
    URL.revokeObjectURL(this._link);
  }

  draw() {
    const details = this._model.get("details");
    URL.revokeObjectURL(this._link);
    if (!details.name) {
      this.element.replaceChildren();
      return;
    }
    const heading = make("h4", { textContent: details.name });
    const checksum = make("p", {
      className: "note",
      textContent: `${details.size.toLocaleString()} bytes, SHA-256 ${details.checksum}`,
    });
    checksum.style.overflowWrap = "anywhere";
    this.element.replaceChildren(heading, this._bar(details), checksum, this._preview(details));
  }

  _bar(details) {
    const { name, revision, revisions } = details;
    const choice = make("select", {
      "aria-label": "Revision",
      onchange: () => this._model.send({ wish: "choose", name, revision: choice.value }),
    });
    choice.append(
      ...revisions.map(({ fileid, shown }) =>
        make("option", { value: fileid, textContent: shown, selected: fileid === revision }),
      ),
    );
    const bar = make("div", { className: "bar" }, [choice]);
    if (details.downloadable) {
      bar.append(button("Download", () => this._begin(details)));
    }
    const save = button("Save beside the notebook", () => this._model.send({ wish: "save" }));
    bar.append(save, button("Remove …", () => this._ask(bar, details)));
    return bar;
  }

  /** Nothing is removed without a second press. */
  _ask(bar, { name, revision, revisions }) {
    const back = () => {
      this.draw();
      this.element.querySelector("button")?.focus();
    };
    const remove = (which) => () => this._model.send({ wish: "remove", name, ...which });
    const all = revisions.length > 1 ? `all ${revisions.length} revisions` : "the file";
    const keep = button("Keep", back);
    const choices = [keep, button(`Remove ${all}`, remove({}), { className: "danger" })];
    if (revisions.length > 1) {
      const one = button("Remove this revision", remove({ revision }), { className: "danger" });
      choices.push(one);
    }
    const question = make("span", { textContent: `Remove ${name}?` });
    bar.replaceChildren(question, ...choices);
    bar.setAttribute("role", "alertdialog");
    bar.setAttribute("aria-label", `Remove ${name}?`);
    bar.onkeydown = (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        back();
      }
    };
    keep.focus();
  }

  _preview({ name, preview }) {
    const { text, columns, rows, mime, note } = preview;
    const box = make("div", { className: "preview", tabIndex: 0, role: "group" });
    box.setAttribute("aria-label", `Preview of ${name}`);
    if (mime) {
      this._link = URL.createObjectURL(new Blob([this._model.get("picture")], { type: mime }));
      box.append(make("img", { src: this._link, alt: name }));
    } else if (columns.length) {
      const head = columns.map((column) => make("th", { scope: "col", textContent: column }));
      const body = rows.map((row) =>
        make("tr", {}, row.map((cell) => make("td", { textContent: cell }))),
      );
      const first = make("thead", {}, [make("tr", {}, head)]);
      box.append(make("table", {}, [first, make("tbody", {}, body)]));
    } else if (text) {
      box.append(make("pre", { textContent: text }));
    }
    const under = make("p", { className: "note", textContent: note });
    return make("div", {}, box.hasChildNodes() ? [box, under] : [under]);
  }

  /** Ask for the file piece by piece, slowly enough for Jupyter. */
  _begin({ name, revision, size }) {
    this._download = { name, revision, size, pieces: [], received: 0 };
    this._model.send({ wish: "bytes", first: 0 });
  }

  _take(message, buffers) {
    const download = this._download;
    if (!download || message.piece !== download.revision || message.first !== download.received) {
      return;
    }
    download.pieces.push(buffers[0]);
    download.received += buffers[0].byteLength;
    if (download.received < download.size) {
      const next = () => this._model.send({ wish: "bytes", first: download.received });
      setTimeout(next, PAUSE);
      return;
    }
    this._download = null;
    const href = URL.createObjectURL(new Blob(download.pieces));
    make("a", { href, download: download.name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }
}

/** Files that are dropped or chosen, one after the other, each with its progress. */
class Uploads {
  constructor(model) {
    this._model = model;
    this._queue = Promise.resolve();
    this._heard = new Map();
    this.element = make("ul", { className: "uploads", "aria-label": "Uploads" });
    this.input = make("input", { type: "file", multiple: true, className: "hidden", tabIndex: -1 });
    this.input.setAttribute("aria-label", "Files to upload");
    this.input.onchange = () => {
      this._all([...this.input.files]);
      this.input.value = "";
    };
    const title = "Choose files, or drop them anywhere here";
    this.button = button("Upload …", () => this.input.click(), { title });
    this._hear = (message) => this._heard.get(message.upload)?.(message);
    model.on("msg:custom", this._hear);
  }

  dispose() {
    this._model.off("msg:custom", this._hear);
  }

  watch(el) {
    const over = (event) => {
      if (event.dataTransfer?.types.includes("Files")) {
        event.preventDefault();
        event.stopPropagation();
        el.classList.add("dropping");
      }
    };
    el.addEventListener("dragenter", over);
    el.addEventListener("dragover", over);
    el.addEventListener("dragleave", (event) => {
      if (!el.contains(event.relatedTarget)) {
        el.classList.remove("dropping");
      }
    });
    el.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      el.classList.remove("dropping");
      this._all([...event.dataTransfer.files]);
    });
  }

  _all(files) {
    files.forEach((file) => {
      this._queue = this._queue.then(() => this._one(file));
    });
  }

  /** Send one file, a piece whenever the one before it has arrived. */
  async _one(file) {
    const upload = `${Date.now()}-${Math.random()}`;
    const bar = make("progress", { max: Math.max(file.size, 1), value: 0 });
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    const name = make("span", { textContent: file.name });
    const row = make("li", {}, [name, bar, button("Cancel", () => this._giveUp(upload))]);
    this.element.append(row);
    try {
      let answer = await this._told(upload, { wish: "begin", name: file.name, size: file.size });
      while (answer.received < file.size) {
        bar.value = answer.received;
        const piece = await file.slice(answer.received, answer.received + PIECE).arrayBuffer();
        answer = await this._told(upload, { wish: "piece" }, [piece]);
      }
      if (!("failed" in answer)) {
        await this._told(upload, { wish: "end" });
      }
    } catch {
      // A folder, or a file that can't be read any more.
      this._giveUp(upload);
    } finally {
      this._heard.delete(upload);
      row.remove();
    }
  }

  /** The kernel is told, but not waited for: it may be gone. */
  _giveUp(upload) {
    this._model.send({ upload, wish: "end" });
    this._heard.get(upload)?.({ failed: true });
    this._heard.set(upload, () => {});
  }

  _told(upload, wish, buffers = []) {
    return new Promise((resolve) => {
      this._heard.set(upload, resolve);
      this._model.send({ upload, ...wish }, undefined, buffers);
    });
  }
}
