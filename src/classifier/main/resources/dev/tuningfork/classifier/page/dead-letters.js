// What could not be classified, grouped by why.

import { byId, element, json, number } from "./dom.js";

byId("again").addEventListener("click", read);
read();

async function read() {
  const summary = byId("summary");
  try {
    const told = await json("/page/dead-letters");
    summary.textContent =
      told.letters === 0 ? "There are none." : number(told.letters) + " in " + told.groups.length + (told.groups.length === 1 ? " group" : " groups") + (told.more ? "; the newest are listed" : "");
    byId("groups").replaceChildren(...told.groups.map((group) => section(group, told.replay)));
    if (told.letters === 0) {
      byId("groups").append(element("p", { class: "empty" }, "There are no dead letters."));
    }
  } catch (failure) {
    summary.textContent = failure.message;
  }
}

function section(group, replay) {
  return element(
    "section",
    { class: "group" },
    element(
      "h2",
      {},
      element("span", { class: "stage" }, group.stage),
      element("span", { class: "kind " + group.kind }, group.kind),
      element("span", { class: "count" }, number(group.count)),
    ),
    element("p", { class: "reason" }, group.reason),
    element("ul", {}, ...group.letters.map((letter) => item(letter, group, replay))),
    group.count > group.letters.length
      ? element("p", { class: "hint" }, "and " + number(group.count - group.letters.length) + " more like these")
      : null,
  );
}

function item(letter, group, replay) {
  const said = element("span", { class: "hint", role: "status" });
  const button = replay ? element("button", { type: "button", "aria-label": "Replay " + letter.objectId }, "Replay") : null;
  if (button) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "Publishing it again …";
      try {
        const told = await json(`/page/dead-letters/${letter.partition}/${letter.offset}/replay`, { method: "POST" });
        said.textContent = told.said;
      } catch (failure) {
        said.textContent = failure.message;
        button.disabled = false;
      }
    });
  }
  return element(
    "li",
    {},
    element("span", { class: "id" }, letter.objectId || "(no key)"),
    element("span", { class: "address" }, letter.image),
    letter.message === group.reason ? null : element("span", { class: "message" }, letter.message),
    element("time", { datetime: letter.givenUpAt }, (letter.givenUpAt || "").replace("T", " ").slice(0, 19)),
    button,
    said,
  );
}
