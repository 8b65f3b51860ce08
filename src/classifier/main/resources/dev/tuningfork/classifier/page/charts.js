// Small charts of the last two minutes, drawn as SVG.

import { element, svg } from "./dom.js";

const SECONDS = 120;
const LEAST_SECONDS = 30;
const WIDTH = 240;
const HEIGHT = 44;

/** A figure with its name, its value now, and its course. */
export class Tile {
  constructor(name, { lines = 1, title = "" } = {}) {
    this.value = element("span", { class: "value" }, "–");
    this.note = element("span", { class: "note" });
    this.paths = Array.from({ length: lines }, (_, i) => svg("path", { class: "line l" + i }));
    this.area = svg("path", { class: "area" });
    this.series = this.paths.map(() => []);
    this.node = element(
      "div",
      { class: "tile", title },
      element("span", { class: "name" }, name),
      this.value,
      this.note,
      svg(
        "svg",
        { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        this.area,
        ...this.paths,
      ),
    );
  }

  /** Shows a value and continues the course; null leaves a gap. */
  add(text, note, ...points) {
    this.value.textContent = text;
    this.note.textContent = note;
    points.forEach((point, i) => {
      this.series[i].push(point);
      if (this.series[i].length > SECONDS) this.series[i].shift();
    });
    const top = Math.max(1e-9, ...this.series.flat().filter((v) => v !== null)) * 1.08;
    this.series.forEach((values, i) => {
      this.paths[i].setAttribute("d", line(values, top));
    });
    this.area.setAttribute("d", area(this.series[0], top));
  }
}

/** A young course is drawn wider, so that it can be seen. */
const x = (values, i) => {
  const across = Math.max(values.length, LEAST_SECONDS);
  return ((i + across - values.length) * WIDTH) / (across - 1);
};
const y = (value, top) => HEIGHT - 2 - (value / top) * (HEIGHT - 6);

function line(values, top) {
  let path = "";
  let pen = "M";
  values.forEach((value, i) => {
    if (value === null) {
      pen = "M";
    } else {
      path += pen + x(values, i).toFixed(1) + " " + y(value, top).toFixed(1);
      pen = "L";
    }
  });
  return path;
}

function area(values, top) {
  const from = values.lastIndexOf(null) + 1; // before a gap there is the line alone
  if (values.length - from < 2) return "";
  return (
    line(values.map((value, i) => (i < from ? null : value)), top) +
    `L${WIDTH} ${HEIGHT}L${x(values, from).toFixed(1)} ${HEIGHT}Z`
  );
}
