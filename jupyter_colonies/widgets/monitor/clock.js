// Moments in words that go on by themselves: nothing is asked of the kernel for them.

import { duration, moment } from "../page/elements.js";
import { words } from "./sections.js";

const SECOND = 1000;

/** How long, in the largest two units: `12 s`, `3 min 20 s`, `2 h 5 min`, `3 days 4 h`. */
function span(milliseconds) {
  const hours = Math.floor(milliseconds / 3_600_000);
  if (hours < 48) {
    return duration(Math.floor(milliseconds / SECOND));
  }
  return `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

const WORDS = {
  /** When something was heard or happened. */
  ago: (since) => (since < 2 * SECOND ? "just now" : `${span(since)} ago`),
  /** How long something has lasted. */
  for: (since) => span(Math.max(since, 0)),
  /** When something is going to happen. */
  in: (since) => (since > -SECOND ? "now" : `in ${span(-since)}`),
};

/** A moment in words, which change as time passes; its exact value is the title. */
export function ticking(kind, at) {
  const element = moment(at);
  element.dataset.tick = kind;
  element.dataset.at = at;
  tick(element);
  return element;
}

export function tick(element) {
  const words = WORDS[element.dataset.tick](Date.now() - Number(element.dataset.at));
  if (element.textContent !== words) {
    element.textContent = words;
  }
}

/** Let the moments within an element go on; the result ends it. */
export function startClock(within, each) {
  const timer = setInterval(() => {
    if (!document.hidden) {
      within.querySelectorAll("[data-tick]").forEach(tick);
      each();
    }
  }, SECOND);
  return () => clearInterval(timer);
}

/** A day and a time of day in the reader's zone, as people say them. */
export function spoken(at) {
  return new Date(at).toLocaleString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
}

/** A number of seconds as short as it can be said: `4 ms`, `1.2 s`. */
export function shortly(seconds) {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : duration(seconds);
}
