/** Style of the page: one column, tables and figures that also print on A4, nothing told by colour alone. Text and
 *  lines keep a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
export const STYLE = `
:root { color-scheme: light; --ink: #14181f; --soft: #454d59; --rule: #8a93a0; --head: #edf0f4; --alarm: #8c1414; --navy: #1d3a5f; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 0.88rem/1.45 "DejaVu Sans", Verdana, "Segoe UI", sans-serif; }
.page { max-width: 47rem; margin: 0 auto; padding: 0.6rem 1rem 3rem; overflow-wrap: anywhere; }
.band { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; border: 1px solid var(--ink); padding: 0.3rem 0.6rem; font-size: 0.78rem; }
h1 { font-size: 1.42rem; line-height: 1.25; margin: 0.9rem 0 0.5rem; }
h2 { font-size: 1.02rem; margin: 1.5rem 0 0.4rem; padding-bottom: 0.15rem; border-bottom: 1px solid var(--ink); }
h3 { font-size: 0.92rem; margin: 1rem 0 0.3rem; }
ol, ul { margin: 0.4rem 0; padding-left: 1.6rem; }
p { margin: 0.4rem 0; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 0.9rem; margin: 0.4rem 0; }
dl.facts dt { font-weight: bold; }
dl.facts dd { margin: 0; min-width: 0; }
.state { border-left: 0.4rem solid #7a5200; background: #fdf3d4; padding: 0.7rem 0.9rem; margin: 0.9rem 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.state.final { border-left-color: var(--navy); background: #e9eff7; }
table { border-collapse: collapse; width: 100%; font-size: 0.8rem; line-height: 1.4; margin: 0.4rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.25rem; }
th, td { border: 1px solid var(--rule); padding: 0.3rem 0.5rem; text-align: left; vertical-align: top; }
thead th, tbody th { background: var(--head); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
th[scope="col"] { overflow-wrap: normal; }
td.word { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.answers th[scope="row"] { width: 9rem; }
.soft { color: var(--soft); }
.why { display: block; color: var(--soft); font-weight: normal; margin-top: 0.15rem; }
.below { font-weight: bold; color: var(--alarm); white-space: nowrap; }
.strong { font-weight: bold; }
.legend { font-size: 0.78rem; color: var(--soft); }
code, .mono { font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 0.92em; }
pre { margin: 0.2rem 0; padding: 0.35rem 0.5rem; background: #f4f6f8; border: 1px solid #c6ccd4; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8rem; }
figure { margin: 0.9rem 0 1.2rem; }
figcaption { font-size: 0.85rem; margin-top: 0.35rem; }
svg { display: block; width: 100%; height: auto; font-family: inherit; font-size: 11px; fill: var(--ink); }
svg .small { font-size: 9.5px; fill: var(--soft); }
article { border: 1px solid var(--rule); border-left: 0.4rem solid var(--alarm); padding: 0.2rem 0.9rem 0.7rem; margin: 0.8rem 0; }
article h3 { margin: 0.6rem 0 0.4rem; }
.four { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.4rem; margin: 0.5rem 0; }
.four div { border: 1px solid var(--rule); padding: 0.3rem 0.5rem; font-size: 0.83rem; }
.four dt { color: var(--soft); }
.four dd { margin: 0; font-weight: bold; }
.ladder { display: flex; flex-wrap: wrap; gap: 0.3rem; list-style: none; padding: 0; margin: 0.4rem 0; font-size: 0.83rem; }
.ladder li { border: 1px solid #c6ccd4; padding: 0.1rem 0.5rem; color: var(--soft); }
.ladder li.reached { border-color: var(--ink); color: var(--ink); }
.ladder li.here { border-width: 2px; font-weight: bold; }
.place { border-top: 1px solid #c6ccd4; padding-top: 0.4rem; margin-top: 0.5rem; font-size: 0.87rem; }
.plugins { font-size: 0.76rem; columns: 2; column-gap: 1.5rem; list-style: none; padding: 0; margin: 0.3rem 0; }
.plugins li { break-inside: avoid; }
a { color: #17457e; }
a:focus-visible { outline: 2px solid #17457e; outline-offset: 2px; }
.exit { white-space: pre-wrap; }
footer { margin-top: 2rem; border-top: 1px solid var(--ink); padding-top: 0.5rem; font-size: 0.83rem; }
@media (max-width: 40rem) { .wide { overflow-x: auto; } .plugins { columns: 1; } }
@page { size: A4; margin: 16mm 15mm 18mm; }
@media print {
  body { font-size: 9.2pt; line-height: 1.36; }
  h2 { margin-top: 1rem; }
  th, td { padding: 0.2rem 0.45rem; }
  table { font-size: 0.76rem; line-height: 1.32; }
  .page { max-width: none; padding: 0 1px; }
  .band { border-top: 1px solid var(--ink); }
  h1, h2, h3, thead, caption { break-after: avoid; }
  tr, figure, .state, .place, .four, li { break-inside: avoid; }
  thead { display: table-header-group; }
  p, dd { orphans: 3; widows: 3; }
  a { color: inherit; text-decoration: none; }
}
`;
