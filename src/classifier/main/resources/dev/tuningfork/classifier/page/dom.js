// Elements made by hand: text goes in as text, whatever it says, and nothing is ever parsed as markup.

/** As the class Printable says of text for logs, but for line breaks. */
const UNSEEN = /[^\P{C}\n\t\p{Co}]|\p{Default_Ignorable_Code_Point}|[\u2028\u2029\u2800]/gu;

/** Text with a dot for each character that shows nothing by itself or moves others. */
export const shown = (text) => String(text).replace(UNSEEN, "·");

const SVG = "http://www.w3.org/2000/svg";

/** Attributes that a person sees or hears. */
const TOLD = new Set(["title", "alt", "aria-label"]);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (TOLD.has(name)) node.setAttribute(name, shown(value));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  const there = children.flat().filter((child) => child !== null && child !== undefined);
  node.append(...there.map((child) => (child instanceof Node ? child : shown(child))));
  return node;
}

export function element(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

export const byId = (id) => document.getElementById(id);

/** A key of the tree, such as features-or-disk, for reading. */
export const words = (key) => key.replaceAll("-", " ");

export const percent = (share) => Math.round(100 * share) + " %";

const whole = new Intl.NumberFormat("en");
export const number = (value) => whole.format(value);

/** Milliseconds for reading. */
export function time(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return Math.round(ms) + " ms";
  return (ms < 10000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)) + " s";
}

export const clock = (iso) => new Date(iso).toISOString().slice(11, 19) + " UTC";

export async function json(path, options) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error ? shown(body.error) : "The classifier answers " + response.status + ".");
  return body;
}

/** An object's address on this page. */
export const objectPath = (objectId) => "/objects/" + encodeURIComponent(objectId);
