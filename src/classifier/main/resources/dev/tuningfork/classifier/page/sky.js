// Survey images as a map: each galaxy lights up when its answer is committed.

import { byId, element, json, number, objectPath, shown as printable } from "./dom.js";

const KINDS = [
  { name: "dead letter", is: (kind) => kind === "", colour: "--bad" },
  { name: "smooth", is: (kind) => kind.startsWith("E"), colour: "--smooth" },
  { name: "edge-on disk", is: (kind) => kind.startsWith("Se"), colour: "--edge" },
  { name: "barred disk", is: (kind) => kind.startsWith("SB"), colour: "--barred" },
  { name: "other disk", is: (kind) => kind.startsWith("S"), colour: "--disk" },
  { name: "star or artifact", is: (kind) => kind.startsWith("A"), colour: "--artifact" },
  { name: "no class", is: () => true, colour: "--dim" },
];
const DEAD = 0;
const FLARE = 1200;
const EVERY = 1000;
const AT_ONCE = 5000;
const REACH = 14;
const still = matchMedia("(prefers-reduced-motion: reduce)");

const map = byId("map");
const pen = map.getContext("2d");
let shown = null; // the id of the survey image
let lights = new Map();
let next = 0;
let view = null; // centre in degrees on the map and pixels a degree; null shows all
let chosen = null;
let scheduled = false;
const pointers = new Map();
let moved = false;

async function look() {
  if (!document.hidden) {
    try {
      const told = await json("/v1/survey-images");
      list(told.surveyImages);
      if (shown !== null) await take(shown);
    } catch (failure) {
      byId("said").textContent = failure.message;
    }
  }
  setTimeout(look, EVERY);
}

function list(images) {
  const latest = new Map();
  for (const image of images) if (!latest.has(image.surveyImageId)) latest.set(image.surveyImageId, image);
  byId("said").textContent = latest.size === 0 ? "None has been published yet." : "";
  byId("skies").hidden = latest.size === 0;
  if (shown === null && latest.size > 0) show(asked(latest) ?? latest.keys().next().value);
  const items = byId("images");
  const known = new Map([...items.children].map((item) => [item.dataset.id, item]));
  items.replaceChildren(...[...latest.values()].map((image) => fill(known.get(image.surveyImageId) ?? item(image), image)));
  const now = latest.get(shown);
  if (now) byId("counts").textContent = sentence(now);
}

function asked(latest) {
  const id = new URLSearchParams(location.search).get("image");
  return latest.has(id) ? id : null;
}

function item(image) {
  return element(
    "li",
    { "data-id": image.surveyImageId },
    element(
      "button",
      { type: "button", onclick: () => show(image.surveyImageId) },
      element("strong", {}, image.surveyImageId),
      element("span", { class: "hint" }),
      element("progress", { "aria-label": "Galaxies done of " + image.surveyImageId }),
    ),
  );
}

function fill(node, image) {
  const button = node.firstElementChild;
  button.setAttribute("aria-pressed", String(image.surveyImageId === shown));
  const text = sentence(image);
  const said = button.querySelector(".hint");
  if (said.textContent !== text) said.textContent = text;
  const progress = button.querySelector("progress");
  progress.max = Math.max(1, image.galaxies);
  progress.value = image.galaxies - image.left;
  return node;
}

function sentence(image) {
  const parts = [image.state + ": " + number(image.galaxies - image.left) + " of " + number(image.galaxies)];
  if (image.deadLetters > 0) parts.push(number(image.deadLetters) + (image.deadLetters === 1 ? " dead letter" : " dead letters"));
  if (image.rate > 0) parts.push((image.rate < 10 ? image.rate.toFixed(1) : number(Math.round(image.rate))) + " / s");
  if (image.failure) parts.push(image.failure);
  return parts.join(" · ");
}

function show(id) {
  if (id === shown) return;
  shown = id;
  lights = new Map();
  next = 0;
  view = null;
  choose(null);
  byId("name").textContent = printable(id);
  history.replaceState(null, "", "?image=" + encodeURIComponent(id));
  for (const one of byId("images").children) one.firstElementChild.setAttribute("aria-pressed", String(one.dataset.id === id));
  take(id).catch((failure) => (byId("said").textContent = failure.message));
  schedule();
}

async function take(id) {
  for (let more = true; more && id === shown; ) {
    const after = next;
    const told = await json("/page/skies/" + encodeURIComponent(id) + "?after=" + after);
    if (id !== shown || next !== after || told.next < next) return; // another request was quicker
    const first = after === 0;
    next = told.next;
    more = told.lights.length === AT_ONCE;
    for (const [objectId, ra, dec, kind] of told.lights) {
      lights.set(objectId, { objectId, ra, dec, kind: KINDS.findIndex((one) => one.is(kind)), text: kind, since: first ? 0 : performance.now() });
    }
    if (told.lights.length > 0) {
      legend();
      schedule();
    }
  }
}

function legend() {
  const counts = KINDS.map(() => 0);
  for (const light of lights.values()) counts[light.kind]++;
  byId("legend").replaceChildren(
    ...KINDS.flatMap((kind, at) => {
      if (counts[at] === 0) return [];
      const mark = element("span", { class: at === DEAD ? "dab cross" : "dab", "aria-hidden": "true" });
      mark.style.setProperty("background", "var(" + kind.colour + ")");
      return [element("li", {}, mark, kind.name + " ", element("strong", {}, number(counts[at])))];
    }),
  );
}

/** Where the lights are on a plane, degrees from the first of them. */
function place(light, origin) {
  const east = ((light.ra - origin.ra + 540) % 360) - 180;
  return { x: -east * Math.cos((origin.dec * Math.PI) / 180), y: origin.dec - light.dec };
}

function sight() {
  const origin = lights.values().next().value;
  if (!origin) return null;
  if (view) return { origin, ...view };
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const light of lights.values()) {
    const at = place(light, origin);
    left = Math.min(left, at.x);
    right = Math.max(right, at.x);
    top = Math.min(top, at.y);
    bottom = Math.max(bottom, at.y);
  }
  const scale = Math.min(map.clientWidth / Math.max(right - left, 0.002), map.clientHeight / Math.max(bottom - top, 0.002)) * 0.92;
  return { origin, x: (left + right) / 2, y: (top + bottom) / 2, scale };
}

function onMap(light, sight) {
  const at = place(light, sight.origin);
  return { x: map.clientWidth / 2 + (at.x - sight.x) * sight.scale, y: map.clientHeight / 2 + (at.y - sight.y) * sight.scale };
}

function schedule() {
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(draw);
  }
}

function draw() {
  scheduled = false;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(map.clientWidth * ratio), Math.round(map.clientHeight * ratio)];
  if (map.width !== width || map.height !== height) Object.assign(map, { width, height });
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, map.clientWidth, map.clientHeight);
  const now = sight();
  map.dataset.lights = lights.size;
  if (!now) return;
  const style = getComputedStyle(map);
  const colours = KINDS.map((kind) => style.getPropertyValue(kind.colour).trim());
  const size = Math.max(2.2, Math.min(6, 60 / Math.sqrt(lights.size)));
  let flares = false;
  for (const light of lights.values()) {
    const at = onMap(light, now);
    const age = light.since && !still.matches ? (performance.now() - light.since) / FLARE : 1;
    flares ||= age < 1;
    dot(at, age < 1 ? size * (1 + 2 * (1 - age)) : size, colours[light.kind], light.text === "");
  }
  if (chosen) {
    const at = onMap(chosen, now);
    pen.strokeStyle = style.getPropertyValue("--ink");
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(at.x, at.y, size + 5, 0, 2 * Math.PI);
    pen.stroke();
  }
  if (flares) schedule();
}

/** A dead letter is a cross, so that colour is not all that tells. */
function dot(at, size, colour, dead) {
  pen.beginPath();
  if (dead) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.moveTo(at.x - size, at.y - size);
    pen.lineTo(at.x + size, at.y + size);
    pen.moveTo(at.x + size, at.y - size);
    pen.lineTo(at.x - size, at.y + size);
    pen.stroke();
  } else {
    pen.fillStyle = colour;
    pen.arc(at.x, at.y, size, 0, 2 * Math.PI);
    pen.fill();
  }
}

function choose(light) {
  chosen = light;
  byId("chosen").replaceChildren(
    ...(light
      ? [element("a", { href: objectPath(light.objectId) }, light.objectId), " ", light.text === "" ? "is a dead letter" : light.text + ", " + KINDS[light.kind].name]
      : ["Choose a galaxy: click it, or use the arrow keys."]),
  );
  schedule();
}

function nearest(x, y, within) {
  const now = sight();
  let best = null;
  let least = within;
  for (const light of now ? lights.values() : []) {
    const at = onMap(light, now);
    const far = Math.hypot(at.x - x, at.y - y);
    if (far < least) [best, least] = [light, far];
  }
  return best;
}

/** The next galaxy in a direction: the closer and the straighter, the better. */
function step(dx, dy) {
  const now = sight();
  if (!now) return;
  if (!chosen) return choose(nearest(map.clientWidth / 2, map.clientHeight / 2, Infinity));
  const from = onMap(chosen, now);
  let best = null;
  let least = Infinity;
  for (const light of lights.values()) {
    const at = onMap(light, now);
    const along = (at.x - from.x) * dx + (at.y - from.y) * dy;
    const aside = Math.abs((at.x - from.x) * dy) + Math.abs((at.y - from.y) * dx);
    if (light !== chosen && along > 0 && along + 2 * aside < least) [best, least] = [light, along + 2 * aside];
  }
  if (best) {
    const at = onMap(best, now);
    if (at.x < 0 || at.y < 0 || at.x > map.clientWidth || at.y > map.clientHeight) {
      view = { ...place(best, now.origin), scale: now.scale };
    }
    choose(best);
  }
}

function zoom(factor, x = map.clientWidth / 2, y = map.clientHeight / 2) {
  const now = sight();
  if (!now) return;
  const [dx, dy] = [(x - map.clientWidth / 2) / now.scale, (y - map.clientHeight / 2) / now.scale];
  view = { x: now.x + dx * (1 - 1 / factor), y: now.y + dy * (1 - 1 / factor), scale: now.scale * factor };
  schedule();
}

map.addEventListener("keydown", (event) => {
  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (directions[event.key]) step(...directions[event.key]);
  else if (event.key === "Enter" && chosen) location.assign(objectPath(chosen.objectId));
  else if (event.key === "+" || event.key === "=") zoom(1.5);
  else if (event.key === "-") zoom(1 / 1.5);
  else return;
  event.preventDefault();
});

map.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
}, { passive: false });

map.addEventListener("pointerdown", (event) => {
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  moved = pointers.size > 1;
  map.setPointerCapture(event.pointerId);
});

map.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  const now = sight();
  if (!before || !now) return;
  const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  const [dx, dy] = [event.offsetX - before.x, event.offsetY - before.y];
  if (!moved && Math.hypot(dx, dy) < 6) return;
  moved = true;
  if (other) {
    const factor = Math.hypot(event.offsetX - other.x, event.offsetY - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    zoom(factor, other.x, other.y);
  } else {
    view = { x: now.x - dx / now.scale, y: now.y - dy / now.scale, scale: now.scale };
    schedule();
  }
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
});

for (const end of ["pointerup", "pointercancel"]) {
  map.addEventListener(end, (event) => {
    pointers.delete(event.pointerId);
    if (end !== "pointerup" || moved) return;
    const light = nearest(event.offsetX, event.offsetY, REACH);
    if (light && light === chosen) location.assign(objectPath(light.objectId));
    else choose(light);
  });
}

byId("closer").addEventListener("click", () => zoom(1.5));
byId("farther").addEventListener("click", () => zoom(1 / 1.5));
byId("whole").addEventListener("click", () => {
  view = null;
  schedule();
});
new ResizeObserver(schedule).observe(map);
look();
