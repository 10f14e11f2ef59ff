"""How a page looks: light and dark, on a phone, and on paper."""

from __future__ import annotations

STYLE = """
:root{--ink:#1c2430;--soft:#5a6575;--paper:#fff;--card:#f4f6f9;--rule:#d9dfe7;--good:#0b6b3a;--bad:#b3261e;
--c0:#1f6feb;--c1:#b35900;--c2:#8250df;--c3:#0b7a75;--c4:#a4133c}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a0abba;--paper:#11151b;--card:#1a2029;
--rule:#323b48;--good:#5fd08f;--bad:#ff8a80;--c0:#6cb0ff;--c1:#ffb066;--c2:#c8a6ff;--c3:#5cd6cf;--c4:#ff8fab}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:58rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:.2rem 0;line-height:1.2}h2{font-size:1.2rem;margin:0 0 .6rem}
h3{font-size:1rem;margin:1rem 0 .3rem}header p,footer,.note,.why,figcaption{color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding:.6rem 0}a{color:var(--c0)}
section{border-top:1px solid var(--rule);padding:1.1rem 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem}
.figure,.advice{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:.6rem .8rem}
.figure span{display:block;color:var(--soft);font-size:.85rem}.figure strong{font-size:1.35rem}
.figure .change.good{color:var(--good)}.figure .change.bad{color:var(--bad)}
.advice{margin:.6rem 0}.advice p{margin:.2rem 0}.advice em{color:var(--c0);font-size:.85rem}
figure{margin:1rem 0}svg{width:100%;height:auto;display:block}
svg text{font-size:12px;fill:var(--soft)}.grid{stroke:var(--rule)}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.before{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:4 4}
.line.c0{stroke:var(--c0)}.line.c1{stroke:var(--c1)}.line.c2{stroke:var(--c2)}.line.c3{stroke:var(--c3)}
.line.c4{stroke:var(--c4)}
.legend{margin:.2rem 0;display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.85rem;color:var(--soft)}
.key::before{content:"";display:inline-block;width:1.2rem;border-top:3px solid;margin-right:.4rem;
vertical-align:middle}
.key.before::before{border-top:2px dashed var(--soft)}
.key.c0::before{border-color:var(--c0)}.key.c1::before{border-color:var(--c1)}
.key.c2::before{border-color:var(--c2)}.key.c3::before{border-color:var(--c3)}
.key.c4::before{border-color:var(--c4)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{overflow-wrap:break-word;text-align:left;
padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{color:var(--soft);font-weight:600}td{min-width:5.5rem;max-width:26rem}td:first-child{min-width:8rem}
.number+:not(.number){padding-left:.7rem}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.number{min-width:0}
footer{border-top:1px solid var(--rule);padding-top:.6rem;font-size:.85rem}
@media (max-width:30rem){body{padding:.7rem}svg text{font-size:23px}h1{font-size:1.3rem}}
@page{margin:15mm}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--rule:#bbb;--good:#0b6b3a;--bad:#b3261e;
--c0:#1f6feb;--c1:#b35900;--c2:#8250df;--c3:#0b7a75;--c4:#a4133c}
body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}.wide{overflow:visible}
figure,tr,.figure,.advice{break-inside:avoid}h2,h3,figcaption{break-after:avoid}}
""".replace("\n", "")
