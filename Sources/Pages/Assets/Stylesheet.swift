/// The style of all pages: light and dark, from 360 pixels on.
enum Stylesheet {
  static let text = colors + frame + prose + controls + tables + charts + analysis + Bars.rules

  private static let colors = """
    :root{color-scheme:light dark;
    --paper:#f7f8f6;--card:#fff;--ink:#1c2321;--soft:#56605c;--line:#d9ddd8;--edge:#7a8481;
    --accent:#0f5d52;--on-accent:#fff;--accent-strong:#0a463d;--tint:#eaf2ef;
    --add:#1a6e3c;--del:#b0381e;--add-bar:#3c9a62;--del-bar:#d4694d;
    --good:#14572f;--good-back:#e1f2e7;--fair:#6b4a00;--fair-back:#fdf0cd;--bad:#97290f;--bad-back:#fde6e0;
    --changed:#e1f2e7;--named:#b0381e;
    --t0:#dfebe7;--t1:#bfdad2;--t2:#93c1b4;--t3:#2f7868;--t4:#0f4d43;--t-low:#1c2321;--t-high:#fff}
    @media(prefers-color-scheme:dark){:root{
    --paper:#14181a;--card:#1b2022;--ink:#e8ebe6;--soft:#a3ada8;--line:#343c3d;--edge:#76827e;
    --accent:#7cd3c0;--on-accent:#08221d;--accent-strong:#a3e3d5;--tint:#1f2c29;
    --add:#6fcf8f;--del:#f19a80;--add-bar:#3f9a63;--del-bar:#c7664b;
    --good:#8fdcab;--good-back:#173323;--fair:#f3d58b;--fair-back:#382e12;--bad:#ffb6a3;--bad-back:#43211a;
    --changed:#193827;--named:#f19a80;
    --t0:#22322e;--t1:#284841;--t2:#2f6056;--t3:#7cc0b0;--t4:#b2e6da;--t-low:#e8ebe6;--t-high:#0a1f1b}}

    """

  private static let frame = """
    *,*::before,*::after{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:1rem/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","Liberation Sans",sans-serif;
    display:flex;flex-direction:column;min-height:100vh}
    .unseen,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .skip:focus{position:absolute;left:.5rem;top:.5rem;z-index:2;background:var(--card);padding:.5rem 1rem}
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
    main:focus{outline:none}
    .top{background:var(--card);border-bottom:1px solid var(--line)}
    .top>.bar{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.5rem;max-width:84rem;margin:0 auto;padding:.5rem 1rem}
    .brand{display:inline-flex;align-items:center;gap:.5rem;font-weight:650;color:var(--ink);text-decoration:none}
    .mark{color:var(--accent)}
    .top nav{flex:1}
    .top nav ul{display:flex;flex-wrap:wrap;gap:.25rem;list-style:none;margin:0;padding:0}
    .top nav a{display:block;padding:.35rem .6rem;color:var(--soft);text-decoration:none;border-radius:6px}
    .top nav a:hover{color:var(--ink);background:var(--tint)}
    .top nav a[aria-current]{color:var(--ink);font-weight:600;box-shadow:inset 0 -2px var(--accent);border-radius:6px 6px 0 0}
    .badge{background:var(--bad-back);color:var(--bad);border-radius:1em;padding:0 .5em;font-size:.8rem;font-weight:600}
    @media(max-width:39.99rem){.top>.bar{justify-content:space-between}.top nav{order:1;flex:1 0 100%}
    .top nav ul{justify-content:space-between;gap:0}.top nav a{padding:.35rem .15rem;font-size:.95rem}}
    main{flex:1;width:100%;max-width:84rem;margin:0 auto;padding:1.25rem 1rem 3rem}
    .foot{max-width:84rem;width:100%;margin:0 auto;padding:0 1rem 1rem;color:var(--soft);font-size:.85rem}
    .trail ol{display:flex;flex-wrap:wrap;list-style:none;margin:0 0 .5rem;padding:0;font-size:.9rem}
    .trail li::after{content:"/";color:var(--soft);padding:0 .5rem}
    .contents ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:1.5rem 0 0;padding:.5rem 0;
    border-block:1px solid var(--line);font-size:.95rem}

    """

  private static let prose = """
    h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem;font-weight:650;overflow-wrap:anywhere}
    h2{font-size:1.2rem;margin:0;font-weight:650;overflow-wrap:anywhere}
    h3{font-size:1.05rem;margin:0;font-weight:650;overflow-wrap:anywhere}
    h4{font-size:.95rem;margin:0 0 .5rem;font-weight:650}
    section{margin-top:2rem}
    section>h2{margin-bottom:.75rem}
    p{margin:.5rem 0;max-width:75ch;overflow-wrap:anywhere}
    a{color:var(--accent);text-underline-offset:.15em}
    a:hover{color:var(--accent-strong)}
    code,pre,.code{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono","Liberation Mono",monospace;font-size:.88em}
    code{overflow-wrap:anywhere}
    .meta,.hint{color:var(--soft);font-size:.9rem}
    .lead{font-size:1.05rem}
    .add{color:var(--add)}
    .del{color:var(--del)}
    .reason{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
    .card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem;margin-top:1.25rem}
    .card.alarm{border-color:var(--bad)}
    .head{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.25rem 1rem;margin-bottom:.75rem}
    .pill{display:inline-block;border-radius:1em;padding:.05rem .65rem;font-size:.85rem;font-weight:600;
    background:var(--tint);color:var(--ink);max-width:100%;overflow-wrap:anywhere}
    .pill.good{background:var(--good-back);color:var(--good)}
    .pill.fair{background:var(--fair-back);color:var(--fair)}
    .pill.bad{background:var(--bad-back);color:var(--bad)}
    .pill.idle,.pill.tagged{background:none;box-shadow:inset 0 0 0 1px var(--line);color:var(--soft);font-weight:500}
    .facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:0 0 1rem}
    .facts div{min-width:0;max-width:100%}
    .facts dt{color:var(--soft);font-size:.8rem}
    .facts dd{margin:0;overflow-wrap:anywhere}
    .notice{border-left:4px solid var(--accent);background:var(--tint);border-radius:0 8px 8px 0;padding:.5rem 1rem;margin:1rem 0}
    .notice p{margin:.35rem 0}
    .notice ul{margin:.35rem 0;padding-left:1.25rem}
    .notice.success{border-color:var(--good);background:var(--good-back)}
    .notice.warning{border-color:var(--fair);background:var(--fair-back)}
    .notice.failure{border-color:var(--bad);background:var(--bad-back)}
    .empty{border:1px dashed var(--edge);border-radius:10px;padding:1.5rem;margin:1rem 0;text-align:center;color:var(--soft)}
    .empty p{margin-inline:auto}
    .empty strong{color:var(--ink)}
    .prose{white-space:pre-wrap;overflow-wrap:anywhere;max-width:75ch;padding:.5rem 0}
    details{margin:.75rem 0}
    summary{cursor:pointer;padding:.25rem 0}
    .twin{font-size:.85rem}

    """

  private static let controls = """
    button,.button{display:inline-block;font:inherit;font-size:.95rem;line-height:1.3;padding:.45rem .9rem;border-radius:7px;
    border:1px solid var(--edge);background:var(--card);color:var(--ink);cursor:pointer;text-decoration:none}
    button:hover,.button:hover{background:var(--tint);color:var(--ink)}
    button.primary,.button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}
    button.primary:hover,.button.primary:hover{background:var(--accent-strong);border-color:var(--accent-strong)}
    button.danger{background:var(--bad-back);border-color:var(--bad);color:var(--bad);font-weight:600}
    button.quiet{border-color:transparent;background:none;color:var(--soft)}
    button.plain,.button.plain{padding:.2rem .6rem;font-size:.88rem}
    form.inline{display:inline-block}
    .buttons{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;max-width:none;margin:1rem 0 0}
    .scroll+form{margin-top:1.25rem}
    fieldset{border:1px solid var(--line);border-radius:10px;background:var(--card);margin:0 0 1.25rem;padding:.75rem 1.25rem 1rem;min-width:0}
    legend{font-weight:650;padding:0 .4rem;margin-left:-.4rem}
    .field{margin:.75rem 0 0;max-width:46rem}
    .field>label:not(.choice),.label{display:block;font-weight:600;font-size:.95rem;margin:0}
    .hint{margin:.1rem 0 .3rem}
    input:not([type=checkbox],[type=radio],[type=file]),textarea,select{width:100%;font:inherit;color:var(--ink);
    background:var(--paper);border:1px solid var(--edge);border-radius:7px;padding:.45rem .65rem}
    input.short{max-width:8rem}
    textarea{resize:vertical;display:block}
    textarea#repositories,textarea.code{font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.9rem}
    textarea.over{outline:3px dashed var(--accent)}
    [aria-invalid]{border-color:var(--bad)!important;box-shadow:inset 0 0 0 1px var(--bad)}
    .complaint{color:var(--bad);font-weight:600;font-size:.92rem;margin:.3rem 0 0}
    .complaint::before{content:"✕ "}
    input[type=checkbox],input[type=radio]{accent-color:var(--accent);width:1.1rem;height:1.1rem;margin:.2rem 0 0;flex:none}
    input[type=file]{font:inherit;max-width:100%}
    .choice{display:flex;gap:.6rem;align-items:flex-start;padding:.25rem 0;min-width:0}
    .choice span{min-width:0;overflow-wrap:anywhere}
    .choices{display:flex;flex-wrap:wrap;gap:0 1.5rem;max-height:16rem;overflow-y:auto;padding:.15rem}
    .pair{display:flex;flex-wrap:wrap;gap:0 1.5rem}
    .copyable{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
    .copyable code{background:var(--tint);border-radius:6px;padding:.35rem .6rem}
    form:has(#instance-com:checked) .for-other,form:has(#method-token:checked) .for-oauth,
    form:has(#method-oauth:checked) .for-token,form:has(#window-custom:not(:checked)) .for-custom{display:none}
    .checks{list-style:none;padding:0;margin:.75rem 0;max-width:60rem}
    .checks li{display:flex;flex-wrap:wrap;gap:0 .6rem;padding:.3rem 0;border-bottom:1px solid var(--line)}
    .tick{font-weight:700;width:1.2rem;text-align:center}
    .good>.tick{color:var(--good)}
    .fair>.tick{color:var(--fair)}
    .bad>.tick{color:var(--bad)}
    .bad>.reason{color:var(--bad)}
    .mapping .field{margin-top:.5rem}
    .mapping{padding:.25rem 0 .75rem;border-bottom:1px solid var(--line)}
    .filters{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:flex-end;margin-bottom:.5rem}
    .filters .field{flex:1 1 12rem;max-width:20rem}
    .filters .field:last-child{flex:0 0 auto}
    .quick{max-width:24rem}
    .pager{display:flex;gap:1rem;align-items:center;margin-top:1rem}
    @media(min-width:48rem){.mapping{display:grid;grid-template-columns:repeat(4,1fr);gap:0 1rem;border:0;padding:0}
    .mapping+.mapping label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}

    """

  private static let tables = """
    .scroll{position:relative;overflow-x:auto;margin:.5rem 0;border-radius:6px}
    table{border-collapse:collapse;width:100%;font-size:.93rem}
    th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:baseline;overflow-wrap:anywhere}
    thead th{color:var(--soft);font-size:.82rem;font-weight:600;white-space:nowrap;overflow-wrap:normal}
    thead a,thead button{color:inherit}
    thead button{border:0;background:none;padding:0;font:inherit;text-decoration:underline;text-underline-offset:.15em}
    tbody th{font-weight:500;min-width:9rem}
    tbody tr:hover{background:var(--tint)}
    .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .actions{text-align:right;white-space:nowrap}
    td.b{width:9rem;min-width:6rem}
    i.bar{display:flex;height:.65rem;width:100%}
    i.bar::before,i.bar::after{content:"";height:100%}
    i.bar::before{background:var(--add-bar)}
    i.bar::after{background:var(--del-bar)}
    progress{width:9rem;margin-right:.5rem;max-width:100%;height:.7rem;accent-color:var(--accent);vertical-align:middle}
    progress[hidden]{display:none}
    .progress td,.progress th{min-width:6rem}
    .exonerated li{margin:.3rem 0;overflow-wrap:anywhere}
    .files,.requests{table-layout:fixed}
    .files tbody th,.requests tbody th{min-width:0}
    .files td:nth-child(n+3):nth-child(-n+4){text-align:right;font-variant-numeric:tabular-nums}
    .files td:nth-child(3){color:var(--add)}
    .files td:nth-child(4){color:var(--del)}
    .files thead .n,.requests thead .n{width:4.6rem}
    .requests thead .n{width:4rem}
    .requests thead .n:first-child{width:3.6rem}
    @media(min-width:48rem){
    .files th:nth-child(2),.requests th:nth-child(4){width:6.5rem}
    .files thead .n,.requests thead .n,.requests thead .n:first-child{width:5.5rem}
    .files thead .b,.requests thead .b{width:9rem}
    .requests th:nth-child(3){width:11rem}
    .requests th:nth-child(5){width:7.5rem}}
    @media(max-width:79.99rem){.requests .opt{display:none}}
    @media(max-width:63.99rem){
    table.stack,.stack tbody,.stack tr,.stack th,.stack td{display:block}
    .stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .stack tr{padding:.6rem 0;border-bottom:1px solid var(--line)}
    .stack th,.stack td{border:0;padding:.15rem 0;text-align:left;white-space:normal}
    .stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft);font-size:.85rem}
    .stack td.actions{padding-top:.4rem}
    .progress tr:is(.idle,.waiting,.done,.failed,.paused) td:nth-child(3),.stack td:empty{display:none}}
    @media(max-width:47.99rem){
    .opt,th.b,td.b,.files td:nth-child(2),.files td:nth-child(5){display:none}
    table{font-size:.88rem}
    th,td{padding:.4rem .4rem}}

    """

  private static let charts = """
    figure{margin:0}
    figcaption{color:var(--soft);font-size:.88rem;margin:.35rem 0}
    .chart{display:block;width:100%;height:auto}
    .chart.narrow{display:none}
    @media(max-width:39.99rem){.chart.wide{display:none}.chart.narrow{display:block}}
    .chart text{font:12px system-ui,-apple-system,"Segoe UI","Noto Sans","Liberation Sans",sans-serif;fill:var(--ink)}
    .chart .tick{fill:var(--soft)}
    .chart .grid{stroke:var(--line)}
    .chart .axis{stroke:var(--edge)}
    rect.add{fill:var(--add-bar)}
    rect.del{fill:var(--del-bar)}
    rect.dir{fill:var(--card);stroke:var(--edge)}
    .chart .dirname{font-weight:600}
    .t0 rect{fill:var(--t0)}
    .t1 rect{fill:var(--t1)}
    .t2 rect{fill:var(--t2)}
    .t3 rect{fill:var(--t3)}
    .t4 rect{fill:var(--t4)}
    .chart .t0 text,.chart .t1 text,.chart .t2 text{fill:var(--t-low)}
    .chart .t3 text,.chart .t4 text{fill:var(--t-high)}

    """

  private static let analysis = """
    .confidence{white-space:nowrap}
    .confidence strong{font-size:1.3rem}
    meter{width:100%;height:.6rem}
    .beside{display:grid;gap:1rem 1.5rem;margin-top:.75rem}
    .beside>*{min-width:0}
    @media(min-width:64rem){.beside{grid-template-columns:3fr 2fr}}
    pre{margin:0;overflow-x:auto;line-height:1.45;tab-size:4}
    .snippet pre,details pre{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:.5rem 0}
    details pre{padding:.5rem .75rem;max-height:30rem}
    .line{display:block;min-width:max-content;padding:0 .75rem}
    .line .mark{display:inline-block;width:2.2em;color:var(--add);font-weight:700;white-space:pre}
    .line .number{display:inline-block;min-width:3em;padding-right:1em;text-align:right;color:var(--soft);user-select:none}
    .line.changed{background:var(--changed)}
    .line.named{box-shadow:inset 4px 0 var(--named)}
    .line.named .mark,.line.named .number{color:var(--named);font-weight:700}
    .legend .mark{color:var(--ink);font-weight:700}
    .reasons ul{list-style:none;margin:0;padding:0}
    .reasons li{display:grid;grid-template-columns:4rem 1fr;gap:.75rem;padding:.4rem 0;border-bottom:1px solid var(--line);align-items:baseline}
    .reasons span{overflow-wrap:anywhere;min-width:0}

    """
}
