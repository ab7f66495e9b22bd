"""Figures for Prometheus: scraped, checked by Prometheus' own tool, read."""

import re
import subprocess

from streams import get

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$')


class Scrape:
    """The figures of one node at one time."""

    def __init__(self, text):
        self.kinds = {}
        self.values = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                assert name not in self.kinds, f"{name} comes twice"
                self.kinds[name] = kind
            elif not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                series = name + (labels or "")
                assert series not in self.values, f"{series} comes twice"
                self.values[series] = float(value)

    def __getitem__(self, series):
        return self.values[series]

    def __contains__(self, series):
        return series in self.values

    def sum(self, name):
        return sum(x for series, x in self.values.items()
                   if series == name or series.startswith(name + "{"))

    def names(self):
        """Of all families and series, those without samples included."""
        result = set(self.kinds) | {x.split("{")[0] for x in self.values}
        for name, kind in self.kinds.items():
            if kind == "histogram":
                result |= {name + x for x in ("_bucket", "_sum", "_count")}
        return result


def scrape(where):
    """Asks for /metrics, and has promtool judge it."""
    status, headers, body = get(where, "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    check = subprocess.run(["promtool", "check", "metrics"], input=body,
                           capture_output=True, check=False)
    assert check.returncode == 0 and not check.stderr, \
        check.stderr.decode() + body.decode(errors="replace")
    return Scrape(body.decode())


def check_histogram(figures, name, labels=""):
    """Buckets only grow, and the last one has all. Returns the count."""
    prefix = name + "_bucket{" + (labels + "," if labels else "")
    counts = [x for series, x in figures.values.items()
              if series.startswith(prefix)]
    assert len(counts) > 5 and counts == sorted(counts)
    suffix = "{" + labels + "}" if labels else ""
    assert counts[-1] == figures[f"{name}_count{suffix}"]
    assert figures[f"{name}_sum{suffix}"] >= 0
    return counts[-1]
