// Which galaxies are wanted: answers, how probable each must be, and flags.

import { byId, element, percent, words } from "./dom.js";

const FLAGS = ["SCALE_MISSING", "UPSAMPLED", "LOW_SIGNAL", "NAN_FILLED", "BAND_MISSING", "SATURATED", "OFF_CENTRE", "FIELD_TOO_WIDE", "FIELD_TOO_NARROW", "EDGE", "SIZE_SUSPECT", "OTHER_RECIPE", "TEST"];

export class Filters {
  /** @param onChange is called when something else is wanted */
  constructor(onChange) {
    this.questions = [];
    this.onChange = onChange;
    this.form = byId("filter");
    const open = byId("filter-open");
    open.addEventListener("click", () => {
      this.form.hidden = !this.form.hidden;
      open.setAttribute("aria-expanded", String(!this.form.hidden));
      if (!this.form.hidden) this.form.querySelector("input")?.focus();
    });
    this.form.addEventListener("input", () => this.apply());
    this.form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Offers the questions of a tree; what the address asks for is chosen. */
  ask(questions) {
    this.questions = questions;
    this.build();
    const asked = new URLSearchParams(location.search);
    const answers = (asked.get("answers") || "").split(",");
    for (const box of this.form.querySelectorAll("input[name=answer]")) {
      box.checked = answers.includes(box.value);
    }
    for (const name of ["with", "without"]) {
      for (const flag of (asked.get(name) || "").split(",")) {
        const select = this.form.querySelector(`select[data-flag="${CSS.escape(flag)}"]`);
        if (select) select.value = name;
      }
    }
    if (asked.get("least")) this.least.value = asked.get("least");
    this.showLeast();
    this.chips();
  }

  build() {
    this.least = element("input", { type: "range", id: "least", min: 0.5, max: 0.95, step: 0.05, value: 0.7 });
    this.leastText = element("output", { for: "least" });
    this.form.replaceChildren(
      element(
        "div",
        { class: "least" },
        element("label", { for: "least" }, "Each chosen answer has at least"),
        this.least,
        this.leastText,
        element("span", { class: "hint" }, "among those who are asked, and its question is asked with at least 50 %"),
        element("button", { type: "button", onclick: () => this.reset() }, "Clear"),
      ),
      ...this.questions.map((question) =>
        element(
          "fieldset",
          {},
          element("legend", {}, words(question.key)),
          ...question.answers.map((answer) =>
            element(
              "label",
              { title: question.text },
              element("input", { type: "checkbox", name: "answer", value: answer.id }),
              words(answer.key),
            ),
          ),
        ),
      ),
      element(
        "fieldset",
        { class: "flags" },
        element("legend", {}, "flags of the image"),
        ...FLAGS.map((flag) =>
          element(
            "label",
            {},
            element(
              "select",
              { "data-flag": flag },
              element("option", { value: "" }, "any"),
              element("option", { value: "with" }, "only with"),
              element("option", { value: "without" }, "only without"),
            ),
            words(flag.toLowerCase().replaceAll("_", "-")),
          ),
        ),
      ),
    );
  }

  get query() {
    const query = new URLSearchParams();
    const answers = [...this.form.querySelectorAll("input[name=answer]:checked")].map((box) => box.value);
    if (answers.length > 0) {
      query.set("answers", answers.join(","));
      query.set("least", this.least.value);
    }
    for (const name of ["with", "without"]) {
      const flags = [...this.form.querySelectorAll("select")].filter((s) => s.value === name).map((s) => s.dataset.flag);
      if (flags.length > 0) query.set(name, flags.join(","));
    }
    return query;
  }

  get any() {
    return [...this.query.keys()].length > 0;
  }

  reset() {
    for (const box of this.form.querySelectorAll("input:checked")) box.checked = false;
    for (const select of this.form.querySelectorAll("select")) select.value = "";
    this.apply();
  }

  apply() {
    this.showLeast();
    this.chips();
    const query = this.query.toString();
    history.replaceState(null, "", query ? "?" + query : location.pathname);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onChange(), 250);
  }

  showLeast() {
    this.leastText.textContent = percent(this.least.value);
  }

  /** What is chosen, in words, where the form is folded away. */
  chips() {
    const chosen = [];
    for (const question of this.questions) {
      for (const answer of question.answers) {
        if (this.form.querySelector(`input[value="${CSS.escape(answer.id)}"]`).checked) {
          chosen.push(words(question.key) + ": " + words(answer.key) + " ≥ " + percent(this.least.value));
        }
      }
    }
    for (const select of this.form.querySelectorAll("select")) {
      if (select.value) chosen.push(select.value + " " + words(select.dataset.flag.toLowerCase().replaceAll("_", "-")));
    }
    const line = byId("chips");
    line.hidden = chosen.length === 0;
    line.replaceChildren(...chosen.map((text) => element("span", { class: "chip" }, text)));
  }
}
