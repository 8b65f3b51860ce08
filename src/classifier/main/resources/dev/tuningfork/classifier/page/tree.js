// The decision tree, drawn: each question a box with a bar for each answer, the walk lit, the rest as
// faint as it is improbable that it is asked.

import { percent, svg, words } from "./dom.js";

const BOX = 308;
const GAP_X = 44;
const GAP_Y = 46;
const HEAD = 46;
const ROW = 25;
const FOOT = 8;
const LABEL = 134;
const BAR = 108;

/**
 * Where each question stands: the longest way down keeps its column, what branches off goes aside,
 * and each is below all that lead to it. A narrow screen has one column.
 */
export function layout(questions, narrow) {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const next = (question) => [...new Set(question.answers.map((a) => a.next).filter((id) => byId.has(id)))];
  const depths = new Map();
  const depth = (id) => {
    if (!depths.has(id)) depths.set(id, 1 + Math.max(0, ...next(byId.get(id)).map(depth)));
    return depths.get(id);
  };
  const reached = new Set(questions.flatMap(next));
  const roots = questions.filter((question) => !reached.has(question.id));
  const order = [];
  const visit = (id) => {
    if (order.includes(id)) return;
    [...next(byId.get(id))].sort((a, b) => depth(a) - depth(b)).forEach(visit);
    order.unshift(id);
  };
  roots.forEach((root) => visit(root.id));

  const columns = new Map();
  let asides = 0;
  const place = (id, column) => {
    if (columns.has(id)) return;
    columns.set(id, column);
    const children = next(byId.get(id)).sort((a, b) => depth(b) - depth(a));
    children.forEach((child, i) => {
      if (columns.has(child)) return;
      // a neighbour that only this question leads aside to
      const aside = i > 0 && !children.slice(0, i).some((other) => leadsTo(other, child));
      if (i === 0) place(child, column);
      else if (aside && !narrow) place(child, (asides++ % 2 === 0 ? -1 : 1) * Math.ceil(asides / 2));
      else if (narrow) place(child, column);
    });
  };
  const leadsTo = (from, to) => next(byId.get(from)).some((id) => id === to || leadsTo(id, to));
  roots.forEach((root) => place(root.id, 0));
  for (const id of order) if (!columns.has(id)) columns.set(id, 0);

  const height = (question) => HEAD + question.answers.length * ROW + FOOT;
  const least = Math.min(...columns.values());
  const boxes = new Map();
  let bottomOfAll = 0;
  for (const id of order) {
    const question = byId.get(id);
    const column = narrow ? 0 : columns.get(id);
    let y = 0;
    for (const [other, box] of boxes) {
      const parent = next(byId.get(other)).includes(id);
      if (narrow || parent || box.column === column) y = Math.max(y, box.y + box.height + GAP_Y);
    }
    const box = { question, column, x: (column - (narrow ? 0 : least)) * (BOX + GAP_X), y, height: height(question) };
    boxes.set(id, box);
    bottomOfAll = Math.max(bottomOfAll, y + box.height);
  }
  const across = narrow ? 1 : Math.max(...columns.values()) - least + 1;
  return { boxes, width: across * (BOX + GAP_X) - GAP_X, height: bottomOfAll };
}

/**
 * @param questions of the tree, with texts
 * @param answered by question id: the message's question
 * @param walk the ids of the answers along the walk
 * @param truth ids of answers by ids of questions, where it is known
 */
export function draw(questions, answered, walk, truth, narrow) {
  const known = questions.filter((question) => answered.has(question.id));
  const { boxes, width, height } = layout(known, narrow);
  const edges = [];
  const nodes = [];
  for (const box of boxes.values()) {
    const told = answered.get(box.question.id);
    const asked = told.askedProbability ?? 1;
    box.question.answers.forEach((answer, row) => {
      const to = boxes.get(answer.next);
      const given = told.answers.find((a) => a.id === answer.id);
      if (to && given) edges.push(edge(box, row, to, given.joint ?? given.probability, walk.has(answer.id), narrow));
    });
    nodes.push(node(box, told, asked, walk, truth));
  }
  edges.sort((a, b) => a.classList.contains("lit") - b.classList.contains("lit"));
  const margin = narrow ? 22 : 6;
  return svg(
    "svg",
    {
      class: "tree",
      viewBox: `${-margin} -6 ${width + 2 * margin} ${height + 12}`,
      width: width + 2 * margin,
      role: "img",
      "aria-label": "The decision tree with the probability of each answer. The table below has the same.",
    },
    ...edges,
    ...nodes,
  );
}

const faint = (probability) => (0.22 + 0.78 * Math.min(1, probability)).toFixed(3);

function edge(from, row, to, joint, lit, narrow) {
  const startY = from.y + HEAD + row * ROW + ROW / 2;
  let path;
  if (narrow) {
    const direct = to.y - (from.y + from.height) === GAP_Y;
    path = direct
      ? `M${from.x + BOX / 2} ${from.y + from.height}L${to.x + BOX / 2} ${to.y}`
      : `M${from.x + BOX} ${startY}c18 0 18 14 18 40V${to.y - 6}q0 22 -18 22`;
  } else if (to.x === from.x && to.y - (from.y + from.height) <= GAP_Y + 1) {
    const x = from.x + BOX / 2;
    path = `M${x} ${from.y + from.height}L${x} ${to.y}`;
  } else {
    const side = to.x > from.x ? 1 : to.x < from.x ? -1 : 1;
    const x = side > 0 ? from.x + BOX : from.x;
    const endX = to.x + BOX / 2 + (to.x === from.x ? BOX / 2 - 18 : 0) - (to.x === from.x ? 0 : side * 40);
    path =
      to.x === from.x
        ? `M${x} ${startY}C${x + 40} ${startY} ${x + 30} ${to.y - 30} ${endX} ${to.y}`
        : `M${x} ${startY}C${endX} ${startY} ${endX} ${startY + 20} ${endX} ${to.y}`;
  }
  return svg("path", {
    class: lit ? "edge lit" : "edge",
    d: path,
    "stroke-width": (1 + 5 * joint).toFixed(2),
    opacity: faint(joint),
  });
}

function node(box, told, asked, walk, truth) {
  const { question, x, y, height } = box;
  const onWalk = question.answers.some((answer) => walk.has(answer.id));
  return svg(
    "g",
    { class: onWalk ? "question lit" : "question", transform: `translate(${x} ${y})`, "data-question": question.id, "data-asked": asked },
    svg("title", {}, question.text),
    svg("rect", { class: "ground", width: BOX, height, rx: 10 }),
    svg(
      "g",
      { opacity: faint(asked) },
      svg("rect", { class: "box", width: BOX, height, rx: 10 }),
      svg("text", { class: "name", x: 14, y: 21 }, words(question.key)),
      svg("text", { class: "asked", x: BOX - 14, y: 21, "text-anchor": "end" }, "asked " + percent(asked)),
      ...question.answers.map((answer, row) =>
        bar(answer, told.answers.find((a) => a.id === answer.id), row, walk.has(answer.id), truth && truth[question.id] === answer.id),
      ),
    ),
  );
}

function bar(answer, given, row, lit, isTruth) {
  const y = HEAD + row * ROW - 8;
  const at = (share) => LABEL + 14 + share * BAR;
  const parts = [
    svg("text", { class: "answer", x: 14, y: y + 12.5 }, (isTruth ? "◆ " : "") + words(answer.key)),
    svg("rect", { class: "track", x: at(0), y: y + 2, width: BAR, height: 13, rx: 3 }),
  ];
  if (given) {
    parts.push(svg("rect", { class: "bar", x: at(0), y: y + 2, width: Math.max(0.5, given.probability * BAR), height: 13, rx: 3 }));
    if (given.lower90 !== undefined && given.upper90 !== undefined) {
      const from = at(given.lower90);
      const to = at(given.upper90);
      parts.push(svg("path", { class: "whisker", d: `M${from} ${y + 4}v9M${from} ${y + 8.5}H${to}M${to} ${y + 4}v9` }));
    }
    parts.push(svg("text", { class: "share", x: BOX - 14, y: y + 12.5, "text-anchor": "end" }, percent(given.probability)));
  }
  return svg(
    "g",
    { class: lit ? "choice lit" : "choice", "data-answer": answer.id, "data-probability": given ? given.probability : null },
    svg("title", {}, given ? said(answer, given) : words(answer.key)),
    ...parts,
  );
}

function said(answer, given) {
  let text = words(answer.key) + ": " + percent(given.probability) + " of those who are asked";
  if (given.joint !== undefined) text += ", " + percent(given.joint) + " of all";
  if (given.lower90 !== undefined) text += "; 90 % interval " + percent(given.lower90) + " to " + percent(given.upper90);
  return text;
}
