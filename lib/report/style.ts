/** The page's style: light and dark by the reader's setting, one column on a phone, and fit to print. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f6f7f9;--ink:#16191d;--soft:#5c6670;--line:#e2e6ea;--first:#69a5dc;--last:#123e72;
--pale:#d9dee4;--mark:#c2410c;--own:#c2410c;--lost:#b42318}
@media (prefers-color-scheme:dark){:root{--ground:#0f1216;--raised:#171b21;--ink:#e7ebef;--soft:#97a3af;--line:#272e36;--first:#3d74ab;
--last:#a9d2fd;--pale:#3a434d;--mark:#fb923c;--own:#fb923c;--lost:#f97066}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Inter,Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;-webkit-font-smoothing:antialiased}
main{max-width:1080px;margin:0 auto;padding:56px 24px 72px}
h1,h2,p,figure,ul,dl,dd{margin:0;padding:0}
h1{font-size:34px;line-height:1.15;letter-spacing:-.022em;font-weight:680;overflow-wrap:anywhere}
h2{font-size:20px;line-height:1.3;letter-spacing:-.012em;font-weight:640}
.kicker{color:var(--soft);font-size:13px;letter-spacing:.02em;margin-bottom:6px}
.when{color:var(--soft);margin-top:10px}
.soft{color:var(--soft)}
.tiles{display:flex;flex-wrap:wrap;gap:1px;margin:34px 0 0;background:var(--line);
border:1px solid var(--line);border-radius:12px;overflow:hidden}
.tiles div{flex:1 1 150px;background:var(--ground);padding:16px 18px;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.tiles dt{color:var(--soft);font-size:13px;line-height:1.35}
.tiles dd{font-size:25px;letter-spacing:-.02em;font-weight:640;line-height:1.25}
section{margin-top:60px}
section header{display:flex;flex-wrap:wrap;align-items:center;gap:6px 10px}
section header h2{margin-right:2px}
.tag{font-size:11px;line-height:1;color:var(--soft);border:1px solid var(--line);border-radius:99px;padding:4px 8px}
.lead{max-width:70ch;text-wrap:pretty;margin:6px 0 22px;color:var(--soft)}
.lead b,.lead strong{color:var(--ink);font-weight:600}
figure svg{display:block;max-width:100%;height:auto;overflow:visible}
.narrow{display:none}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,336px));gap:28px 12px}
figcaption{font-size:14px;margin-bottom:4px;overflow-wrap:anywhere}
details{margin-top:16px;font-size:14px}
summary{cursor:pointer;color:var(--soft);width:fit-content;border-radius:4px}
summary:hover{color:var(--ink)}
summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--mark);outline-offset:3px}
.scroll{overflow-x:auto;margin-top:10px}
table{border-collapse:collapse;min-width:50%}
th,td{padding:6px 18px 6px 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
thead th{color:var(--soft);font-size:12.5px;vertical-align:bottom}
tbody th,thead th:first-child{text-align:left}
tbody th{white-space:normal;overflow-wrap:anywhere;min-width:90px}
text{font:12px system-ui,-apple-system,"Segoe UI",Inter,Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink);font-variant-numeric:tabular-nums}
text.tick,text.note,tspan.note{fill:var(--soft)}tspan.note{font-weight:400;font-size:12px}text.tick{font-size:11px}
text.name{font-size:13px;font-weight:640}text.figure{font-size:13px;font-weight:600}
text.halo{paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}
text.own,text.threshold-label{fill:var(--mark)}text.threshold-label{font-size:11px;font-weight:600}
path.grid{stroke:var(--line);fill:none}
rect.tier,rect.unsure,.hill,circle.dot,.bars .tier{--c:color-mix(in oklab,var(--last) calc(var(--place,1)*100%),var(--first))}
rect.tier,.hill,circle.dot{fill:var(--c)}
rect.unsure{fill:color-mix(in oklab,var(--c,var(--last)) 45%,var(--ground))}rect.rest{fill:var(--pale)}rect.lost,.bars .lost{fill:var(--lost);background:var(--lost)}
.pass{fill:var(--pale);opacity:.42}
.fall{fill:color-mix(in oklab,var(--last) calc(var(--place,1)*100%),var(--first));opacity:.16}
.line,.whisker{fill:none;stroke:color-mix(in oklab,var(--last) calc(var(--place,1)*100%),var(--first));stroke-width:1.6;stroke-linejoin:round}
.line{opacity:.55}.whisker{opacity:.6}
circle.dot{stroke:var(--ground);stroke-width:1.5}
circle.own{fill:var(--own)}path.own{stroke:var(--own)}
.diagonal{stroke:var(--soft);stroke-dasharray:2 4;opacity:.8}
.threshold{stroke:var(--mark);stroke-width:1.4;fill:none}rect.moved{fill:var(--mark);opacity:.12}
.band{fill:var(--last);opacity:.09}.curve{fill:none;stroke:var(--last);stroke-width:1.8;stroke-linejoin:round;opacity:.75}
.mark{stroke:var(--ink);stroke-width:1.4}
.bars{list-style:none;display:grid;gap:12px}
.bars li{display:grid;grid-template-columns:minmax(110px,220px) 1fr 116px;gap:2px 16px;align-items:center;font-size:14px}
.bar-name{font-weight:600;overflow-wrap:anywhere}
.bar-track{display:flex;height:16px;background:var(--raised);border-radius:3px;overflow:hidden}
.bar-track span{height:100%;flex:none}
.bars .tier{background:var(--c)}.bars .plain{background:var(--pale)}.bars .own{background:var(--own)}
.bar-figure{text-align:right}
.bar-note{grid-column:2/-1;color:var(--soft);font-size:13px}
h3{font-size:15px;font-weight:640;margin:28px 0 12px}
.empty{background:var(--raised);border-radius:10px;padding:16px 18px;max-width:68ch;font-size:15px}
code{font:13.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.how{display:grid;grid-template-columns:max-content 1fr;gap:8px 22px;font-size:14.5px;max-width:80ch}
.how dt{font-weight:600}
.how dd{color:var(--soft);overflow-wrap:anywhere}
footer{margin-top:64px;padding-top:18px;border-top:1px solid var(--line);color:var(--soft);font-size:13px}
@media (max-width:760px){main{padding:32px 20px 56px}.wide{display:none}.narrow{display:block}h1{font-size:28px}section{margin-top:48px}
.tiles div{padding:13px 14px}.tiles dd{font-size:21px}
.charts{grid-template-columns:1fr}.bars li{grid-template-columns:1fr auto}.bar-track{grid-column:1/-1;grid-row:2}.bar-note{grid-column:1/-1}
.how{grid-template-columns:1fr;gap:2px}.how dd{margin-bottom:10px}}
@media print{:root{color-scheme:light}main{padding:0;max-width:none}section{break-inside:avoid;margin-top:36px}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}details::details-content{content-visibility:visible;height:auto}}
`;
