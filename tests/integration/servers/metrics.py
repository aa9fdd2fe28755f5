"""A strict reader of the Prometheus text format 0.0.4: what it does not understand is an error."""

import re

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? ([^ ]+)(?: (-?\d+))?$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)')
_COMMENT = re.compile(rf"# (HELP|TYPE) ({_NAME}) ?(.*)$")
_INTEGER = re.compile(r"[+-]?\d+$")
_FLOAT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|[+-]?Inf$|NaN$")
_SUFFIXES = ("_bucket", "_sum", "_count")


def _unescape(text):
    return re.sub(r'\\([\\"n])', lambda m: "\n" if m[1] == "n" else m[1], text)


def _labels(text, line):
    labels, position = {}, 0
    while position < len(text):
        match = _LABEL.match(text, position)
        if not match:
            raise ValueError(f"labels: {line!r}")
        if match[1] in labels:
            raise ValueError(f"the label {match[1]} twice: {line!r}")
        labels[match[1]] = _unescape(match[2])
        position = match.end()
    return frozenset(labels.items())


def _value(text, line):
    """Integers stay exact, they may be larger than a double can hold."""
    if _INTEGER.match(text):
        return int(text)
    if not _FLOAT.match(text):
        raise ValueError(f"value: {line!r}")
    return float(text)


class Metrics(dict):
    """{metric name: {frozenset of (label, value): number}} with help texts and types beside it."""

    def __init__(self):
        super().__init__()
        self.help = {}
        self.type = {}

    def series(self, name, **labels):
        """The series of a metric that have these labels: {frozenset of (label, value): number}."""
        wanted = labels.items()
        return {key: value for key, value in self.get(name, {}).items() if wanted <= key}

    def value(self, name, **labels):
        """The sum over the series that have these labels; 0 where there is none."""
        return sum(self.series(name, **labels).values())


def parse(text):
    """Reads one exposition. ValueError says which line breaks which rule."""
    metrics = Metrics()
    if text and not text.endswith("\n"):
        raise ValueError("the last line does not end")
    for line in text.split("\n")[:-1]:
        if line.startswith("#"):
            _comment(metrics, line)
        elif line:
            _sample(metrics, line)
    return metrics


def _comment(metrics, line):
    match = _COMMENT.match(line)
    if not match:
        raise ValueError(f"comment: {line!r}")
    table = metrics.help if match[1] == "HELP" else metrics.type
    if match[2] in table:
        raise ValueError(f"a second {match[1]} for {match[2]}")
    if match[1] == "TYPE" and match[2] in metrics:
        raise ValueError(f"TYPE after samples: {line!r}")
    table[match[2]] = match[3]


def _sample(metrics, line):
    match = _SAMPLE.match(line)
    if not match:
        raise ValueError(f"sample: {line!r}")
    name, labels, value = match[1], _labels(match[2] or "", line), _value(match[3], line)
    family = next(
        (name.removesuffix(end) for end in _SUFFIXES if name.removesuffix(end) in metrics.type), name
    )
    if family not in metrics.type:
        raise ValueError(f"no TYPE for {line!r}")
    if metrics and next(reversed(metrics)) != name and name in metrics:
        raise ValueError(f"the samples of {name} are not together: {line!r}")
    series = metrics.setdefault(name, {})
    if labels in series:
        raise ValueError(f"a second sample of the series {line!r}")
    series[labels] = value
