// The demonstration's own survey: how it observes, and how often the classifier is right.

import { byId, element, json, number, percent, words } from "./dom.js";

const FORMS = { E: "smooth", Se: "edge-on", S: "disk", A: "star" };

export class Survey {
  constructor(state) {
    this.section = byId("survey");
    this.sliders = {};
    this.texts = {};
    this.build(state);
    this.show(state);
    this.section.open = matchMedia("(min-width: 1101px)").matches;
    this.section.hidden = false;
  }

  build(state) {
    this.said = element("p", { class: "hint", role: "status" });
    const slider = (name, label, min, max, step, value, text) => {
      const input = element("input", { type: "range", id: "survey-" + name, min, max, step, value });
      const output = element("output", { for: "survey-" + name }, text(value));
      input.addEventListener("input", () => {
        output.textContent = text(Number(input.value));
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.steer(), 300);
      });
      this.sliders[name] = input;
      this.texts[name] = text;
      return element("div", { class: "slider" }, element("label", { for: "survey-" + name }, label), input, output);
    };
    const pace = (v) => number(Math.round(10 ** v * 10) / 10) + " /s";
    this.table = element("table", { class: "confusion" });
    this.right = element("p", { class: "hint" });
    this.section.replaceChildren(
      element("summary", {}, element("h2", {}, "The mock survey")),
      element(
        "div",
        { class: "steer" },
        slider("pace", "Pace", -0.3, 2.3, 0.05, Math.log10(state.pace), pace),
        slider("noise", "Sky noise", 0, 8, 0.25, state.noise, (v) => "× " + v),
        ...Object.entries(state.kinds).map(([kind, share]) =>
          slider(kind, words(kind), 0, 100, 1, Math.round(100 * share), (v) => String(v)),
        ),
        this.said,
      ),
      element("div", { class: "matrix" }, element("h3", {}, "Truth and answers"), this.table, this.right),
    );
  }

  async steer() {
    const query = new URLSearchParams();
    for (const [name, input] of Object.entries(this.sliders)) {
      query.set(name, name === "pace" ? 10 ** Number(input.value) : input.value);
    }
    try {
      this.show(await json("/page/survey?" + query, { method: "POST" }));
      this.said.textContent = "";
    } catch (failure) {
      this.said.textContent = failure.message;
    }
  }

  /** Someone else may have steered it; what is being moved here stays where it is. */
  follow(state) {
    const values = { pace: Math.log10(state.pace), noise: state.noise };
    for (const [kind, share] of Object.entries(state.kinds)) values[kind] = Math.round(100 * share);
    for (const [name, input] of Object.entries(this.sliders)) {
      if (input !== document.activeElement && Number(input.value) !== values[name]) {
        input.value = values[name];
        input.nextElementSibling.textContent = this.texts[name](Number(input.value));
      }
    }
  }

  show(state) {
    this.follow(state);
    const sum = state.confusion.flat().reduce((a, b) => a + b, 0);
    const right = state.confusion.reduce((a, row, i) => a + row[i], 0);
    this.table.replaceChildren(
      element("caption", { class: "unseen" }, "Confusion matrix: rows are the truth, columns the answers"),
      element(
        "thead",
        {},
        element("tr", {}, element("td", {}, element("span", { class: "unseen" }, "is, seen as")), ...state.forms.map((form) => element("th", { scope: "col" }, FORMS[form] || form))),
      ),
      element(
        "tbody",
        {},
        ...state.confusion.map((row, i) => {
          const total = row.reduce((a, b) => a + b, 0);
          return element(
            "tr",
            {},
            element("th", { scope: "row" }, FORMS[state.forms[i]] || state.forms[i]),
            ...row.map((count, j) => {
              const cell = element("td", { class: i === j ? "right" : "wrong" }, number(count));
              cell.style.setProperty("--p", total === 0 ? 0 : count / total);
              return cell;
            }),
          );
        }),
      ),
    );
    this.right.textContent =
      sum === 0
        ? "Counted since the survey was last changed."
        : percent(right / sum) + " of " + number(sum) + " galaxies have the right form, since the survey was last changed.";
  }
}
