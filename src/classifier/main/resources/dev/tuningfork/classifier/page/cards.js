// The newest galaxies as cards.

import { byId, clock, element, objectPath, percent, words } from "./dom.js";

const SHOWN = 60;

export function card(galaxy) {
  const truth = galaxy.truth;
  const name = galaxy.class || "–";
  return element(
    "li",
    { class: "card", "data-number": galaxy.number, "data-object": galaxy.objectId },
    element(
      "a",
      { href: objectPath(galaxy.objectId) },
      element("img", {
        src: "/thumbnails/" + galaxy.number,
        alt: "",
        width: 128,
        height: 128,
        decoding: "async",
      }),
      element(
        "span",
        { class: "head" },
        element("strong", { class: "class" }, name),
        element("span", { class: "id" }, galaxy.objectId),
      ),
      element("span", { class: "words" }, galaxy.description),
      element(
        "span",
        { class: "walk", "aria-hidden": "true" },
        ...galaxy.walk.map((step) => meter(step)),
      ),
      element(
        "span",
        { class: "meta" },
        galaxy.survey ? element("span", {}, galaxy.survey) : null,
        element("time", { datetime: galaxy.classifiedAt }, clock(galaxy.classifiedAt)),
        ...galaxy.flags.map((flag) => element("span", { class: "flag" }, words(flag.replaceAll("_", "-")).toLowerCase())),
      ),
      truth
        ? element(
            "span",
            { class: "truth " + verdict(truth.classString, name) },
            element("span", { class: "mark", "aria-hidden": "true" }),
            "Truth: ",
            element("strong", {}, truth.classString),
            element("span", { class: "unseen" }, ", " + said(truth.classString, name)),
          )
        : null,
    ),
  );
}

function meter(step) {
  const node = element("span", {
    class: "step",
    title: words(step.question) + ": " + words(step.answer) + ", " + percent(step.probability),
  });
  node.style.setProperty("--p", step.probability);
  return node;
}

const form = (name) => (name.startsWith("Se") ? "Se" : name[0]);

function verdict(truth, seen) {
  return truth === seen ? "exact" : form(truth) === form(seen) ? "form" : "other";
}

function said(truth, seen) {
  return { exact: "exactly so", form: "the same form", other: "another form" }[verdict(truth, seen)];
}

/** The grid: the newest first, held still while someone reads it. */
export class Cards {
  constructor(onChange) {
    this.list = byId("galaxies");
    this.waiting = [];
    this.paused = false;
    this.onChange = onChange;
    this.scheduled = false;
    for (const event of ["pointerleave", "focusout"]) {
      this.list.addEventListener(event, () => this.schedule());
    }
  }

  add(galaxy) {
    this.waiting.push(galaxy);
    if (this.waiting.length > SHOWN) this.waiting.shift();
    this.schedule();
  }

  pause(paused) {
    this.paused = paused;
    this.schedule();
  }

  clear() {
    this.waiting = [];
    this.list.replaceChildren();
  }

  get held() {
    return (
      this.paused ||
      this.list.matches(":hover") ||
      (this.list.contains(document.activeElement) && document.activeElement !== this.list)
    );
  }

  /** At most one drawing for each frame, however many galaxies came. */
  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  draw() {
    if (!this.held && this.waiting.length > 0) {
      const fresh = this.waiting.splice(0).map(card).reverse();
      this.list.prepend(...fresh);
      while (this.list.children.length > SHOWN) this.list.lastElementChild.remove();
      byId("empty").hidden = true;
    }
    this.onChange(this.held ? this.waiting.length : 0);
  }
}
