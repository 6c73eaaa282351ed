# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The style sheet of the topology page. Signs differ by text as well as by colour."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1d2733; --quiet: #566372; --line: #d8dee6;
  --accent: #1f5fa8; --public: #e4eef9; --private: #eef3e6; --database: #f3ebf7; --other: #f1f1f1; --used: #c9dcf2;
  --green: #1a6b34; --green-bg: #def3e3; --amber: #7a5200; --amber-bg: #fdf0cf; --red: #a31d1d; --red-bg: #fde3e1;
  --violet: #6a2c91; --violet-bg: #f0e3f8; --blue: #1f5fa8; --blue-bg: #e0ecfa; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #12171d; --card: #1a212a; --ink: #e3e9f0; --quiet: #9dabba; --line: #323d4a; --accent: #7db4f0;
    --public: #1c2d40; --private: #243022; --database: #2f2438; --other: #2a2a2a; --used: #2c4a6b; --green: #86d9a0;
    --green-bg: #173322; --amber: #f0c869; --amber-bg: #3a2e10; --red: #ff9d96; --red-bg: #431c1b; --violet:
    #d3a5ee; --violet-bg: #34203f; --blue: #8fc0f5; --blue-bg: #1b2f47; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1.25rem 2rem; max-width: 100rem; background: var(--bg); color: var(--ink); font:
  15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }
h1 { margin: 1.5rem 0 .25rem; font-size: 1.9rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1.05rem; }
h4 { margin: 1.25rem 0 .5rem; font-size: .95rem; }
p { margin: .35rem 0; max-width: 75ch; overflow-wrap: anywhere; }
ul { margin: .35rem 0; padding: 0; list-style: none; }
a { color: var(--accent); }
code { font: .92em/1.4 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap:
  anywhere; unicode-bidi: isolate; }
em { color: var(--quiet); }
.quiet { color: var(--quiet); font-weight: 400; }
.name { overflow-wrap: anywhere; unicode-bidi: isolate; }
.type { color: var(--quiet); font-size: .87rem; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.role { margin-left: .6rem; color: var(--quiet); font-size: .8rem; font-weight: 400; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
.b { display: inline-block; min-width: 1.45em; margin-right: .4em; padding: 0 .4em; border-radius: .3em; font-size:
  .85rem; font-weight: 600; line-height: 1.5; text-align: center; white-space: nowrap; color: var(--quiet);
  background: var(--other); }
.b.create { color: var(--green); background: var(--green-bg); }
.b.update { color: var(--amber); background: var(--amber-bg); }
.b.delete, .b.replace { color: var(--red); background: var(--red-bg); }
.b.keep { color: var(--blue); background: var(--blue-bg); }
.b.refuse, .b.unknown, .b.seen { color: var(--violet); background: var(--violet-bg); }
h3 .b { margin-left: .5rem; margin-right: 0; }
.alert { margin: 1rem 0; padding: .6rem 1rem; border-left: 4px solid var(--red); background: var(--card); }
figure { margin: 0; }
.map { display: block; max-width: 100%; height: auto; }
.box rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
.box.primary rect { stroke: var(--accent); }
.map text { fill: var(--ink); font-size: 13px; }
.map .title { font-weight: 600; font-size: 14px; }
.map .role { fill: var(--quiet); font-size: 12px; }
.map .mark { fill: var(--accent); font-weight: 700; }
.arrow { fill: none; stroke-width: 1.5; }
.arrow.global { stroke: var(--accent); }
.head.global { fill: var(--accent); }
.arrow.table { stroke: var(--violet); stroke-dasharray: 5 3; }
.head.table { fill: var(--violet); }
.map .label { font-size: 11.5px; paint-order: stroke; stroke: var(--bg); stroke-width: 6px; }
.map .label.global { fill: var(--accent); }
.map .label.table { fill: var(--violet); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 35rem), 1fr)); gap: 1.1rem;
  align-items: start; }
.card { min-width: 0; padding: .25rem 1.1rem 1rem; border: 1px solid var(--line); border-radius: .6rem; background:
  var(--card); }
table { border-collapse: collapse; font-size: .9rem; }
th { text-align: left; font-weight: 600; }
.wide { overflow-x: auto; }
.wide:focus { outline: 2px solid var(--accent); }
.grid { width: 100%; table-layout: fixed; border-collapse: separate; border-spacing: 4px; margin: 0 -4px; }
.grid th { padding: .2rem .3rem; font-size: .82rem; color: var(--quiet); }
.grid th[scope=col]:first-child { width: 6.2rem; }
.grid td { padding: .4rem .5rem; border-radius: .4rem; vertical-align: top; background: var(--other); }
.grid em { font-size: .82rem; }
.grid .public { background: var(--public); }
.grid .private { background: var(--private); }
.grid .database { background: var(--database); }
.subnet + .subnet { margin-top: .5rem; }
.route { font-size: .8rem; color: var(--quiet); overflow-wrap: anywhere; }
.runs { margin-top: .3rem; padding: .1rem .4rem; border: 1px solid var(--line); border-radius: .3rem; background:
  var(--card); font-size: .82rem; overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: .35rem .5rem; margin: .6rem 0; font-size: .85rem; }
.chips li { padding: .1rem .55rem; border: 1px solid var(--line); border-radius: .3rem; }
dl { display: grid; gap: .15rem; margin: .3rem 0; font-size: .9rem; }
dl div { display: grid; grid-template-columns: 9.5rem 1fr; gap: .5rem; }
dl div div { display: block; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .2rem 0; }
summary h3 { display: inline; }
.card details { margin-top: 1rem; font-size: .9rem; }
.plain li { padding: .12rem 0; }
.rows li { padding: .45rem 0 .45rem .1rem; border-top: 1px solid var(--line); }
.rows li:first-child { border-top: 0; }
.rows p, .difference { margin: .15rem 0 .15rem 2.4rem; font-size: .92rem; overflow-wrap: anywhere; }
del { color: var(--red); text-decoration-thickness: 1px; }
ins { color: var(--green); text-decoration: none; }
.list th, .list td { padding: .3rem .9rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
.list thead th, .list thead td { border-top: 0; color: var(--quiet); font-size: .85rem; }
.matrix { border-top: 0; }
.matrix th, .matrix td { padding: .45rem .9rem; border: 1px solid var(--line); }
.traffic { white-space: nowrap; }
.matrix thead th, .matrix thead td { border-top: 1px solid var(--line); }
.exposed { background: var(--amber-bg); }
.list td.exposed { padding-left: .5rem; }
.warn { color: var(--amber); font-weight: 600; font-size: .85rem; }
.range { margin: .7rem 0; min-width: 0; }
.block { font-size: .9rem; overflow-wrap: anywhere; }
.used { font-size: .82rem; margin-top: 0; }
.bar { display: block; width: 100%; height: 28px; overflow: hidden; }
.bar .free { fill: var(--card); stroke: var(--line); stroke-width: 2; }
.bar .part { fill: var(--used); stroke: var(--card); stroke-width: 1.5; }
.bar .reservation { fill: var(--amber-bg); }
.bar .subnet.public { fill: var(--blue-bg); }
.bar .subnet.private { fill: var(--green-bg); }
.bar .subnet.database { fill: var(--violet-bg); }
.bar text { fill: var(--ink); font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
.inner { padding-left: 1.1rem; border-left: 2px solid var(--line); }
footer { margin-top: 2.5rem; padding-top: .6rem; border-top: 1px solid var(--line); color: var(--quiet); font-size:
  .9rem; }
@media (max-width: 44rem) {
  body { padding: 0 .75rem 1.5rem; }
  .map { display: none; }
  .card { padding: .1rem .75rem .75rem; }
  .grid, .grid tbody, .grid tr, .grid td, .grid tbody th { display: block; }
  .grid thead { display: none; }
  .grid td { margin-top: 4px; }
  .grid td::before { content: attr(data-tier); display: block; font-size: .8rem; font-weight: 600; color:
    var(--quiet); }
  dl div { grid-template-columns: 7rem 1fr; }
  .inner { padding-left: .6rem; }
}
@media print {
  body { max-width: none; background: #fff; }
  nav { display: none; }
  .card, .range, .rows li { break-inside: avoid; }
  * { print-color-adjust: exact; }
}
"""
