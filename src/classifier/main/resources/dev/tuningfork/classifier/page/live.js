// The live page: events in, cards and charts out.

import { Cards } from "./cards.js";
import { Tile } from "./charts.js";
import { byId, json, number, shown, time } from "./dom.js";
import { Filters } from "./filters.js";
import { Survey } from "./survey.js";

const tiles = {
  pace: new Tile("galaxies / s", { title: "Classified galaxies per second; all are counted" }),
  flight: new Tile("in flight", { title: "Accepted, but their outcome is not published yet" }),
  lag: new Tile("lag", { title: "Published references that are not accepted yet" }),
  latency: new Tile("latency", { lines: 3, title: "From acceptance to publication: the median and the 95th and 99th percentile of the last ten seconds, from a histogram" }),
  dead: new Tile("dead letters", { title: "Dead letters since the start" }),
};
byId("figures").append(...Object.values(tiles).map((tile) => tile.node));

let source = null;
let before = null;
let survey = null;
let cardsPerSecond = 0;
let heldBack = 0;
let figures = null;
let tree = null;

const cards = new Cards((count) => {
  heldBack = count;
  showSampling();
});

byId("pause").addEventListener("click", (event) => {
  const pressed = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(pressed));
  event.currentTarget.textContent = pressed ? "Continue" : "Pause";
  cards.pause(pressed);
});

function state(kind, text) {
  byId("state").className = "state " + kind;
  if (byId("state-text").textContent !== text) byId("state-text").textContent = text;
}

function hello(told) {
  cards.clear(); // what is kept comes again, after a lost connection too
  model(told);
  if (told.survey && !survey) survey = new Survey(told.survey);
}

/** Which model answers; where it answers other questions than the one before, all starts again. */
function model(told) {
  cardsPerSecond = told.cards;
  byId("model").textContent = shown(told.model + " " + told.modelVersion + " on " + told.device);
  byId("model").title = told.model + " " + told.sha256 + ", Tuning Fork " + told.version;
  if (told.tree !== tree) begin();
}

function show(now) {
  figures = now;
  let pace = null;
  let given = null;
  if (before && now.at > before.at && now.morphologies >= before.morphologies) {
    const seconds = (now.at - before.at) / 1000;
    pace = (now.morphologies - before.morphologies) / seconds;
    given = (now.deadLetters - before.deadLetters) / seconds;
  }
  before = now;
  tiles.pace.add(pace === null ? "–" : pace < 10 ? pace.toFixed(1) : number(Math.round(pace)), number(now.morphologies) + " since the start", pace);
  tiles.flight.add(number(now.inFlight), now.oldest > 0 ? "the oldest " + time(now.oldest) : "none waits", now.inFlight);
  tiles.lag.add(now.lag === undefined ? "–" : number(now.lag), "references to take", now.lag ?? null);
  tiles.latency.add(time(now.p50), "95 %: " + time(now.p95) + " · 99 %: " + time(now.p99), now.p50 ?? null, now.p95 ?? null, now.p99 ?? null);
  tiles.dead.add(number(now.deadLetters), given ? given.toFixed(1) + " a second" : "none just now", given);
  state(now.ready ? "good" : "bad", now.ready ? "Live" : "Not ready");
  showSampling();
}

function showSampling() {
  const parts = [];
  if (figures) {
    parts.push(
      filters.any
        ? number(figures.matched) + " of this kind since the filter was set"
        : "at most " + cardsPerSecond + " per second are shown here; the figures count all",
    );
    if (figures.dropped > 0) parts.push(number(figures.dropped) + " were left out for this browser");
  }
  if (heldBack > 0) parts.push(heldBack + " wait until you continue");
  byId("sampling").textContent = parts.join(" · ");
}

function connect() {
  if (source) source.close();
  cards.clear();
  byId("empty").hidden = false;
  byId("empty").textContent = filters.any ? "Waiting for a galaxy of this kind …" : "Waiting for the first galaxy …";
  const query = filters.query.toString();
  source = new EventSource("/page/events" + (query ? "?" + query : ""));
  source.addEventListener("hello", (event) => hello(JSON.parse(event.data)));
  source.addEventListener("model", (event) => model(JSON.parse(event.data)));
  source.addEventListener("galaxy", (event) => cards.add(JSON.parse(event.data)));
  source.addEventListener("figures", (event) => show(JSON.parse(event.data)));
  source.addEventListener("survey", (event) => survey && survey.show(JSON.parse(event.data)));
  source.addEventListener("open", () => state("good", "Live"));
  source.addEventListener("error", () => {
    before = null;
    state("bad", "No connection, trying again");
    if (source.readyState === EventSource.CLOSED) setTimeout(begin, 3000);
  });
}

const filters = new Filters(connect);

function begin() {
  json("/page/tree").then((told) => {
    if (told.tree !== tree) {
      if (tree) history.replaceState(null, "", location.pathname); // it asks for another tree's answers
      tree = told.tree;
      filters.ask(told.questions);
    }
    connect();
  }, (failure) => {
    state("bad", failure.message);
    setTimeout(begin, 3000);
  });
}
begin();
