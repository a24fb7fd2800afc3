// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the heads of tables into buttons that sort. Without it the tables stand as
// they are.
"use strict";

function keyOf(row, column) {
  const cell = row.cells[column];
  if (cell.dataset.value !== undefined)
    return Number(cell.dataset.value);
  return cell.classList.contains("number") ? NaN : cell.textContent;
}

// Cells without a number come last, whichever way the table is sorted.
function compare(a, b, direction) {
  if (typeof a === "string")
    return direction * a.localeCompare(b, "en", { numeric: true });
  if (Number.isNaN(a) || Number.isNaN(b))
    return Number.isNaN(a) - Number.isNaN(b);
  return direction * (a - b);
}

function sortBy(table, head, column) {
  const descending = head.getAttribute("aria-sort") === "ascending";
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row, at) => ({ row, at, key: keyOf(row, column) }));
  rows.sort((x, y) => compare(x.key, y.key, descending ? -1 : 1) || x.at - y.at);
  for (const other of table.tHead.rows[0].cells)
    other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  body.append(...rows.map((r) => r.row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(table, head, column));
    head.append(button);
  });
}
