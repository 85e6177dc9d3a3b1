"""How the page looks and sorts: style and script, part of the page itself."""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --soft: #59636e; --line: #d5dae0;
  --card: #f5f7f9; --best: #00674b; --link: #0059a8; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --text: #e6e9ed; --soft: #9aa5b1;
  --line: #343b43; --card: #1d2228; --best: #56d3a8; --link: #7ab8f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: .5rem;
  border-top: 1px solid var(--line); }
p, li { max-width: 48rem; }
nav { font-size: .9rem; }
nav a { color: var(--link); margin-right: 1rem; display: inline-block; padding: .25rem 0; }
.lead { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
.lead p { margin: .35rem 0; }
.scroll { overflow-x: auto; margin: .35rem 0 .75rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.caption { color: var(--soft); font-size: .9rem; margin: .75rem 0 0; }
th, td { padding: .35rem .75rem; text-align: right; border-bottom: 1px solid var(--line);
  vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0;
  background: var(--page); white-space: normal; min-width: 6rem; overflow-wrap: normal; }
td.text { text-align: left; }
thead th { vertical-align: bottom; }
thead small { white-space: normal; max-width: 9rem; margin-left: auto; }
thead th:first-child small { margin-left: 0; }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0;
  padding: 0; cursor: pointer; text-align: inherit; }
th button::after { content: " \\2195"; color: var(--soft); }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
small { color: var(--soft); font-weight: 400; display: block; font-size: .8rem; }
.best { color: var(--best); font-weight: 700; }
figure { margin: .75rem 0; }
figcaption { color: var(--soft); font-size: .9rem; }
img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: .35rem; }
.wide { overflow-x: auto; }
.wide img { max-width: max(100%, 54rem); }
ul { padding-left: 1.2rem; color: var(--soft); font-size: .9rem; }
dl { display: grid; grid-template-columns: minmax(7rem, 14rem) minmax(0, 1fr); gap: .35rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { dl { display: block; } dd { margin-bottom: .5rem; } }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
  gap: 1rem; align-items: start; }
summary { cursor: pointer; color: var(--link); padding: .25rem 0; }
"""

SCRIPT = """
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (row) => row.cells[column].dataset.value;
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [key(one), key(other)], [x, y] = [Number(a), Number(b)];
      if (a === "" || b === "") return (a === "") - (b === "");  // what has no score stands last
      const order = isNaN(x) || isNaN(y) ? a.localeCompare(b) : x - y;
      return up ? order : -order;
    });
    body.append(...rows);
  }));
}
"""
