#!/usr/bin/env python3
"""Draws Examples/monitoring/dashboard.json as a plain HTML page, with what a Prometheus answers now.

Usage: scripts/dashboard.py http://127.0.0.1:9090 >page.html

It is no Grafana: a panel is a box in the dashboard's grid with the last number of each series, its unit, its
mapping and the colour of its threshold. It shows what Grafana would be given, and how it would be named.
"""

import html
import json
import pathlib
import re
import sys
import urllib.parse
import urllib.request

DASHBOARD = pathlib.Path(__file__).parent.parent / "Examples/monitoring/dashboard.json"
COLORS = {"green": "#73bf69", "red": "#f2495c", "orange": "#ff9830", "yellow": "#fade2a", "blue": "#5794f2",
          "purple": "#b877d9", "text": "#ccccdc"}


def ask(server, query):
    query = query.replace("$__rate_interval", "1m")
    query = re.sub(r"\$(namespace|pod|instance|mount)\b", ".*", query)
    data = urllib.parse.urlencode({"query": query}).encode()
    with urllib.request.urlopen(server + "/api/v1/query", data) as answer:
        return json.load(answer)["data"]["result"]


def legend(target, labels):
    form = target["legendFormat"]
    if form == "__auto":
        return ", ".join(f"{k}={v}" for k, v in labels.items() if k != "__name__")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), form).strip()


def shown(value, unit, mappings, decimals):
    """A number as Grafana would write it, and the colour of its mapping, if it has one."""
    for mapping in mappings:
        found = mapping["options"].get(f"{value:g}")
        if found:
            return found["text"], found["color"]
    if value != value:
        return "NaN", None
    if unit == "s":
        return (f"{value * 1000:.3g} ms" if 0 < abs(value) < 1 else f"{value:.3g} s"), None
    if unit == "percentunit":
        return f"{value * 100:.3g} %", None
    text = f"{value:.4g}" if decimals is None else f"{value:.{decimals}f}"
    return text + (" req/s" if unit == "reqps" else ""), None


def color(value, thresholds):
    result = "text"
    for step in thresholds["steps"]:
        if step["value"] is None or value >= step["value"]:
            result = step["color"]
    return result


def table(panel, results):
    include = panel["transformations"][0]["options"]["include"]["names"]
    names = panel["transformations"][1]["options"]["renameByName"]
    rows = [row["metric"] | {"Value": row["value"][1]} for row in results]
    # Grafana shows no column of a label that no series has.
    columns = [name for name in include if any(name in row for row in rows)]
    head = "".join(f"<th>{html.escape(names[name])}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(row.get(name, ''))}</td>" for name in columns) + "</tr>"
                   for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def draw(server, panel):
    defaults = panel["fieldConfig"]["defaults"]
    lines = []
    for target in panel["targets"]:
        results = ask(server, target["expr"])
        if panel["type"] == "table" and results:
            return table(panel, results)
        for row in results:
            value = float(row["value"][1])
            text, tint = shown(value, defaults.get("unit"), defaults["mappings"], defaults.get("decimals"))
            if defaults["color"]["mode"] == "thresholds":
                tint = tint or color(value, defaults["thresholds"])
            name = html.escape(legend(target, row["metric"]))
            lines.append(f"<div><b style='color:{COLORS.get(tint, '#ccccdc')}'>{html.escape(text)}</b> {name}</div>")
    return "".join(lines) or f"<i>{html.escape(defaults.get('noValue', 'No data'))}</i>"


def main():
    server = sys.argv[1]
    boxes = []
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        area = (f"grid-area:{place['y'] + 1}/{place['x'] + 1}/"
                f"span {place['h']}/span {place['w']}")
        body = "" if panel["type"] == "row" else draw(server, panel)
        boxes.append(f"<section class='{panel['type']}' style='{area}'><h2>{html.escape(panel['title'])}</h2>{body}"
                     "</section>")
    print("<!doctype html><meta charset=utf-8><style>body{background:#111217;color:#ccccdc;font:13px sans-serif;"
          "display:grid;grid-template-columns:repeat(24,1fr);grid-auto-rows:30px;gap:8px;margin:8px}"
          "section{background:#181b1f;border:1px solid #2c3235;padding:6px;overflow:hidden}"
          "h2{font-size:13px;margin:0 0 4px}"
          "section.row{background:none;border:0}section.row h2{font-size:16px}section.stat b{font-size:24px}"
          "td,th{text-align:left;padding:1px 10px 1px 0}i{color:#888}</style>" + "".join(boxes))


if __name__ == "__main__":
    main()
