package dev.goshawk.hawq.report.chart;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The style sheet: light and dark by the reader's setting, one column on a phone,
            light and unbroken figures in print.
 */
public final class ReportStyle {
    public static final String CSS = """
            :root{--bg:#f5f6f8;--card:#fff;--ink:#171b24;--soft:#586173;--line:#e1e5ec;--own:#eef4ff;
            --c0:#1d5fbf;--c1:#c4560a;--c2:#0b7d69;--c3:#7b4db3;--c4:#a3324d;--c5:#586173;
            --b2:#dbe8fb;--b3:#bcd5f7;--b4:#8fb9ef;--b6:#4a85d6;--b8:#174e9e;--b32:#d7dbe2;--tl:#12233f;--td:#fff}
            @media screen and (prefers-color-scheme:dark){:root{--bg:#11141a;--card:#191e27;--ink:#e7eaf0;
            --soft:#9aa5b8;
            --line:#2c3442;--own:#1b2a44;--c0:#79adff;--c1:#f3985a;--c2:#4fc4ad;--c3:#bd9df2;--c4:#f08ba3;
            --c5:#9aa5b8;
            --b2:#1f3354;--b3:#294a7d;--b4:#3566ad;--b6:#6c9fe6;--b8:#b4d2ff;--b32:#3a4352;--tl:#eaf1ff;--td:#0e1d36}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",
            Roboto,
            "DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
            main{max-width:1120px;margin:0 auto;padding:28px 18px 48px}
            h1{font-size:1.65rem;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
            h2{font-size:1.12rem;margin:34px 0 10px}
            h3{font-size:.95rem;margin:0 0 2px}
            p{margin:0 0 10px;max-width:74ch}
            .soft,figcaption,.note{color:var(--soft);font-size:.86rem}
            .panel+.note{margin-top:8px}
            .tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:20px 0 4px}
            .tile,figure,.panel{background:var(--card);border:1px solid var(--line);border-radius:10px}
            .tile{padding:13px 15px}
            .tile b{display:block;font-size:1.55rem;line-height:1.25;font-variant-numeric:tabular-nums}
            .tile span{color:var(--soft);font-size:.84rem;display:block;line-height:1.35}
            .grid{display:grid;grid-template-columns:1fr 1fr;gap:14px}
            figure{margin:0;padding:14px 14px 8px;break-inside:avoid}
            figcaption{margin-bottom:8px}
            svg{display:block;width:100%;height:auto}
            .scroll{overflow-x:auto}
            table{border-collapse:collapse;width:100%;font-size:.89rem;font-variant-numeric:tabular-nums}
            th,td{padding:6px 8px;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
            th{color:var(--soft);font-weight:600;font-size:.82rem}
            tr:last-child td{border-bottom:0}
            .n{text-align:right}
            .own td{background:var(--own)}
            .main td{font-weight:650}
            .sep td{border-top:2px solid var(--soft)}
            dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 18px;margin:0;padding:14px 16px;
            font-size:.89rem}
            dt{color:var(--soft)} dd{margin:0;overflow-wrap:anywhere}
            code,.ids{font:.92em/1.45 ui-monospace,"DejaVu Sans Mono",Consolas,monospace;overflow-wrap:anywhere}
            .ids{max-height:15em;overflow:auto}
            .key{display:flex;flex-wrap:wrap;gap:3px 15px;font-size:.83rem;color:var(--soft);margin:0 0 6px}
            .key svg{display:inline-block;width:26px;height:9px;margin-right:6px;vertical-align:middle}
            svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
            svg .tick{font-size:11px;fill:var(--soft)} svg .stagename{font-size:10px;fill:var(--soft)}
            svg .value{font-variant-numeric:tabular-nums} svg .bits{font-weight:650}
            .rule{stroke:var(--line);stroke-width:1} .lead{stroke:var(--soft);stroke-width:.6} .stage{stroke:var(--soft);stroke-width:.8;stroke-dasharray:1 3}
            .reference{stroke:var(--soft);stroke-width:1.4;stroke-dasharray:7 4}
            .stem{stroke:var(--c0);stroke-width:2;opacity:.28}
            .dot{fill:var(--c0);stroke:var(--c0);stroke-width:2} .hollow{fill:var(--card)}
            .faint{opacity:.45} .whisker{stroke:var(--c0);stroke-width:1.6} .band{fill:var(--c0);opacity:.2}
            .single{max-width:680px}
            .b2{fill:var(--b2)} .b3{fill:var(--b3)} .b4{fill:var(--b4)} .b6{fill:var(--b6)} .b8{fill:var(--b8)}
            .b32{fill:var(--b32)}
            svg .t2,svg .t3,svg .t4,svg .t32{fill:var(--tl)} svg .t6,svg .t8{fill:var(--td)}
            .curve path{fill:none;stroke-width:2;stroke-linejoin:round;stroke:currentColor}
            .curve circle{fill:currentColor}
            .s0{color:var(--c0)} .s1{color:var(--c0);opacity:.75} .s2{color:var(--c1)} .s3{color:var(--c2)}
            .s4{color:var(--c3)} .s5{color:var(--c4)}
            .s1 path{stroke-dasharray:2 3;stroke-width:1.6} .s1 circle{display:none}
            .s2 path{stroke-dasharray:8 3} .s3 path{stroke-dasharray:4 3} .s4 path{stroke-dasharray:9 3 2 3}
            .s5 path{stroke-dasharray:12 4}
            @media (max-width:720px){main{padding:18px 12px 32px}.grid{grid-template-columns:minmax(0,1fr)}
            .tiles{grid-template-columns:1fr 1fr}th,td{padding:6px 9px}dl{grid-template-columns:1fr;gap:0}
            dd{margin-bottom:8px}}
            @media print{body{background:#fff;font-size:12px}main{max-width:none;padding:0}h2{break-after:avoid}
            tr{break-inside:avoid}
            details{display:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
            """;

    private ReportStyle() {
    }

    /** The light colors in place of their names: for pictures that are shown by themselves, by programs that know no variables. */
    public static String plain() {
        Matcher palette = Pattern.compile("--(\\w+):([^;}]+)").matcher(CSS.substring(0, CSS.indexOf('}') + 1));
        Map<String, String> colors = palette.results()
                .collect(Collectors.toMap(m -> m.group(1), m -> m.group(2).strip()));
        return Pattern.compile("var\\(--(\\w+)\\)").matcher(CSS)
                .replaceAll(m -> colors.getOrDefault(m.group(1), "#000"));
    }
}
