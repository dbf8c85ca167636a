// What the scripts of all widgets are made with.

/** An element with properties or attributes and children; texts are only ever set as text. */
export function make(tag, properties = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) {
      element[name] = value;
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

export function button(text, onclick, properties = {}) {
  return make("button", { type: "button", textContent: text, onclick, ...properties });
}

/** A state's glyph and word on its colour: `look` has `glyph`, `word` and `fill`. */
export function chip({ glyph, word, fill }) {
  const element = make("span", { className: "chip" }, [`${glyph} ${word}`]);
  element.style.background = fill;
  return element;
}

/** Call `draw` now and on each change of these traits; the result ends it. */
export function follow(model, traits, draw) {
  const events = traits.map((trait) => `change:${trait}`).join(" ");
  model.on(events, draw);
  draw();
  return () => model.off(events, draw);
}

/** A duration in words: `0.04 s`, `1.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds) {
  if (seconds < 1) {
    return `${Math.round(seconds * 100) / 100} s`;
  }
  if (seconds < 10) {
    return `${Math.round(seconds * 10) / 10} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment in the reader's zone; the exact value, with the zone's offset, is its title. */
export function moment(when) {
  const date = new Date(when);
  const today = date.toDateString() === new Date().toDateString();
  return make("time", {
    dateTime: date.toISOString(),
    title: `${date.toLocaleString()} · ${date.toISOString()}`,
    textContent: today ? date.toLocaleTimeString() : date.toLocaleString(),
  });
}
