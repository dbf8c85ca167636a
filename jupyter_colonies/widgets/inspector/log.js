// The log of a process: its lines as they come, a search in them, and following their end.

import { button, make } from "../page/elements.js";
import { Part, copyButton, writeLine } from "./parts.js";

/** Lines that a page keeps; the kernel keeps no more. */
const MOST_LINES = 50_000;
const BLOCK = 200;
const LINE_HEIGHT = 18;

/** The lines that have arrived at this page, for all views of a widget on it. */
export class Lines {
  constructor(model) {
    this._model = model;
    this._asked = -1;
    this.views = new Set();
    this.reset("");
    model.on("msg:custom", (message) => message.lines && this._take(message));
    model.on("change:logged change:processid", () => this._check());
    this._check();
  }

  reset(of) {
    this.of = of;
    this.first = 0;
    this.all = [];
    this._asked = -1;
    this.views.forEach((view) => view.restart());
  }

  get next() {
    return this.first + this.all.length;
  }

  _check() {
    const of = this._model.get("processid");
    if (of !== this.of) {
      this.reset(of);
    }
    const logged = this._model.get("logged");
    if (logged.of === of && logged.sent > this.next) {
      this._ask();
    }
    this.views.forEach((view) => view.tell());
  }

  _ask() {
    if (this._asked !== this.next) {
      this._asked = this.next;
      this._model.send({ wish: "lines", of: this.of, first: this.next });
    }
  }

  _take({ lines, first, of, left_out: leftOut }) {
    if (of !== this._model.get("processid")) {
      return;
    }
    if (of !== this.of) {
      this.reset(of);
    }
    if (first > this.next) {
      if (first > leftOut) {
        this._ask();
        return;
      }
      this.first = first;
      this.all = [];
      this.views.forEach((view) => view.restart());
    }
    const fresh = lines.slice(this.next - first);
    if (!fresh.length) {
      return;
    }
    this.all.push(...fresh);
    this._asked = -1;
    this.views.forEach((view) => view.append(fresh));
    if (this.all.length > MOST_LINES + BLOCK) {
      this.all.splice(0, BLOCK);
      this.first += BLOCK;
      this.views.forEach((view) => view.dropBlock());
    }
  }
}

export class LogPart extends Part {
  constructor(model, lines) {
    super("Log", { className: "log" });
    this._anchor = null;
    this._held = false;
    this._model = model;
    this._lines = lines;
    this._hits = [];
    this._at = -1;
    this._needle = "";
    this._top = 0;
    this._times = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
    this._build();
    lines.views.add(this);
    this.restart();
  }

  dispose() {
    this._lines.views.delete(this);
    this._sizes.disconnect();
    this._sight.disconnect();
  }

  fold(closed) {
    super.fold(closed);
    if (!closed && this._box) {
      this._place();
    }
  }

  /** Begin anew with the lines that are there. */
  restart() {
    this._content.replaceChildren();
    this._anchor = null;
    this._hits = [];
    this._at = -1;
    this._follow(true);
    this.append(this._lines.all);
    this.tell();
  }

  append(lines) {
    const begin = this._lines.all.length - lines.length;
    const timed = this._box.classList.contains("times");
    lines.forEach((line, index) => {
      let block = this._content.lastElementChild;
      if (!block || block.childElementCount >= BLOCK) {
        block = this._newBlock();
        this._content.append(block);
      }
      const element = make("div", { className: "line" });
      if (timed) {
        element.dataset.time = this._times.format(line[0]);
      }
      if (this._needle && line[1].toLowerCase().includes(this._needle)) {
        this._hits.push(this._lines.first + begin + index);
      }
      this._write(element, line);
      block.append(element);
      block.style.containIntrinsicSize = `auto ${block.childElementCount * LINE_HEIGHT}px`;
    });
    if (lines.length) {
      this._tellHits();
    }
  }

  dropBlock() {
    this._content.firstElementChild?.remove();
    this._hits = this._hits.filter((number) => number >= this._lines.first);
    this._at = Math.min(this._at, this._hits.length - 1);
  }

  /** Say how much there is, and why there is no more. */
  tell() {
    const { of, total = 0, left_out: leftOut = 0, live } = this._model.get("logged");
    const here = of === this._lines.of;
    this.element.hidden = !(here && (total || live));
    const parts = [`${total.toLocaleString()} ${total === 1 ? "line" : "lines"}`];
    if (leftOut) {
      parts.push(`the first ${leftOut.toLocaleString()} are not kept here`);
    }
    if (this._lines.next < total) {
      parts.push(`${(total - this._lines.next).toLocaleString()} on their way`);
    }
    parts.push(live ? "live" : "complete");
    this._count.textContent = parts.join(" · ");
    this._box.hidden = !total;
  }

  _build() {
    this._search = make("input", { type: "search", placeholder: "Search the log" });
    this._search.setAttribute("aria-label", "Search the log");
    this._search.addEventListener("input", () => this._find());
    this._search.addEventListener("keydown", (event) => {
      // The notebook has keys of its own for letters.
      event.stopPropagation();
      if (event.key === "Enter") {
        event.preventDefault();
        this._step(event.shiftKey ? -1 : 1);
      }
    });
    this._found = make("span", { className: "found", role: "status" });
    const before = button("‹", () => this._step(-1), { title: "Previous hit (Shift+Enter)" });
    before.setAttribute("aria-label", "Previous hit");
    const after = button("›", () => this._step(1), { title: "Next hit (Enter)" });
    after.setAttribute("aria-label", "Next hit");
    this._steps = [before, after];
    this._followButton = button("Follow", () => this._follow(!this._following), {
      title: "Stay at the end while lines come",
    });
    const times = button("Times", () => {
      const on = this._box.classList.toggle("times");
      times.setAttribute("aria-pressed", String(on));
      this._lines.all.forEach(([when], index) => {
        this._element(this._lines.first + index).dataset.time = this._times.format(when);
      });
    });
    times.setAttribute("aria-pressed", "false");
    this._count = make("span", { className: "note count" });
    const bar = make("div", { className: "bar" }, [
      this._search, before, after, this._found, this._followButton, times,
      copyButton("Copy", () => this._text()),
      button("Download", () => this._download()),
      this._count,
    ]);
    this._content = make("div");
    this._box = make("div", { className: "lines console", tabIndex: 0, role: "log" }, [
      this._content,
    ]);
    this._box.setAttribute("aria-live", "off");
    // The notebook has commands for the keys that scroll.
    this._box.setAttribute("data-lm-suppress-shortcuts", "true");
    this._box.setAttribute("aria-label", "Lines of the log");
    this._box.addEventListener("scroll", () => this._scrolled());
    this._box.addEventListener("wheel", ({ deltaY }) => this._reads(deltaY < 0), { passive: true });
    this._box.addEventListener("keydown", ({ key }) => {
      this._reads(["ArrowUp", "PageUp", "Home"].includes(key));
    });
    // Who holds the bar or the text is not pulled away from it.
    for (const kind of ["pointerdown", "touchstart"]) {
      this._box.addEventListener(kind, () => this._hold(true), { passive: true });
    }
    for (const kind of ["pointerup", "pointercancel", "touchend", "touchcancel"]) {
      this._box.addEventListener(kind, () => this._hold(false), { passive: true });
    }
    // Lines are laid out when they come near, and may be higher than was guessed.
    this._sizes = new ResizeObserver(() => this._place());
    this._sizes.observe(this._content);
    this._sizes.observe(this._box);
    // What is away from the page's visible part can't be scrolled.
    this._sight = new IntersectionObserver(() => this._place());
    this._sight.observe(this._box);
    this.body.append(bar, this._box);
    this._tellHits();
  }

  /** A block is written again for another search when the browser is about to show it. */
  _newBlock() {
    const block = make("div", { className: "block" });
    block._needle = this._needle;
    block.addEventListener("contentvisibilityautostatechange", ({ skipped }) => {
      if (!skipped) {
        this._refresh(block);
      }
    });
    return block;
  }

  _refresh(block) {
    if (block._needle === this._needle) {
      return;
    }
    block._needle = this._needle;
    let index = [...this._content.children].indexOf(block) * BLOCK;
    for (const element of block.children) {
      this._write(element, this._lines.all[index]);
      index += 1;
    }
  }

  _write(element, [, text, spans]) {
    const marks = this._needle ? occurrences(text, this._needle) : [];
    element.classList.toggle("hit", marks.length > 0);
    writeLine(element, text, spans, marks);
  }

  _find() {
    this._element(this._hits[this._at])?.classList.remove("current");
    this._needle = this._search.value.toLowerCase();
    this._hits = [];
    this._at = -1;
    this._lines.all.forEach(([, text], index) => {
      if (this._needle && text.toLowerCase().includes(this._needle)) {
        this._hits.push(this._lines.first + index);
      }
    });
    const canSkip = "oncontentvisibilityautostatechange" in this._box;
    for (const block of this._content.children) {
      if (!canSkip || block.firstElementChild.checkVisibility({ contentVisibilityAuto: true })) {
        this._refresh(block);
      }
    }
    if (this._hits.length) {
      this._step(1);
    } else {
      this._anchor = null;
      this._tellHits();
    }
  }

  _step(by) {
    if (!this._hits.length) {
      return;
    }
    this._element(this._hits[this._at])?.classList.remove("current");
    this._at = (this._at + by + this._hits.length) % this._hits.length;
    const line = this._element(this._hits[this._at]);
    this._refresh(line.parentElement);
    line.classList.add("current");
    this._follow(false);
    this._anchor = line;
    this._place();
    this._tellHits();
  }

  _tellHits() {
    const count = this._hits.length;
    this._steps.forEach((step) => {
      step.disabled = !count;
    });
    if (!this._needle) {
      this._found.textContent = "";
    } else if (!count) {
      this._found.textContent = "not found";
    } else {
      const at = this._at < 0 ? "" : `${(this._at + 1).toLocaleString()} of `;
      this._found.textContent = `${at}${count.toLocaleString()} ${count === 1 ? "line" : "lines"}`;
    }
  }

  _element(number) {
    const index = number - this._lines.first;
    return this._content.children[Math.floor(index / BLOCK)]?.children[index % BLOCK];
  }

  _follow(on) {
    this._following = on;
    this._followButton.setAttribute("aria-pressed", String(on));
    this._place();
  }

  /** Be at the end, or at the hit that was gone to, also when lines turn out higher than guessed. */
  _place() {
    if (this._held) {
      return;
    }
    if (this._following) {
      this._box.scrollTop = this._box.scrollHeight;
    } else if (this._anchor) {
      // A line's own offset is that within its block, which is a box of its own.
      const below = this._anchor.getBoundingClientRect().top - this._box.getBoundingClientRect().top;
      this._box.scrollTop += below - this._box.clientHeight / 2;
    }
    this._top = this._box.scrollTop;
  }

  _hold(held) {
    this._held = held;
    this._anchor = null;
  }

  _reads(upwards) {
    this._anchor = null;
    if (upwards && this._box.scrollHeight > this._box.clientHeight) {
      this._follow(false);
    }
  }

  /** Whoever scrolls up wants to read. */
  _scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this._box;
    const fromEnd = scrollHeight - clientHeight - scrollTop;
    if (this._following && scrollTop < this._top - 1 && fromEnd > LINE_HEIGHT) {
      this._follow(false);
    }
    this._top = scrollTop;
  }

  _text() {
    return this._lines.all.map(([, text]) => `${text}\n`).join("");
  }

  _download() {
    const href = URL.createObjectURL(new Blob([this._text()], { type: "text/plain" }));
    const name = this._model.get("head").name ?? "process";
    make("a", { href, download: `${name}.log` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }
}

/** Where a text contains another, whatever the case: pairs of begin and end. */
function occurrences(text, needle) {
  const found = [];
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at + needle.length)) {
    found.push([at, at + needle.length]);
  }
  return lower.length === text.length ? found : found.slice(0, 1).map(() => [0, text.length]);
}
