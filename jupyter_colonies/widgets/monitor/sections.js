// What each list of the monitor shows.

import { make, moment } from "../page/elements.js";
import { Section } from "../page/section.js";
import { shortly, ticking } from "./clock.js";

export function words(text, className) {
  return make("span", { className, textContent: text });
}

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

function inspected(model, row) {
  return {
    text: "Inspect",
    act: () => {
      model.set("selected", row.id);
      model.save_changes();
      tell(model, `${row.name} is shown below`);
    },
  };
}

export function makeSections(model) {
  return {
    executors: executors(model),
    queues: queues(model),
    running: running(model),
    failures: failures(model),
    crons: crons(model),
    generators: generators(model),
  };
}

function executors(model) {
  return new Section(model, {
    name: "executors",
    title: "Executors",
    empty: "No executor has registered yet.",
    search: "Find executors",
    everything: "removed ones, too",
    columns: [
      ["Name", (row) => row.name],
      ["Type", (row) => row.type + (row.location ? ` at ${row.location}` : "")],
      ["State", standing],
      ["Runs", (row) => (row.room ? `${row.load} of ${row.room}` : `${row.load}`)],
      ["Last heard", heard],
      ["Functions", offered],
    ],
    note: ({ rows }) =>
      rows.some((row) => row.state === "pending") && !model.get("summary").owns
        ? model.get("summary").why
        : "",
    actions: standingActions,
  });
}

function standing(row) {
  const state = make("span", { className: `standing ${row.state}` }, [
    make("span", { textContent: row.glyph, "aria-hidden": "true" }),
    ` ${row.state}`,
  ]);
  if (!row.unresponsive) {
    return state;
  }
  return [state, " ", words("⚠ unresponsive", "warning")];
}

function heard(row) {
  if (row.connected && row.state !== "removed") {
    const title = row.heard ? moment(row.heard).title : "";
    return make("span", { className: "here", title, textContent: "● connected" });
  }
  return row.heard ? ticking("ago", row.heard) : "never";
}

function offered(row) {
  const list = row.functions.map(({ name, count, mean }) => {
    const times = count ? ` ${count.toLocaleString()} × ${shortly(mean)}` : "";
    const said = count ? `run ${plural(count, "time")}, ${shortly(mean)} on average` : "never run";
    return make("li", { title: `${name}: ${said}` }, [
      make("code", { textContent: name }),
      words(times, "times"),
    ]);
  });
  if (row.more) {
    list.push(make("li", { textContent: `and ${row.more} more` }));
  }
  return list.length ? make("ul", { className: "functions" }, list) : words("none registered", "times");
}

function standingActions(row, { owns }) {
  if (!owns || row.state === "removed") {
    return [];
  }
  const approve = { text: "Approve", wish: { wish: "approve", id: row.id } };
  const reject = { text: "Reject", wish: { wish: "reject", id: row.id } };
  reject.title = "It keeps its place, and gets no work until it is approved again";
  const remove = { text: "Remove", wish: { wish: "remove executor", id: row.id } };
  remove.question = "What it runs goes back to the queue.";
  return {
    pending: [approve, reject],
    approved: [{ ...reject, question: "No more work, and it can't close what it runs." }, remove],
    rejected: [approve, remove],
  }[row.state];
}

function queues(model) {
  return new Section(model, {
    name: "queues",
    title: "Queue",
    empty: "Nothing waits for an executor.",
    columns: [
      ["Type", (row) => row.type || "(none)"],
      ["Waiting", (row) => row.ready.toLocaleString()],
      ["The oldest for", (row) => ticking("for", row.oldest)],
      ["Executors", (row) => (row.executors ? `${row.executors}` : words("⚠ none", "warning"))],
    ],
    note: ({ rows }) => {
      const { waiting = 0, paused } = model.get("summary");
      const ready = rows.reduce((sum, row) => sum + row.ready, 0);
      const parents = waiting - ready;
      return [
        paused ? "Assignments are paused." : "",
        parents > 0 ? `${plural(parents, "other process", "other processes")} not ready yet.` : "",
      ]
        .join(" ")
        .trim();
    },
  });
}

export function running(model) {
  return new Section(model, {
    name: "running",
    title: "Running",
    empty: "Nothing runs.",
    search: "Find running processes",
    columns: [
      ["Name", (row) => row.name],
      ["Executor", (row) => row.executor],
      ["For", (row) => ticking("for", row.since)],
      ["Progress", progress],
    ],
    note: ({ total }) => {
      const all = model.get("summary").running ?? 0;
      return all > total ? `These ${total} of ${all} run longest.` : "";
    },
    actions: (row) => [
      inspected(model, row),
      {
        text: "Cancel",
        wish: { wish: "cancel", id: row.id, name: row.name },
        question: "It ends without a result.",
      },
    ],
  });
}

function progress(row) {
  if (row.share < 0) {
    return row.progress;
  }
  const percent = Math.round(row.share * 100);
  const bar = make("progress", { max: 100, value: percent, "aria-label": `Progress of ${row.name}` });
  return make("span", { className: "how-far" }, [bar, ` ${percent} % `, row.progress]);
}

function failures(model) {
  return new Section(model, {
    name: "failures",
    title: "Recent failures",
    empty: "Nothing has failed.",
    columns: [
      ["Name", (row) => row.name],
      ["Executor", (row) => row.executor || "–"],
      ["When", (row) => ticking("ago", row.at)],
      ["Error", (row) => make("code", { className: "error", textContent: row.error })],
    ],
    actions: (row) => [
      inspected(model, row),
      {
        text: "Copy debug command",
        title: `%colonies debug ${row.id}`,
        act: () => copied(model, `%colonies debug ${row.id}`),
      },
    ],
  });
}

async function copied(model, text) {
  let said = `Copied: ${text}. Paste it into a cell.`;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    said = `Run this in a cell: ${text}`;
  }
  tell(model, said);
}

/** Say something that only the page knows. */
function tell(model, text) {
  model.set("told", { text, about: "page", failed: false, number: Date.now() });
}

function starterActions(kind, row, ready) {
  const id = { id: row.id, name: row.name };
  const run = { text: "Run now", wish: { wish: `run ${kind}`, ...id } };
  const flip = {
    key: "switch",
    text: row.disabled ? "Enable" : "Disable",
    wish: { wish: `switch ${kind}`, enabled: row.disabled, ...id },
  };
  const remove = { text: "Remove", wish: { wish: `remove ${kind}`, ...id } };
  remove.question = `The ${kind} goes; what it started stays.`;
  return [...(ready ? [run] : []), flip, remove];
}

function next(row, otherwise) {
  if (row.disabled) {
    return words("⏸ disabled", "warning");
  }
  return row.next ? [ticking("in", row.next), clockTime(row.next)] : otherwise;
}

function clockTime(at) {
  const element = moment(at);
  element.className = "clock";
  return element;
}

function crons(model) {
  return new Section(model, {
    name: "crons",
    title: "Crons",
    empty: "No crons.",
    columns: [
      ["Name", (row) => row.name],
      ["When", (row) => [make("code", { textContent: row.when }), row.waits ? " waits for the one before" : ""]],
      ["Next", (row) => next(row, "never")],
      ["Last", (row) => (row.last ? ticking("ago", row.last) : "never")],
      ["Added by", (row) => row.initiator],
    ],
    actions: (row) => starterActions("cron", row, true),
  });
}

function generators(model) {
  return new Section(model, {
    name: "generators",
    title: "Generators",
    empty: "No generators.",
    columns: [
      ["Name", (row) => row.name],
      ["Packed", (row) => `${row.queued} of ${row.trigger}`],
      ["Next", (row) => next(row, `when ${Math.max(row.trigger - row.queued, 0)} more are packed`)],
      ["Last", (row) => (row.last ? ticking("ago", row.last) : "never")],
      ["Added by", (row) => row.initiator],
    ],
    actions: (row) => starterActions("generator", row, row.queued > 0),
  });
}
