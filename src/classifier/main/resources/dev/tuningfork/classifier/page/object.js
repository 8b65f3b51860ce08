// One galaxy: pictures, the tree, where the answer comes from.

import { byId, element, json, percent, shown, time, words } from "./dom.js";
import { draw } from "./tree.js";

const objectId = decodeURIComponent(location.pathname.slice("/objects/".length));
const page = byId("object");
const narrow = matchMedia("(max-width: 760px)");

json("/page/objects/" + encodeURIComponent(objectId)).then(
  show,
  (failure) => {
    page.removeAttribute("aria-busy");
    page.replaceChildren(
      element("h1", {}, objectId),
      element("p", { class: "empty", role: "alert" }, failure.message),
      element("p", {}, element("a", { href: "/" }, "Back to the newest galaxies")),
    );
  },
);

/** The most probable answer at each step, as far as the model answers. */
function walkOf(questions, answered) {
  const walk = new Set();
  const byQuestion = new Map(questions.map((question) => [question.id, question]));
  let question = questions[0];
  while (question && answered.has(question.id)) {
    const best = answered.get(question.id).answers.reduce((a, b) => (b.probability > a.probability ? b : a));
    walk.add(best.id);
    const answer = question.answers.find((a) => a.id === best.id);
    question = answer && byQuestion.get(answer.next);
  }
  return walk;
}

function show(object) {
  const message = JSON.parse(object.message);
  const questions = object.questions || message.questions; // the message does not tell what leads where
  const answered = new Map(message.questions.map((question) => [question.id, question]));
  const walk = object.questions ? walkOf(questions, answered) : new Set();
  const truth = object.truth;
  document.title = shown(objectId) + " · Tuning Fork";
  const trees = element("div", { class: "drawn" });
  const drawTree = () => trees.replaceChildren(draw(questions, answered, walk, truth && truth.answers, narrow.matches));
  if (object.questions) {
    drawTree();
    narrow.addEventListener("change", drawTree);
  }
  page.removeAttribute("aria-busy");
  page.replaceChildren(
    element(
      "header",
      { class: "title" },
      element("p", { class: "crumb" }, element("a", { href: "/" }, "Newest galaxies")),
      element("h1", {}, objectId),
      element("p", { class: "verdict" }, element("strong", { class: "class" }, message.morphology.class || "–"), " ", message.morphology.description),
      truth ? element("p", { class: "truth-line" }, "◆ The truth: ", element("strong", {}, truth.classString), ", ", truth.sentence) : null,
      element("p", { class: "flags-line" }, ...message.flags.map((flag) => element("span", { class: "flag" }, words(flag.toLowerCase().replaceAll("_", "-"))))),
    ),
    element(
      "div",
      { class: "side" },
      picture("/pictures/came/", "Original", "The central square of the galaxy's original image"),
      picture("/pictures/seen/", "Network input", "The part of the image that the network saw, at the network's resolution"),
      links(message),
    ),
    element(
      "section",
      { class: "treeside", "aria-labelledby": "tree" },
      element("h2", { id: "tree", tabindex: "-1" }, "The decision tree"),
      element(
        "p",
        { class: "hint" },
        object.questions
          ? "Bars are the vote fractions among those who are asked; whiskers are the 90 % interval, if the model gives one. The less probable it is that a question is asked, the fainter it is." +
              (truth ? " ◆ marks the truth." : "")
          : "It was answered by a model of another tree, " + message.tree.id + " " + message.tree.version + ", which is no longer in use, so its answers are only in the table.",
      ),
      trees,
      table(questions, answered, walk),
    ),
    provenance(message, object.message),
  );
}

function picture(folder, caption, alt) {
  const image = element("img", { src: folder + encodeURIComponent(objectId), alt, width: 512, height: 512 });
  const figure = element("figure", {}, image, element("figcaption", {}, caption));
  image.addEventListener("error", () => {
    image.replaceWith(element("p", { class: "nopicture" }, "There is no picture: the image is no longer available, or may not be fetched."));
  });
  return figure;
}

function links(message) {
  if (typeof message.ra !== "number" || typeof message.dec !== "number") {
    return element("p", { class: "hint" }, "The message gives no position.");
  }
  const ra = message.ra;
  const dec = message.dec;
  const out = (href, name) => element("li", {}, element("a", { href, rel: "noopener noreferrer", target: "_blank" }, name, element("span", { class: "unseen" }, " (opens elsewhere)")));
  return element(
    "section",
    { class: "links", "aria-labelledby": "links" },
    element("h2", { id: "links" }, "This place in the sky"),
    element("p", { class: "position" }, `RA ${ra.toFixed(5)}°  Dec ${dec >= 0 ? "+" : "−"}${Math.abs(dec).toFixed(5)}°`),
    element(
      "ul",
      {},
      out(`https://aladin.cds.unistra.fr/AladinLite/?target=${encodeURIComponent(ra + " " + dec)}&fov=0.05`, "Aladin Lite"),
      out(`https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${encodeURIComponent(ra + "d " + dec + "d")}&Radius=1&Radius.unit=arcmin`, "SIMBAD"),
      out(`https://www.legacysurvey.org/viewer?ra=${ra}&dec=${dec}&layer=ls-dr10&zoom=15`, "Legacy Survey viewer"),
    ),
  );
}

const share = (value) => (value === undefined ? "–" : percent(value));

function table(questions, answered, walk) {
  const rows = questions
    .filter((question) => answered.has(question.id))
    .flatMap((question) => {
      const told = answered.get(question.id);
      return told.answers.map((answer, i) =>
        element(
          "tr",
          { class: walk.has(answer.id) ? "lit" : null },
          i === 0 ? element("th", { scope: "rowgroup", rowspan: told.answers.length }, words(question.key), element("span", { class: "hint" }, " asked " + share(told.askedProbability))) : null,
          element("th", { scope: "row" }, words(answer.key)),
          element("td", {}, share(answer.probability)),
          element("td", {}, answer.lower90 === undefined ? "–" : percent(answer.lower90) + " to " + percent(answer.upper90)),
          element("td", {}, share(answer.joint)),
        ),
      );
    });
  return element(
    "details",
    { class: "astable" },
    element("summary", {}, "The same as a table"),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "All answers" },
      element(
        "table",
        {},
        element("caption", { class: "unseen" }, "Every question with its answers"),
        element("thead", {}, element("tr", {}, ...["Question", "Answer", "Of those asked", "90 % interval", "Of all"].map((name) => element("th", { scope: "col" }, name)))),
        element("tbody", {}, ...rows),
      ),
    ),
  );
}

function provenance(message, text) {
  const received = Date.parse(message.receivedAt);
  const classified = Date.parse(message.classifiedAt);
  const published = message.publishedAt ? Date.parse(message.publishedAt) : null;
  const facts = [
    ["Model", message.model.name + " " + message.model.version + (message.model.views ? ", mean of " + message.model.views + " views" : "")],
    ["Model's hash", message.model.sha256],
    ["Tree", message.tree.id + " " + message.tree.version],
    ["Preprocessing", message.preprocessing],
    ["Device", message.device],
    ["Image", (message.image.uri || "carried by the message") + ", " + message.image.width + " × " + message.image.height],
    ["Image's hash", message.image.sha256],
    ["Source", message.source.topic + ", partition " + message.source.partition + ", offset " + message.source.offset],
    ["Survey", message.survey],
    ["Published", message.publishedAt],
    ["Received", message.receivedAt + (published === null ? "" : ", " + time(received - published) + " after it was published")],
    ["Classified", message.classifiedAt + ", " + time(classified - received) + " after it was received"],
  ].filter(([, value]) => value);
  const said = element("span", { class: "hint", role: "status" });
  const code = element("pre", { id: "message", tabindex: "0", "aria-label": "The message" }, JSON.stringify(JSON.parse(text), null, 2));
  const copy = element("button", { type: "button" }, "Copy the message");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      said.textContent = "The browser does not allow copying, so the text is selected instead.";
    }
  });
  return element(
    "section",
    { class: "provenance", "aria-labelledby": "provenance" },
    element("h2", { id: "provenance" }, "Where this answer comes from"),
    element("dl", {}, ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))),
    element("p", { class: "bar" }, copy, said),
    element("details", {}, element("summary", {}, "The message itself"), code),
  );
}
